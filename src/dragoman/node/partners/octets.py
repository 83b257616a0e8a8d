"""Bytes that partners send as Base64: one reader, and one spelling only of each."""

from __future__ import annotations

from typing import Any

from dragoman.audit.base64_strict import decode
from dragoman.errors import MessageRefused


def read_octets(text: Any, what: str, refusal: type[MessageRefused] = MessageRefused) -> bytes:
    """Return the bytes of a text in Base64 (RFC 4648, section 4). `what` is how the error calls it.

    Raises `refusal` on anything else, padding bits that are not zero and white space included.
    """
    if not isinstance(text, str):
        raise refusal(f"{what} is missing", remedy="ask the partner to send it again, as Base64")
    try:
        return decode(text)
    except ValueError as error:
        raise refusal(f"{what} is no Base64", remedy="ask the partner to send it again, as Base64") from error


def octets_of(body: Any, name: str, refusal: type[MessageRefused] = MessageRefused) -> bytes:
    """Return the bytes that stand in an object under a name. Raises `refusal` as `read_octets` does."""
    return read_octets(body.get(name) if isinstance(body, dict) else None, name, refusal)
