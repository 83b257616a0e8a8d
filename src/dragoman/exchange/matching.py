"""Private matching: a partner learns which of its keys are on a list, and neither side learns more.

The holder of the list publishes F_k(key) of every key as a Golomb-coded set (`publish`). The asker blinds
its keys (`ask`), the holder multiplies them by k without seeing them (`answer`), the asker takes the blinds
off and looks into the set (`Asked.hits`). F is the oblivious function of RFC 9497. A hit is a key, never a
record: it opens a request.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dragoman.errors import MatchingRefused
from dragoman.exchange import oprf
from dragoman.exchange.golomb import GolombSet
from dragoman.exchange.keys_of import MatchKey
from dragoman.exchange.matching_commitment import Opening, commitment, open_element
from dragoman.exchange.oprf_group import POINT, random_scalars

#: Sizes of questions. A batch is filled up to the next, so that its size tells little of what is asked.
SIZES = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
#: The chance that a whole question of the largest batch that a list expects meets anything by accident.
FALSE_POSITIVE_RATE = 1e-9
#: The batch for which that holds, unless the publisher says otherwise.
EXPECTED_BATCH = 10_000

_HEADER = struct.Struct(">4sB32s")
_MAGIC = b"DPL1"
_LIST_ID = 16


@dataclass(frozen=True)
class ListKey:
    """The secret of one published list. `verifiable` answers carry a proof, at about twice the cost.

    A key serves one partner and one edition of a list: what a partner asked of an old one tells nothing of a
    new one, and two partners cannot put their answers together.
    """

    scalar: int = field(repr=False)  # a secret does not get into logs
    verifiable: bool = False

    @classmethod
    def draw(cls, verifiable: bool = False) -> ListKey:
        """Draw a new key from the system's secure source."""
        return cls(random_scalars(1)[0], verifiable)

    @property
    def mode(self) -> oprf.Mode:
        """The mode of RFC 9497."""
        return 1 if self.verifiable else 0

    @cached_property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return oprf.public_key(self.scalar)


@dataclass(frozen=True)
class PublishedList:
    """What the asker holds of a list: the public key and the set of values. It tells the number of keys, no key."""

    mode: oprf.Mode
    public: bytes
    members: GolombSet

    @cached_property
    def content(self) -> bytes:
        """The list as bytes, as sent to the partner."""
        return _HEADER.pack(_MAGIC, self.mode, self.public) + self.members.content

    @cached_property
    def id(self) -> str:
        """The name of this edition: the beginning of the digest of its content."""
        return hashlib.sha256(self.content).hexdigest()[: 2 * _LIST_ID]

    @classmethod
    def read(cls, content: bytes) -> PublishedList:
        """Read a published list. Raises MatchingRefused on anything else."""
        if len(content) < _HEADER.size or content[:4] != _MAGIC or content[4] not in (0, 1):
            raise MatchingRefused("not a published list", remedy="fetch the partner's list again")
        _, mode, public = _HEADER.unpack_from(content)
        return cls(mode, public, GolombSet.read(content[_HEADER.size :]))


def publish(
    keys: Iterable[MatchKey],
    list_key: ListKey,
    *,
    false_positive_rate: float = FALSE_POSITIVE_RATE,
    expected_batch: int = EXPECTED_BATCH,
    decoys: int = 0,
) -> PublishedList:
    """Publish the keys of a list under a list key.

    `false_positive_rate` is for a whole question of `expected_batch` elements. `decoys` random members hide
    how many keys there are. Raises MatchingRefused where that needs more than 63 bits.
    """
    contents = list(dict.fromkeys(key.content for key in keys))
    values = oprf.evaluate(list_key.scalar, contents, list_key.mode)
    values += [secrets.token_bytes(oprf.OUTPUT) for _ in range(decoys)]
    members = GolombSet.of(values, false_positive_rate / expected_batch)
    return PublishedList(list_key.mode, list_key.public, members)


@dataclass(frozen=True)
class Question:
    """What the asker sends: the list it means, and a batch of blinded elements."""

    list_id: str
    blinded: bytes

    @property
    def size(self) -> int:
        """Number of elements, padding included: what a quota counts."""
        return len(self.blinded) // POINT

    @cached_property
    def commitment(self) -> str:
        """What both journals keep: the root over the elements."""
        return commitment(self.blinded)


@dataclass(frozen=True)
class Answer:
    """What the holder sends back: the commitment it answers to, the elements times its key, and a proof if agreed."""

    commitment: str
    evaluated: bytes
    proof: bytes = b""


@dataclass(frozen=True)
class Asked:
    """What the asker keeps to itself: its question with keys and blinds, in the order of the elements.

    A place that was filled up has no key, and random `contents`.
    """

    question: Question
    keys: tuple[MatchKey | None, ...] = field(repr=False)
    contents: tuple[bytes, ...] = field(repr=False)
    blinds: tuple[int, ...] = field(repr=False)

    def hits(self, answer: Answer, published: PublishedList) -> list[MatchKey]:
        """Return the keys that are on the list, sorted. Raises MatchingRefused where another question is answered."""
        if published.id != self.question.list_id or answer.commitment != self.question.commitment:
            raise MatchingRefused("an answer to another question", remedy="ask again")
        if published.mode == 1 and not oprf.verify(
            published.public, self.question.blinded, answer.evaluated, answer.proof
        ):
            raise MatchingRefused("the proof fails: another key has answered", remedy="ask the partner to explain")
        values = oprf.finalise(self.contents, self.blinds, answer.evaluated)
        found = published.members.contains(values)
        return sorted(key for key, is_member in zip(self.keys, found, strict=True) if key is not None and is_member)

    def open(self, position: int) -> Opening:
        """Return the opening of one element, for an auditor who holds the commitment."""
        return open_element(self.question.blinded, position, self.contents[position], self.blinds[position])


def batches(keys: Iterable[MatchKey], largest: int = EXPECTED_BATCH) -> list[list[MatchKey]]:
    """Split distinct keys into batches of at most `largest`."""
    distinct = list(dict.fromkeys(keys))
    return [distinct[start : start + largest] for start in range(0, len(distinct), largest)]


def ask(keys: Sequence[MatchKey], published: PublishedList) -> Asked:
    """Blind a batch of keys, filled up to the next of `SIZES` and shuffled, so that neighbours tell nothing.

    Raises MatchingRefused where the batch is larger than the largest size: split it with `batches`.
    """
    wanted = list(dict.fromkeys(keys))
    size = next((size for size in SIZES if size >= len(wanted)), None)
    if size is None:
        raise MatchingRefused(
            f"{len(wanted)} keys in one question, where {SIZES[-1]} are the most", remedy="split them with batches()"
        )
    padded: list[MatchKey | None] = [*wanted, *(None for _ in range(size - len(wanted)))]
    secrets.SystemRandom().shuffle(padded)
    contents = [key.content if key is not None else b"fill\x1f" + secrets.token_bytes(32) for key in padded]
    blinded, blinds = oprf.blind(contents, mode=published.mode)
    return Asked(Question(published.id, blinded), tuple(padded), tuple(contents), tuple(blinds))


def answer(question: Question, published: PublishedList, list_key: ListKey) -> Answer:
    """Answer a question. It tells nothing of the list to whoever lacks the published set.

    The caller has checked agreement and quota (`matching_quota.spend`) and put the commitment in its journal.
    Raises MatchingRefused where the question is about another list, of no agreed size, or malformed.
    """
    if question.list_id != published.id or list_key.public != published.public:
        raise MatchingRefused("a question about another list", remedy="fetch the list in force and ask again")
    if len(question.blinded) % POINT or question.size not in SIZES:
        raise MatchingRefused(
            f"a question of {question.size} elements", remedy=f"fill it up to one of {', '.join(map(str, SIZES))}"
        )
    evaluated = oprf.evaluate_blinded(list_key.scalar, question.blinded)
    proof = oprf.prove(list_key.scalar, question.blinded, evaluated) if list_key.verifiable else b""
    return Answer(question.commitment, evaluated, proof)
