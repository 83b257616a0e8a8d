"""Handing events out: as JSON lines, from which anybody can compute the tree again, and as CSV for reading."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import orjson

from dragoman.node.journal.models import Event

COLUMNS = ("index", "at", "who", "act", "object", "purpose", "result", "details")
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def json_lines(events: Iterable[Event]) -> Iterator[bytes]:
    """Yield a line an event: its canonical bytes as ``event``, and its ``index``. Raises EventRefused on a bad row."""
    for event in events:
        yield b'{"event":%b,"index":%d}\n' % (event.content, event.id)


def csv_lines(events: Iterable[Event]) -> Iterator[bytes]:
    """Yield the head of the table, then a line an event; details are JSON in one cell."""
    yield _line(COLUMNS)
    for event in events:
        details = orjson.dumps(event.details, option=orjson.OPT_SORT_KEYS).decode() if event.details else ""
        values = (event.who, event.act, event.object, event.purpose, event.result, details)
        yield _line((str(event.id), event.at.isoformat(timespec="microseconds"), *map(_cell, values)))


FORMATS = {"jsonl": (json_lines, "application/jsonl"), "csv": (csv_lines, "text/csv; charset=utf-8")}


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _line(values: Iterable[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(values)
    return written.getvalue().encode()
