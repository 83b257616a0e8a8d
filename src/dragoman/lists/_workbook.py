"""Whether an Excel workbook is safe to open: what unpacks to too much, or spans too many cells, is refused unread."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from dragoman.errors import ListRefused

#: The largest published workbook is 1 MB, 7 MB unpacked; these leave room to grow and none for a bomb.
LARGEST_FILE = 64 * 1024 * 1024
LARGEST_UNPACKED = 256 * 1024 * 1024
LARGEST_RATIO = 100
MOST_PARTS = 2000
#: A reader lays a sheet out as a full rectangle, so that one cell in the far corner would take all memory.
MOST_CELLS = 25_000_000

_REMEDY = "fetch the workbook again from its publisher, or save it as CSV"
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})(\d{1,9})["']""")
#: Longer than any reference with its quotes, so that none is lost between two chunks.
_OVERLAP = 64


def check_workbook(source: Path) -> None:
    """Raise ListRefused unless the file is a zip archive whose size, ratio and sheets a workbook could have."""
    try:
        size = source.stat().st_size
        if size > LARGEST_FILE:
            raise ListRefused("the workbook is larger than a list could be", place=source.name, remedy=_REMEDY)
        with zipfile.ZipFile(source) as archive:
            _check_parts(archive, source)
            for part in archive.infolist():
                _check_extent(archive, part, source)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        struct.error,
        ValueError,
        RuntimeError,
        EOFError,
    ) as error:
        raise ListRefused("not an Excel workbook, or a truncated one", place=source.name, remedy=_REMEDY) from error
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(source), remedy="check the path") from error


def _check_parts(archive: zipfile.ZipFile, source: Path) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise ListRefused("the workbook is larger than a list could be", place=source.name, remedy=_REMEDY)
    if any(part.file_size > LARGEST_RATIO * max(part.compress_size, 1024) for part in parts):
        raise ListRefused("the workbook unpacks to far more than it should", place=source.name, remedy=_REMEDY)


def _check_extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo, source: Path) -> None:
    """Refuse a part whose cell references span more cells than MOST_CELLS."""
    rows = columns = 1
    for text in _chunks(archive, part):
        for letters, number in _REFERENCE.findall(text):
            rows = max(rows, int(number))
            columns = max(columns, _column(letters))
        if rows * columns > MOST_CELLS:
            raise ListRefused("a sheet spans more cells than a list could have", place=source.name, remedy=_REMEDY)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if not tail and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise ValueError(part.filename)  # UTF-16, which hides the references and no workbook uses
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
