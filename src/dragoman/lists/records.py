"""Records as Dragoman writes them itself, one a line, plain or gzipped: what a partner's node gives, without loss.

A line is what `Record.to_json` writes: ``{"id", "schema", "statements": [{"prop", "value", ...}]}``. FollowTheMoney's
own lines have no place for the quality of a name, for the text as printed, or for who stated a value first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from dragoman.errors import ValueRefused
from dragoman.lists._json_lines import first_line, lines, unzipped
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record, schemata
from dragoman.model.record import STATEMENT_FIELDS

_HEADS = frozenset(("id", "schema", "source", "version", "statements"))
_STATEMENT = frozenset(STATEMENT_FIELDS)
_NEEDED = frozenset(STATEMENT_FIELDS[:2])
#: What is longer fits into no register of records: characters at most.
_LONGEST = {"id": 255, "prop": 40, "lang": 8}
_MOST = 2_000_000


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield a record for each line; a line that is none is rejected with its number and the reason.

    A file without a line is an empty list: its giver has taken everything back.
    """
    for place, line in lines(source):
        try:
            plain = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            reading.reject(place, f"not JSON ({error})", line[:500].decode("utf-8", "replace"))
            continue
        if reason := _fault(plain):
            reading.reject(place, reason, line[:500].decode("utf-8", "replace"))
            continue
        yield Record.from_json(plain)


def _fault(plain: Any) -> str:
    """Return what keeps a line from being a record, "" where nothing does."""
    if not isinstance(plain, dict) or not {"id", "schema", "statements"} <= plain.keys() <= _HEADS:
        return "not a record: it has id, schema and statements"
    rows = plain["statements"]
    if not _is_id(plain["id"]) or not isinstance(rows, list):
        return "its id is no text of up to 255 characters, or its statements are no list"
    try:
        schemata.lineage(plain["schema"] if isinstance(plain["schema"], str) else "")
    except ValueRefused:
        return f"unknown schema {str(plain['schema'])[:40]!r}"
    return next((reason for row in rows if (reason := _statement_fault(row))), "")


def _statement_fault(row: Any) -> str:
    if not isinstance(row, dict) or not _NEEDED <= row.keys() <= _STATEMENT:
        return "a statement has prop and value, and may have original, place, lang, quality and origin"
    for key, value in row.items():  # spelled out: a list has hundreds of thousands
        if not isinstance(value, str) or "\0" in value or len(value) > _LONGEST.get(key, _MOST):
            return f"{key} of a statement is no text, is too long, or holds NUL"
    return "" if row.get("quality", "good") in ("good", "low", "weak") else "the quality of a name is good, low or weak"


def _is_id(text: Any) -> bool:
    return isinstance(text, str) and "\0" not in text and len(text) <= _LONGEST["id"] and bool(text.strip())


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the first line is a record."""
    line = first_line(unzipped(head))
    if line is None:
        return False
    try:
        return not _fault(orjson.loads(line))
    except orjson.JSONDecodeError:
        return False


FORMAT = ListFormat(
    name="records",
    title="Dragoman's own records, JSON lines",
    publisher="any Dragoman node",
    read=read,
    recognise=recognise,
)
