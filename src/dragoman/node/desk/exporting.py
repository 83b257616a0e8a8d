"""Handing a screening out: CSV, JSON lines, and a report as a signed PDF. Streams, so that any number of hits fits.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a return for a formula; such a one gets
an apostrophe before it (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase

from dragoman.node.access import Principal
from dragoman.node.desk.documents import attachment
from dragoman.node.desk.models import Hit, Screening
from dragoman.node.journal.recording import look_up

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    *("number", "place", "query_id", "query", "role", "score", "list", "version", "record_id", "record"),
    *("schema", "state", "why", "decisions"),
)


def harmless(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text == text.strip()


def export(principal: Principal, kept: Screening, kind: str) -> HttpResponseBase:
    """Return the hits of a screening that the principal may see, as ``csv``, ``jsonl`` or ``pdf``; journalled."""
    if kind not in ("csv", "jsonl", "pdf"):
        raise Http404
    look_up(principal, "desk.screening.exported", f"screening:{kept.pk}", format=kind)
    name = f"screening-{kept.pk}.{kind}"
    if kind == "pdf":
        from dragoman.node.desk.report import report

        return attachment(io.BytesIO(report(principal, kept)), name, "application/pdf")
    write, type_ = (_csv, "text/csv; charset=utf-8") if kind == "csv" else (_json_lines, "application/x-ndjson")
    response = StreamingHttpResponse(write(rows(principal, kept)), content_type=type_)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def hits_of(principal: Principal, kept: Screening) -> Any:
    """Return the hits in the order of their queries."""
    hits = Hit.objects.visible_to(principal).filter(screening=kept).select_related("query")
    return hits.prefetch_related("reviews__by").order_by("query__number", "-score", "pk")


def rows(principal: Principal, kept: Screening) -> Iterator[dict[str, Any]]:
    """Yield a row a hit."""
    for hit in hits_of(principal, kept).iterator(chunk_size=1000):
        yield {
            "number": hit.query.number + 1,
            "place": hit.query.place,
            "query_id": hit.query.asked_id,
            "query": hit.query.caption,
            "role": hit.query.role,
            "score": round(hit.score, 4),
            "list": hit.source,
            "version": hit.version,
            "record_id": hit.record_id,
            "record": hit.caption,
            "schema": hit.schema,
            "state": hit.state,
            "why": [feature["sentence"] for feature in hit.features],
            "decisions": [
                f"{review.at:%Y-%m-%d %H:%M} {review.by.shown_name}: {review.disposition}. {review.reason}"
                for review in hit.reviews.all()
                if review.undone_at is None
            ],
        }


def _csv(given: Iterable[dict[str, Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in given:
        flat = (" ".join(value) if isinstance(value, list) else value for value in (row[name] for name in COLUMNS))
        writer.writerow([harmless(value) for value in flat])
        if buffer.tell() > 1 << 16:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _json_lines(given: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for row in given:
        yield orjson.dumps(row) + b"\n"
