"""Files of one JSON object a line, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from dragoman.errors import ListRefused

#: Longer lines are no entity: the largest that OpenSanctions publishes are under 1 MiB.
LONGEST_LINE = 8 * 1024 * 1024

_GZIP = b"\x1f\x8b"
_AGAIN = "fetch the file again from its publisher and compare its checksum"


def lines(source: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each line that is not blank, with its place. Raises ListRefused on a file that is cut short or too long."""
    try:
        with source.open("rb") as plain:
            zipped = plain.read(2) == _GZIP
            plain.seek(0)
            stream = gzip.GzipFile(fileobj=plain) if zipped else plain
            number = 0
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                place = f"{source.name}:{number}"
                if len(line) > LONGEST_LINE:
                    raise ListRefused(f"a line is longer than {LONGEST_LINE} bytes", place=place, remedy=_AGAIN)
                if line := line.strip().removeprefix(b"\xef\xbb\xbf"):
                    yield place, line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ListRefused("the compressed file is truncated or damaged", place=source.name, remedy=_AGAIN) from error
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(source), remedy="check the path") from error


def unzipped(head: bytes) -> bytes:
    """Return the beginning of a file as text, at most 1 MiB of it; nothing where it is damaged."""
    if not head.startswith(_GZIP):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 1 << 20)
    except zlib.error:
        return b""


def first_line(head: bytes) -> bytes | None:
    """Return the first line of such a beginning, None where it is no JSON object's."""
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]
    return line if line.startswith(b"{") else None
