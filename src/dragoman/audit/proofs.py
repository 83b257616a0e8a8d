"""Verifying proofs, without the tree that they are about; and the file that carries a proof of inclusion.

The algorithms are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2; the file is c2sp.org/tlog-proof, version 1.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dragoman.audit import base64_strict
from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Verifier
from dragoman.audit.tree import EMPTY_ROOT, HASH_BYTES, leaf_hash, node_hash
from dragoman.errors import ProofRefused

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_REMEDY = "do not rely on it; ask the node for a new proof, and tell its auditor"


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Verify that the leaf with hash `leaf` stands at `index` of the tree of `size` leaves with this root.

    Raises ProofRefused.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"there is no leaf {index} among {size}", remedy=_REMEDY)
    here, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofRefused("the proof has too many hashes", remedy=_REMEDY)
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            here, last = _until_right(here, last)
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofRefused("the proof has too few hashes", remedy=_REMEDY)
    if found != root:
        raise ProofRefused(f"the event is not what stands at {index} in the tree", remedy=_REMEDY)


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> None:
    """Verify that the tree of `second` leaves begins with the `first` leaves of the other. Raises ProofRefused."""
    if not 0 <= first <= second:
        raise ProofRefused(f"a tree of {second} leaves does not extend one of {first}", remedy=_REMEDY)
    if first in (0, second):
        if path or first_root != (second_root if first else EMPTY_ROOT):
            raise ProofRefused(f"the trees of {first} and {second} leaves contradict each other", remedy=_REMEDY)
        return
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not hashes:
        raise ProofRefused("the proof has too few hashes", remedy=_REMEDY)
    here, last = _shifted(first - 1, second - 1)
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise ProofRefused("the proof has too many hashes", remedy=_REMEDY)
        if here & 1 or here == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            here, last = _until_right(here, last)
        else:
            newer = node_hash(newer, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofRefused("the proof has too few hashes", remedy=_REMEDY)
    if older != first_root or newer != second_root:
        raise ProofRefused(f"the tree of {second} leaves is not the one of {first}, continued", remedy=_REMEDY)


def _shifted(here: int, last: int) -> tuple[int, int]:
    """Go up while the node is a right child."""
    while here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _until_right(here: int, last: int) -> tuple[int, int]:
    """Go up while the node is a left child without a sibling: it is then the node above, unchanged."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """An event with all that shows it to be in the log: its place, the path, and a signed checkpoint."""

    content: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def verify(self, verifiers: Iterable[Verifier]) -> list[Verifier]:
        """Verify path and signatures; return whose signatures were found. Raises ProofRefused, CheckpointRefused."""
        found = self.checkpoint.note.verify(verifiers)
        verify_inclusion(leaf_hash(self.content), self.index, self.checkpoint.size, self.path, self.checkpoint.root)
        return found

    def __str__(self) -> str:
        hashes = "".join(f"{_base64(each)}\n" for each in self.path)
        return f"{_FIRST_LINE}\nextra {_base64(self.content)}\nindex {self.index}\n{hashes}\n{self.checkpoint.note}"

    @classmethod
    def parse(cls, text: str) -> InclusionProof:
        """Read a proof file; the event is its extra data. Raises ProofRefused, CheckpointRefused. Verifies nothing."""
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or len(lines) < 3 or lines[0] != _FIRST_LINE:
            raise ProofRefused(f"it does not begin with {_FIRST_LINE}", remedy="hand in a file that a node gave out")
        if not lines[1].startswith("extra ") or not lines[2].startswith("index "):
            raise ProofRefused("it carries no event or no index", remedy="hand in a file that a node gave out")
        number = lines[2].removeprefix("index ")
        if not (number.isascii() and number.isdecimal()) or number != str(int(number)):
            raise ProofRefused(f"the index {number!r} is no number", remedy=_REMEDY)
        path = tuple(_decoded(line) for line in lines[3:])
        if any(len(each) != HASH_BYTES for each in path):
            raise ProofRefused("a hash of the path has not 32 bytes", remedy=_REMEDY)
        return cls(_decoded(lines[1].removeprefix("extra ")), int(number), path, Checkpoint.parse(note))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return base64_strict.decode(text)
    except ValueError as error:
        raise ProofRefused(f"{text[:40]!r} is not base64", remedy=_REMEDY) from error
