"""Reading delimited text (CSV, TSV) of any size, in whatever encoding it came.

Two ways: `read_rows` for files without a header line, `read_records` for those with one.
"""

from __future__ import annotations

import csv
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists.reading import Reading

#: A cell longer than this is a quote that was never closed.
LONGEST_CELL = 131_072

_AGAIN = "fetch the file again from its publisher and compare its size"
_BOMS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
_CHUNK = 1 << 20


#: The longest cell: the csv module's own limit, which another library in the process may have lifted.
_LONGEST_CELL = 131_072


def detect_encoding(source: Path) -> str:
    """Return ``utf-8-sig``, ``utf-16``, ``utf-8`` or, for what is none of them, ``cp1252``.

    Reads the whole file, in pieces. Raises ListRefused where the file cannot be opened or holds NUL
    bytes (a spreadsheet or archive under a wrong name).
    """
    decoder = getincrementaldecoder("utf-8")()
    encoding = "utf-8"
    try:
        with source.open("rb") as stream:
            head = stream.read(4)
            for bom, name in _BOMS:
                if head.startswith(bom):
                    return name
            stream.seek(0)
            while chunk := stream.read(_CHUNK):
                if b"\0" in chunk:
                    raise ListRefused("holds NUL bytes, so it is no text file", place=source.name, remedy=_AGAIN)
                if encoding == "utf-8" and not _decodes(decoder, chunk):
                    encoding = "cp1252"
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(source), remedy="check the path") from error
    if encoding == "utf-8" and not _decodes(decoder, b"", final=True):
        encoding = "cp1252"
    return encoding


def read_rows(
    source: Path, *, delimiter: str = ",", encoding: str | None = None, skip: int = 0
) -> Iterator[tuple[str, list[str]]]:
    """Yield each row with its place (``sdn.csv:120``, its first line, counted from 1).

    Blank lines are passed over; cells come as they stand, untrimmed. `skip` leaves out that many
    lines at the top. Raises ListRefused on NUL bytes, on bytes that the encoding does not know, and
    on a cell longer than LONGEST_CELL.
    """
    encoding = encoding or detect_encoding(source)
    line = 0
    try:
        with source.open(encoding=encoding, newline="") as stream:
            for _ in range(skip):
                stream.readline()
            rows = csv.reader(stream, delimiter=delimiter)
            for row in rows:
                place = f"{source.name}:{skip + line + 1}"
                line = rows.line_num
                if any("\0" in cell for cell in row):
                    raise ListRefused("holds NUL characters", place=place, remedy=_AGAIN)
                if any(len(cell) > _LONGEST_CELL for cell in row):
                    raise ListRefused("not delimited text (a cell is too long)", place=place, remedy=_AGAIN)
                if row:
                    yield place, row
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(source), remedy="check the path") from error
    except UnicodeError as error:
        place = f"{source.name}, after line {skip + line}"
        raise ListRefused(f"not written in {encoding} ({error})", place=place, remedy=_AGAIN) from error
    except csv.Error as error:
        place = f"{source.name}, after line {skip + line}"
        raise ListRefused(f"not delimited text ({error})", place=place, remedy=_AGAIN) from error


def read_records(
    source: Path, reading: Reading, *, delimiter: str = ",", encoding: str | None = None, skip: int = 0
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each row below the header line as cells by column name, trimmed, with its place.

    A row with more or fewer cells than the header is rejected through `reading`. Raises ListRefused
    as `read_rows` does, on an empty file, on a repeated column, and where the last row breaks off.
    """
    rows = read_rows(source, delimiter=delimiter, encoding=encoding, skip=skip)
    header = [cell.strip() for cell in next(rows, ("", []))[1]]
    if not header:
        raise ListRefused("the file is empty", place=source.name, remedy=_AGAIN)
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        raise ListRefused(f"column {min(twice)!r} stands twice in the header", place=source.name, remedy=_AGAIN)
    bad: tuple[str, list[str]] | None = None
    for place, row in rows:
        if bad:
            _reject(reading, *bad, len(header))
            bad = None
        if len(row) == len(header):
            yield place, {name: cell.strip() for name, cell in zip(header, row, strict=True) if name}
        else:
            bad = place, row
    if bad:
        if len(bad[1]) < len(header) and _breaks_off(source, bad[1]):
            raise ListRefused("the file ends in the middle of a row", place=bad[0], remedy=_AGAIN)
        _reject(reading, *bad, len(header))


def _reject(reading: Reading, place: str, row: list[str], width: int) -> None:
    reading.reject(place, f"{len(row)} cells where the header has {width}", " | ".join(row))


def _breaks_off(source: Path, last: list[str]) -> bool:
    """Tell whether a short last row was cut: no line end closes the file, or its quote was never closed."""
    if last[-1].endswith("\n"):
        return True
    with source.open("rb") as stream:
        stream.seek(max(0, source.stat().st_size - 2))
        return not stream.read().endswith((b"\n", b"\r", b"\n\0"))


def _decodes(decoder: IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
