"""Queries from CSV: a row a query, columns named by FollowTheMoney properties or by what people call them.

The delimiter (comma, semicolon, tab or bar) is the one under which most of the header is understood.
The text is UTF-8 unless an encoding is stated: guessing one would turn names into other names.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from dragoman.errors import InputError, QueryRefused
from dragoman.messages.queries import Account, Query
from dragoman.messages.values import build_query
from dragoman.model.headers import property_for

_DELIMITERS = ",;\t|"
_LONGEST_LINE = 1 << 20
#: A quote that is never closed swallows line after line; no honest row has this many.
_MOST_LINES = 50
_LONGEST_ID = 500
#: How Python keeps a byte that is no UTF-8.
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(slots=True)
class Columns:
    """What the header says: a property (or ``id``, ``schema``, or None for unknown) for every column."""

    printed: list[str]
    props: list[str | None]
    delimiter: str = ","
    respelled: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def read_table(stream: BinaryIO, name: str, account: Account, *, encoding: str | None = None) -> Iterator[Query]:
    """Yield the queries of a CSV stream one by one; rows that cannot be screened go to `account`.

    `name` is what the stream is called in places (``customers.csv``). Raises InputError where
    the input is empty, its header names nothing to screen by, or it is not text in `encoding`.
    """
    lines = _Lines(stream, name, encoding)
    header = lines.header()
    columns = understand_header(header, name)
    _report(columns, name, account)
    reader = csv.reader(lines, delimiter=columns.delimiter, strict=True)
    while True:
        first = lines.number + 1
        lines.taken = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            account.refuse(_place(name, first, lines.number), f"the row is not CSV: {error}; check its quotes")
            reader = csv.reader(lines, delimiter=columns.delimiter, strict=True)
            continue
        if query := _query(row, columns, _place(name, first, lines.number), account):
            account.accept(query)
            yield query


def _place(name: str, first: int, last: int) -> str:
    return f"{name}:{first}" if last <= first else f"{name}:{first}-{last}"


def _query(row: list[str], columns: Columns, place: str, account: Account) -> Query | None:
    if not any(cell.strip() for cell in row):
        return None
    try:
        return _build(row, columns, place)
    except QueryRefused as error:
        account.refuse(place, f"{error.message}; {error.remedy}" if error.remedy else error.message)
        return None


def _build(row: list[str], columns: Columns, place: str) -> Query:
    extra = row[len(columns.props) :]
    if any(cell.strip() for cell in extra):
        raise QueryRefused(
            f"the row has {len(row)} cells where the header has {len(columns.props)}",
            remedy="put quotes around a cell that holds the delimiter",
        )
    if any(_UNDECODED.search(cell) for cell in row):
        raise QueryRefused(
            "the row is not UTF-8", remedy="save the file as UTF-8, or give its --encoding (cp1252, ...)"
        )
    id_, schema, cells = "", None, []
    for prop, cell in zip(columns.props, row, strict=False):
        if prop == "id":
            id_ = id_ or cell.strip()[:_LONGEST_ID]
        elif prop == "schema":
            schema = schema or cell.strip() or None
        elif prop is not None and cell.strip():
            cells.append((prop, cell))
    return build_query(id_ or place, schema, cells, place)


def understand_header(line: str, name: str) -> Columns:
    """Return the columns of a header line. Raises InputError where none of them can be screened by."""
    candidates = [_columns(line, delimiter) for delimiter in _DELIMITERS]
    columns = max(candidates, key=lambda each: (sum(prop is not None for prop in each.props), len(each.props)))
    if not any(prop not in (None, "id", "schema") for prop in columns.props):
        shown = ", ".join(columns.printed)[:200]
        raise InputError(
            f"no column of the header is known: {shown}",
            place=f"{name}:1",
            remedy="the first line names the columns: name, birthDate, nationality, passportNumber, schema, id, ...",
        )
    return columns


def _columns(line: str, delimiter: str) -> Columns:
    try:
        printed = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        printed = [line.strip()]
    columns = Columns(printed, [property_for(cell) for cell in printed], delimiter)
    for single in ("id", "schema"):
        _keep_one(columns, single)
    for cell, prop in zip(columns.printed, columns.props, strict=True):
        if prop is None and cell:
            columns.unknown.append(cell)
        elif prop is not None and prop.lower() != cell.lower():
            columns.respelled[cell] = prop
    return columns


def _keep_one(columns: Columns, single: str) -> None:
    """A row has one id and one schema: of several such columns the one of that very name counts, else the first."""
    places = [place for place, prop in enumerate(columns.props) if prop == single]
    chosen = next(
        (place for place in places if columns.printed[place].lower() == single), places[0] if places else None
    )
    for place in places:
        if place != chosen:
            columns.props[place] = None


def _report(columns: Columns, name: str, account: Account) -> None:
    if columns.respelled:
        read = ", ".join(f"{cell} as {prop}" for cell, prop in columns.respelled.items())
        account.note(f"{name}:1", f"columns read by another spelling: {read}")
    if columns.unknown:
        account.note(f"{name}:1", f"columns not used: {', '.join(columns.unknown)}")


class _Lines(Iterable[str]):
    """The lines of a byte stream as text, counted; raises csv.Error where one row takes too many."""

    def __init__(self, stream: BinaryIO, name: str, encoding: str | None) -> None:
        self.number = 0
        self.taken = 0
        self._name = name
        self._lines = _decoded(stream, name, encoding)

    def header(self) -> str:
        for line in self:
            line = line.removeprefix("\ufeff")
            if line.strip() and not line.lower().startswith("sep="):  # a hint that Excel writes
                return line
        raise InputError(
            "the input is empty", place=self._name, remedy="the first line names the columns (name, birthDate, ...)"
        )

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self.taken += 1
        if self.taken > _MOST_LINES:
            raise csv.Error(f"it runs over more than {_MOST_LINES} lines")
        return line


def _decoded(stream: BinaryIO, name: str, encoding: str | None) -> Iterator[str]:
    """Decode line by line, so that a bad byte spoils its own row only. UTF-16 is known by its mark."""
    first = stream.readline(_LONGEST_LINE)
    try:
        if first.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_wide(encoding):
            yield from _wide(first, stream, encoding or "utf-16")
            return
        while first:
            if len(first) >= _LONGEST_LINE:
                raise InputError("a line has more than a million bytes", place=name, remedy="is it a text file?")
            yield first.decode(encoding or "utf-8", errors="strict" if encoding else "surrogateescape")
            first = stream.readline(_LONGEST_LINE)
    except (UnicodeDecodeError, LookupError) as error:
        raise InputError(
            f"the text is not {encoding or 'UTF-16'}: {error}",
            place=name,
            remedy="state the encoding in which it was saved",
        ) from error


def _is_wide(encoding: str | None) -> bool:
    return encoding is not None and codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))


def _wide(first: bytes, stream: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    rest, chunk = "", first
    while chunk:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        yield from (line + "\n" for line in lines)
        if len(rest) > _LONGEST_LINE:
            raise csv.Error("a line has more than a million characters")
        chunk = stream.read(1 << 16)
    yield rest + decoder.decode(b"", final=True)
