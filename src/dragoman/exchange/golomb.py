"""Golomb-coded sets: membership of hashed elements in little more space than information theory asks.

The elements are hashed onto a range as wide as the false positives are rare, sorted, and their
differences written in Golomb-Rice code (Golomb 1966, Rice 1979). Both halves of the codes are kept apart, the
unary quotients and the remainders of fixed width, so that NumPy reads and writes a whole set at once.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dragoman.errors import MatchingRefused

Numbers = npt.NDArray[np.uint64]

_HEADER = struct.Struct(">4sBQQQ")
_MAGIC = b"DGS1"
#: Positions are 64-bit numbers; one bit is left so that sums stay within them.
_WIDEST = 2**63
#: More elements than any list has; a header that claims more is refused before memory is set aside.
_MOST = 2**28


@dataclass(frozen=True)
class GolombSet:
    """A set of positions below `span`, sorted and distinct, shape (number of elements,)."""

    positions: Numbers
    span: int

    @classmethod
    def of(cls, values: Iterable[bytes], false_positive_rate: float) -> GolombSet:
        """Build the set of some values (uniform or not, 16 bytes of each are hashed anew).

        `false_positive_rate` is the chance that one value that is not in the set seems to be.
        Raises MatchingRefused where the rate is out of reach for so many values.
        """
        distinct = set(values)
        span = math.ceil(max(1, len(distinct)) / false_positive_rate)
        if span > _WIDEST:
            raise MatchingRefused(
                f"{len(distinct)} elements at a false-positive rate of {false_positive_rate:g} need more than 63 bits",
                remedy="publish the list in parts, or allow a higher rate",
            )
        return cls(np.unique(places(list(distinct), span)), span)

    def __len__(self) -> int:
        return len(self.positions)

    def contains(self, values: Sequence[bytes]) -> npt.NDArray[np.bool_]:
        """Tell which of the values are in the set, shape (len(values),)."""
        wanted = places(values, self.span)
        if not len(self):
            return np.zeros(len(wanted), np.bool_)
        found = np.minimum(np.searchsorted(self.positions, wanted), len(self) - 1)
        answer: npt.NDArray[np.bool_] = self.positions[found] == wanted
        return answer

    @cached_property
    def content(self) -> bytes:
        """The set as bytes: header, unary quotients, remainders."""
        width = _width(len(self), self.span)
        steps = np.diff(self.positions, prepend=np.uint64(0))
        quotients = steps >> np.uint64(width)
        unary = np.ones(int(quotients.sum()) + len(self), np.uint8)
        unary[np.cumsum(quotients + np.uint64(1)).astype(np.int64) - 1] = 0
        header = _HEADER.pack(_MAGIC, width, self.span, len(self), len(unary))
        return header + np.packbits(unary).tobytes() + _pack(steps, width)

    @classmethod
    def read(cls, content: bytes) -> GolombSet:
        """Read a set. Raises MatchingRefused on anything that `content` would not have written."""
        width, span, count, length = _header(content)
        split = _HEADER.size + (length + 7) // 8
        if len(content) != split + (count * width + 7) // 8:
            raise _damaged("its length is not what its header says")
        unary = np.unpackbits(np.frombuffer(content, np.uint8, split - _HEADER.size, _HEADER.size), count=length)
        ends = np.flatnonzero(unary == 0)
        if len(ends) != count or (count and ends[-1] != length - 1):
            raise _damaged("its quotients are not as many as its elements")
        quotients = (np.diff(ends, prepend=-1) - 1).astype(np.uint64)
        if length > count + (span >> width):
            raise _damaged("it reaches beyond its span")
        steps = (quotients << np.uint64(width)) | _unpack(content[split:], count, width)
        positions = np.cumsum(steps, dtype=np.uint64)
        if count and (int(positions[-1]) >= span or bool((steps[1:] == 0).any())):
            raise _damaged("its elements repeat, or reach beyond its span")
        return cls(positions, span)


def places(values: Sequence[bytes], span: int) -> Numbers:
    """Return the position of each value below `span`, shape (len(values),)."""
    blake2b, from_bytes = hashlib.blake2b, int.from_bytes
    found = [from_bytes(blake2b(value, digest_size=16).digest(), "big") * span >> 128 for value in values]
    return np.array(found, np.uint64)


def _width(count: int, span: int) -> int:
    """Return the bits of a remainder that make the set smallest: log2 of the mean step times ln 2, rounded well."""
    if not count:
        return 0
    return max(0, round(math.log2(max(1.0, span / count * math.log(2)))))


def _header(content: bytes) -> tuple[int, int, int, int]:
    if len(content) < _HEADER.size:
        raise _damaged("it is cut short")
    magic, width, span, count, length = _HEADER.unpack_from(content)
    if magic != _MAGIC:
        raise _damaged("it does not begin as one")
    if not 1 <= span <= _WIDEST or count > _MOST or width > 62 or length > 64 * _MOST or width != _width(count, span):
        raise _damaged("its header makes no sense")
    return width, span, count, length


def _damaged(reason: str) -> MatchingRefused:
    return MatchingRefused(f"not a Golomb-coded set: {reason}", remedy="fetch the partner's list again")


_CHUNK = 1 << 16  # a multiple of 8, so that every chunk but the last ends on a byte


def _pack(numbers: Numbers, width: int) -> bytes:
    """Write the low `width` bits of each number, one after another, the highest bit first."""
    if not width:
        return b""
    parts = []
    for start in range(0, len(numbers), _CHUNK):
        octets = numbers[start : start + _CHUNK].astype(">u8").view(np.uint8).reshape(-1, 8)
        parts.append(np.packbits(np.unpackbits(octets, axis=1)[:, 64 - width :]).tobytes())
    return b"".join(parts)


def _unpack(content: bytes, count: int, width: int) -> Numbers:
    if not width:
        return np.zeros(count, np.uint64)
    octets, parts = np.frombuffer(content, np.uint8), []
    for start in range(0, count, _CHUNK):
        rows = min(_CHUNK, count - start)
        first = start * width // 8
        bits = np.unpackbits(octets[first : first + (rows * width + 7) // 8], count=rows * width).reshape(rows, width)
        wide = np.zeros((rows, 64), np.uint8)
        wide[:, 64 - width :] = bits
        parts.append(np.packbits(wide, axis=1).view(">u8").reshape(-1).astype(np.uint64))
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)
