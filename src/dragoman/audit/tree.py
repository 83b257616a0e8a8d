"""A Merkle tree that only grows: hashes, appending in batches, roots and proofs.

The tree is that of RFC 6962, section 2.1 (the same in RFC 9162, section 2.1): SHA-256, with a leaf's bytes behind 0x00
and an interior node's two hashes behind 0x01, so that neither passes for the other.

Of the interior nodes every eighth height is kept, which is one node for 256 leaves and makes any proof out of a few
short reads. A perfect subtree never changes, so what was stored is never written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from dragoman.errors import JournalDamaged, UsageError

#: Heights from one stored level to the next, and how many nodes below one of the next level.
STRIDE = 8
WIDTH = 1 << STRIDE
HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf with this content."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return sha256(b"\x01" + left + right).digest()


class TreeStore(Protocol):
    """Where hashes are kept: on level 0 those of the leaves, on level 1 those of 256 leaves each, and so on."""

    def read(self, level: int, start: int, count: int) -> list[bytes]:
        """Return the hashes from position `start` of a level on, `count` of them or as many as there are."""
        ...

    def extend(self, level: int, start: int, hashes: Sequence[bytes]) -> None:
        """Keep hashes from position `start` of a level on, which is where the level ends."""
        ...


@dataclass(slots=True)
class MemoryStore:
    """A store in memory, for tests and for checking what is read from elsewhere."""

    levels: dict[int, list[bytes]] = field(default_factory=dict)

    def read(self, level: int, start: int, count: int) -> list[bytes]:
        """See `TreeStore`."""
        return self.levels.get(level, [])[start : start + count]

    def extend(self, level: int, start: int, hashes: Sequence[bytes]) -> None:
        """See `TreeStore`. Raises UsageError where the level does not end at `start`."""
        kept = self.levels.setdefault(level, [])
        if len(kept) != start:
            raise UsageError(f"level {level} ends at {len(kept)}, not at {start}", remedy="append in order")
        kept.extend(hashes)


@dataclass(frozen=True, slots=True)
class Head:
    """What appending needs to know of a tree: its size, and the roots of its perfect subtrees, the largest first.

    There is one root for each 1 in the binary form of `size`.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return _fold(self.peaks)

    def pack(self) -> bytes:
        """Return the peaks as bytes, 32 each; `unpack` reads them."""
        return b"".join(self.peaks)

    @classmethod
    def unpack(cls, size: int, packed: bytes) -> Head:
        """Return the head of a tree of `size` leaves. Raises JournalDamaged where there are too few or many peaks."""
        peaks = tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
        if len(packed) % HASH_BYTES or len(peaks) != size.bit_count():
            raise JournalDamaged(
                f"a head of {size} leaves has {len(packed)} bytes of peaks", remedy="dragoman journal verify"
            )
        return cls(size, peaks)

    def grow(self, leaves: Iterable[bytes], store: TreeStore) -> Head:
        """Append leaf hashes, keep what is to be kept in `store`, and return the new head.

        Each height is hashed in one go, so a batch costs two hashes a leaf and little else.
        """
        heights = (height for height in range(self.size.bit_length() - 1, -1, -1) if self.size >> height & 1)
        peaks = dict(zip(heights, self.peaks, strict=True))
        nodes, start, height = list(leaves), self.size, 0
        size = start + len(nodes)
        while nodes:
            if height % STRIDE == 0:
                store.extend(height // STRIDE, start, nodes)
            if start & 1:
                nodes.insert(0, peaks.pop(height))
                start -= 1
            if len(nodes) & 1:
                peaks[height] = nodes.pop()
            nodes = _parents(nodes)
            start, height = start >> 1, height + 1
        return Head(size, tuple(peaks[height] for height in sorted(peaks, reverse=True)))


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    pairs = zip(nodes[::2], nodes[1::2], strict=True)
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found


@dataclass(slots=True)
class _Reader:
    """Hashes of any subtree, from a store that is read in runs of 256, each once."""

    store: TreeStore
    runs: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)

    def span(self, start: int, end: int) -> bytes:
        """Return the hash of the tree over the leaves from `start` to before `end`, as the RFC splits them."""
        return _fold(self.peaks(start, end))

    def peaks(self, start: int, end: int) -> list[bytes]:
        """Return the roots of the perfect subtrees of a span, the largest first."""
        found = []
        while start < end:
            height = (end - start).bit_length() - 1
            found.append(self._perfect(height, start >> height))
            start += 1 << height
        return found

    def _perfect(self, height: int, index: int) -> bytes:
        level, rest = divmod(height, STRIDE)
        run, offset = divmod(index << rest, WIDTH)
        if (level, run) not in self.runs:
            self.runs[level, run] = self.store.read(level, run * WIDTH, WIDTH)
        nodes = self.runs[level, run][offset : offset + (1 << rest)]
        if len(nodes) != 1 << rest:
            raise JournalDamaged(
                f"hashes of level {level} are missing from position {run * WIDTH + offset + len(nodes)} on",
                remedy="dragoman journal verify says what else is",
            )
        while len(nodes) > 1:
            nodes = _parents(nodes)
        return nodes[0]


def head_at(store: TreeStore, size: int) -> Head:
    """Return the head that the tree had with `size` leaves. Raises JournalDamaged where hashes are missing."""
    return Head(size, tuple(_Reader(store).peaks(0, size)))


def root_at(store: TreeStore, size: int) -> bytes:
    """Return the root that the tree had with `size` leaves. Raises JournalDamaged where hashes are missing."""
    return head_at(store, size).root


def inclusion_proof(store: TreeStore, index: int, size: int) -> list[bytes]:
    """Return the hashes that lead from the leaf at `index` to the root of `size` leaves (RFC 9162, 2.1.3.1).

    Raises UsageError where there is no such leaf, JournalDamaged where hashes are missing.
    """
    if not 0 <= index < size:
        raise UsageError(f"a tree of {size} leaves has no leaf {index}", remedy="give an index below the size")
    low, high, spans = 0, size, []
    while high - low > 1:
        middle = low + _left(high - low)
        if index < middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    reader = _Reader(store)
    return [reader.span(*span) for span in reversed(spans)]


def consistency_proof(store: TreeStore, first: int, second: int) -> list[bytes]:
    """Return the hashes that show the tree of `second` leaves to extend that of `first` (RFC 9162, 2.1.4.1).

    It is empty where `first` is nothing or the same. Raises UsageError where `first` is the larger.
    """
    if not 0 <= first <= second:
        raise UsageError(f"a tree of {second} leaves does not extend one of {first}", remedy="give the smaller first")
    if first in (0, second):
        return []
    low, high, spans = 0, second, []
    while first != high:
        middle = low + _left(high - low)
        if first <= middle:
            spans.append((middle, high))
            high = middle
        else:
            spans.append((low, middle))
            low = middle
    if low:  # the verifier does not know the last subtree, because it is not the whole first tree
        spans.append((low, high))
    reader = _Reader(store)
    return [reader.span(*span) for span in reversed(spans)]


def _left(width: int) -> int:
    """Return how many of `width` leaves are in the left subtree: the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1
