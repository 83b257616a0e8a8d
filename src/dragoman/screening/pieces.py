"""Pieces of different lengths, laid after one another: what an index holds of names, tokens and facts.

An index is put together from two stores of pieces: those of the former index, and those made now. They are numbered
through, the former ones first; `take` picks pieces of both by their numbers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


class Pieces(NamedTuple):
    """Piece i is ``column[start[i]:start[i + 1]]`` of every column."""

    start: npt.NDArray[Any]
    columns: tuple[npt.NDArray[Any], ...]

    @classmethod
    def of(cls, pieces: Sequence[bytes]) -> Pieces:
        """Lay out pieces of bytes."""
        return cls(cuts([len(piece) for piece in pieces]), (np.frombuffer(b"".join(pieces), np.uint8),))

    def at(self, number: int) -> bytes:
        """Return one piece of the first column as bytes."""
        found: bytes = self.columns[0][self.start[number] : self.start[number + 1]].tobytes()
        return found

    def __len__(self) -> int:
        return len(self.start) - 1


def cuts(lengths: Sequence[int] | npt.NDArray[Any]) -> Ints:
    """Return where pieces of the given lengths begin, and where the last ends."""
    start = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=start[1:])
    return start


def starts(owner: npt.NDArray[Any], owners: int) -> Ints:
    """Return where what belongs to each owner begins, and the end of all; `owner` is in order."""
    return cuts(np.bincount(owner, minlength=owners))


def spread(start: npt.NDArray[Any], length: npt.NDArray[Any]) -> Ints:
    """Return the numbers from each start on, as many as its length says, after one another."""
    ends = np.cumsum(length, dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(start.astype(np.int64) - (ends - length), length) + np.arange(total)


def take(former: Pieces, new: Pieces, numbers: Ints) -> Pieces:
    """Return the pieces of these numbers, in this order. What lies together is copied at once."""
    border = len(former)
    length = np.concatenate([np.diff(former.start), np.diff(new.start)])[numbers]
    begin = np.flatnonzero(np.diff(numbers, prepend=-2) != 1)
    begin = np.union1d(begin, np.flatnonzero(numbers == border))
    firsts = numbers[begin].tolist()
    lasts = numbers[np.append(begin[1:], len(numbers)) - 1].tolist() if len(begin) else []
    spans = [
        (former, former.start[first], former.start[last + 1])
        if last < border
        else (new, new.start[first - border], new.start[last + 1 - border])
        for first, last in zip(firsts, lasts, strict=True)
    ]
    columns = (
        np.concatenate([new.columns[number][:0], *(store.columns[number][one:end] for store, one, end in spans)])
        for number in range(len(new.columns))
    )
    return Pieces(cuts(length), tuple(columns))


def rows(former: npt.NDArray[Any], new: npt.NDArray[Any], numbers: Ints) -> npt.NDArray[Any]:
    """Return the rows of these numbers: `take` where every piece is one row."""
    return np.concatenate([former, new])[numbers] if len(former) else new[numbers]


def merged(former: Ints, new: Ints, key: Callable[[int], Any]) -> Ints:
    """Return the numbers of both in the order of their keys; each is in that order already.

    Where little is new, `key` is asked for few of the former ones.
    """
    if not len(former):
        return new
    places, low, count = [], 0, len(former)
    for number in new.tolist():
        wanted = key(number)
        step, high = 1, low
        while high < count and key(int(former[high])) < wanted:
            low, high, step = high + 1, high + step, 2 * step
        low = bisect_left(range(count), wanted, low, min(high, count), key=lambda at: key(int(former[at])))
        places.append(low)
    return np.insert(former, np.array(places, np.int64), new)
