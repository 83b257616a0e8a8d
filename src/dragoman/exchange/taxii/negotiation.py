"""Media types, sizes and the error that is answered (TAXII 2.1, sections 1.6.8, 3.1 and 3.6)."""

from __future__ import annotations

import re
from typing import Any

from dragoman.errors import DragomanError, TaxiiRefused

MEDIA_TYPE = "application/taxii+json;version=2.1"
STIX_TYPE = "application/stix+json;version=2.1"
#: Bytes of a request at most, unless the node says otherwise; told as max_content_length.
LARGEST_REQUEST = 32 * 2**20

_RANGE = re.compile(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+")


def _ranges(header: str) -> list[tuple[str, dict[str, str]]]:
    """Read a header of media types: each with its parameters, names and values in lower case."""
    found = []
    for piece in header.lower().split(","):
        kind, *parameters = (part.strip() for part in piece.split(";"))
        pairs = (parameter.partition("=") for parameter in parameters)
        found.append((kind, {name.strip(): value.strip().strip('"') for name, _, value in pairs}))
    return found


def _fits(kind: str, parameters: dict[str, str]) -> bool:
    if kind in ("*/*", "application/*"):
        return True
    return kind == "application/taxii+json" and parameters.get("version", "2.1") == "2.1"


def negotiate(accept: str | None) -> str:
    """Return the media type to answer with. Raises TaxiiRefused (406) where the client wants another one.

    A request without the header is taken to accept anything (RFC 9110, section 12.5.1).
    """
    if not accept or not accept.strip():
        return MEDIA_TYPE
    if any(_fits(kind, found) and _weight(found) > 0 for kind, found in _ranges(accept[:4096])):
        return MEDIA_TYPE
    raise TaxiiRefused(f"{accept[:100]!r} is not what this server speaks", status=406, remedy=f"accept {MEDIA_TYPE}")


def _weight(parameters: dict[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0


def check_content(content_type: str | None, length: int | None, largest: int = LARGEST_REQUEST) -> None:
    """Check the type and the length in bytes of what a client sends. Raises TaxiiRefused (415, 411 or 413)."""
    ranges = _ranges((content_type or "")[:4096])
    if len(ranges) != 1 or not _RANGE.fullmatch(ranges[0][0]) or "*" in ranges[0][0] or not _fits(*ranges[0]):
        raise TaxiiRefused(
            f"content of type {str(content_type)[:100]!r}", status=415, remedy=f"send it as {MEDIA_TYPE}"
        )
    if length is None:
        raise TaxiiRefused("content of unknown length", status=411, remedy="send Content-Length")
    if length > largest:
        raise TaxiiRefused(
            f"{length:,} bytes, where {largest:,} are the most", status=413, remedy="send fewer objects at a time"
        )


# Clients of medallion, the reference server, look for its words on 400 and 422.
_TITLES = {
    400: "ProcessingError",
    401: "Who is asking?",
    403: "This is not allowed",
    404: "There is no such thing here",
    406: "No acceptable media type",
    411: "The length is missing",
    413: "The content is too large",
    415: "The media type is not supported",
    422: "ProcessingError",
}


def error_message(error: DragomanError, error_id: str) -> dict[str, Any]:
    """Return the error message resource (section 3.6.1) for an error. `error_id` finds it in the node's log."""
    status = error.status if isinstance(error, TaxiiRefused) else 400
    description = error.message if error.place is None else f"{error.place}: {error.message}"
    if status == 422:
        description = f"While processing supplied content, an error occurred: {description}"
    found = {
        "title": _TITLES.get(status, "The request failed"),
        "description": description,
        "error_id": error_id,
        "http_status": str(status),
    }
    return found | ({"details": {"remedy": error.remedy}} if error.remedy else {})
