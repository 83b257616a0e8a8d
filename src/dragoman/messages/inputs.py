"""Any input that holds queries, told apart by how it begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, cast

from dragoman.errors import InputError
from dragoman.messages.entities import read_entities
from dragoman.messages.queries import Account, Query
from dragoman.messages.tables import read_table

#: The first bytes of files that people hand in by mistake.
_OTHERS = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "compressed",
    b"<?xml": "XML",
}


class _Replayed:
    """A byte stream whose first line is still to be read. Asks for no more than a line, so that a pipe can flow."""

    def __init__(self, first: bytes, stream: BinaryIO) -> None:
        self._first = first
        self._stream = stream

    def readline(self, limit: int = -1) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._stream.readline(limit)

    def read(self, size: int = -1) -> bytes:
        if self._first:
            return self.readline()
        return self._stream.read(size)


def read_queries(stream: BinaryIO, name: str, account: Account, *, encoding: str | None = None) -> Iterator[Query]:
    """Yield the queries of a CSV or of JSON lines of FollowTheMoney entities; `account` hears of the rest.

    Raises InputError where the input is empty, or is neither.
    """
    first = stream.readline(1 << 20)
    for mark, what in _OTHERS.items():
        if first.startswith(mark):
            raise InputError(
                f"the input is {what}", place=name, remedy="hand in CSV, or JSON lines of FollowTheMoney entities"
            )
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    replayed = cast(BinaryIO, _Replayed(first, stream))
    if start.startswith(b"["):
        raise InputError("the input is one JSON array", place=name, remedy="write one entity a line, without brackets")
    if start.startswith(b"{"):
        yield from read_entities(replayed, name, account)
    else:
        yield from read_table(replayed, name, account, encoding=encoding)
    if not account.queries and not account.refused:
        raise InputError("there is no row below the header", place=name, remedy="check that the file is whole")
