"""Passing on: the originator's leave, case by case; who is barred; and the way an object came.

Passing on is denied unless every originator gave leave for this object, this recipient and this purpose, and no node on
the way bars the recipient. A leave is signed, and short; a bar counts from the moment that it is known. So a partner
whom one node dropped receives nothing of that node through a third one (MISP #10899).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.agreement_acts import SKEW
from dragoman.exchange.canonical import digest
from dragoman.exchange.keys import KeyRing, PrivateKey, check_document, sign_document
from dragoman.exchange.messages_typed import texts, typed

#: A leave that names no end is good for this long: long enough to send, too short to be forgotten.
LEAVE_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Leave:
    """`originator` lets `holder` do `action` with these objects (by digest) for `receiver` and `purpose`."""

    originator: str
    holder: str
    receiver: str
    action: str
    purpose: str
    objects: frozenset[str]
    at: datetime
    ends: datetime
    key: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "originator": self.originator, "holder": self.holder, "receiver": self.receiver, "action": self.action,
            "purpose": self.purpose, "objects": sorted(self.objects), "at": self.at.isoformat(),
            "ends": self.ends.isoformat(),
        }  # fmt: skip

    def signed(self, key: PrivateKey) -> Leave:
        """Return the leave with its signature."""
        return replace(self, key=key.public.id, signature=sign_document("leave", self.body(), key))

    def to_json(self) -> dict[str, Any]:
        """Return the leave as it travels."""
        return self.body() | {"key": self.key, "signature": self.signature}

    @classmethod
    def from_json(cls, found: Any) -> Leave:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        with _reading("leave"):
            at, ends = moment(found["at"]), moment(found["ends"])
            return typed(cls(**{**found, "objects": frozenset(texts(found["objects"])), "at": at, "ends": ends}))

    def check(self, ring: KeyRing) -> None:
        """Check that the originator signed it. Raises SignatureRefused."""
        _check("leave", self.originator, self.body(), self.key, self.signature, self.at, ring)

    def covers(self, holder: str, receiver: str, action: str, purpose: str, object_digest: str, now: datetime) -> bool:
        """Tell whether it is for just this, now; the clocks may differ by the skew, against the holder."""
        return (
            (self.holder, self.receiver, self.action, self.purpose) == (holder, receiver, action, purpose)
            and object_digest in self.objects
            and self.at <= now + SKEW
            and now + SKEW < self.ends
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """`node` lets nothing that came from or through it reach `barred`, until a later number lifts it."""

    node: str
    barred: str
    number: int
    lifted: bool
    at: datetime
    reason: str
    key: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "node": self.node, "barred": self.barred, "number": self.number, "lifted": self.lifted,
            "at": self.at.isoformat(), "reason": self.reason,
        }  # fmt: skip

    def signed(self, key: PrivateKey) -> Bar:
        """Return the bar with its signature."""
        return replace(self, key=key.public.id, signature=sign_document("bar", self.body(), key))

    def to_json(self) -> dict[str, Any]:
        """Return the bar as it travels."""
        return self.body() | {"key": self.key, "signature": self.signature}

    @classmethod
    def from_json(cls, found: Any) -> Bar:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        with _reading("bar"):
            return typed(cls(**{**found, "at": moment(found["at"])}))

    def check(self, ring: KeyRing) -> None:
        """Check that the node signed it. Raises SignatureRefused."""
        _check("bar", self.node, self.body(), self.key, self.signature, self.at, ring)


def barring(bars: Iterable[Bar], receiver: str, nodes: Iterable[str], now: datetime) -> list[str]:
    """Return those of `nodes` (whom an object comes from or through) that bar the receiver.

    The highest number of a node about a receiver counts. Two of one number contradict each other: then it is barred. A
    lift counts only once its time has come.
    """
    concerned, last = frozenset(nodes), dict[str, Bar]()
    for bar in bars:
        if bar.barred != receiver or bar.node not in concerned or (bar.lifted and bar.at > now + SKEW):
            continue
        known = last.get(bar.node)
        if known is None or bar.number > known.number or (bar.number == known.number and not bar.lifted):
            last[bar.node] = bar
    return sorted(node for node, bar in last.items() if not bar.lifted)


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of the way: `giver` gave the object to `receiver` under an agreement. Signed over all steps before."""

    giver: str
    receiver: str
    agreement: str
    at: datetime
    before: str
    key: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "giver": self.giver, "receiver": self.receiver, "agreement": self.agreement, "at": self.at.isoformat(),
            "before": self.before,
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the step as it travels."""
        return self.body() | {"key": self.key, "signature": self.signature}


def pass_along(
    way: tuple[Hop, ...], object_digest: str, giver: str, receiver: str, agreement: str, at: datetime, key: PrivateKey
) -> tuple[Hop, ...]:
    """Return the way with one more step, signed by its giver."""
    hop = Hop(giver, receiver, agreement, at, _so_far(way, object_digest), key.public.id)
    return (*way, replace(hop, signature=sign_document("hop", hop.body(), key)))


def check_way(way: tuple[Hop, ...], object_digest: str, originators: frozenset[str], ring: KeyRing) -> None:
    """Check the way of an object: begun by an originator, unbroken, each step signed by who took it.

    Raises MessageRefused, SignatureRefused.
    """
    for index, hop in enumerate(way):
        begun = hop.giver in originators if index == 0 else hop.giver == way[index - 1].receiver
        if not begun or hop.before != _so_far(way[:index], object_digest):
            raise MessageRefused(
                f"step {index + 1} of the way of this object does not follow",
                remedy="do not use it; ask its originator",
            )
        _check("hop", hop.giver, hop.body(), hop.key, hop.signature, hop.at, ring)


def nodes_of(way: Iterable[Hop]) -> frozenset[str]:
    """Return all nodes that an object came through, its present holder included."""
    return frozenset(node for hop in way for node in (hop.giver, hop.receiver))


def read_way(found: Any) -> tuple[Hop, ...]:
    """Read the steps that `Hop.to_json` wrote, unchecked. Raises MessageRefused."""
    with _reading("way"):
        return tuple(typed(Hop(**{**each, "at": moment(each["at"])})) for each in found)


def moment(text: Any) -> datetime:
    """Read a moment with its offset. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    return found


def _so_far(way: tuple[Hop, ...], object_digest: str) -> str:
    return digest([object_digest, *(hop.to_json() for hop in way)])


def _check(kind: str, node: str, body: Any, key: str, signature: str, at: datetime, ring: KeyRing) -> None:
    found = ring.find(key, at)
    if found.node != node:
        raise SignatureRefused(
            f"a {kind} of {node} is signed by {found.node}", remedy=f"only {node} itself may sign it"
        )
    check_document(kind, body, signature, found.key)


class _reading:  # noqa: N801  reads as a word
    """Turns what goes wrong in reading a stranger's object into MessageRefused."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (TypeError, ValueError, KeyError, AttributeError)):
            raise MessageRefused(f"not a {self.what}: {error}", remedy="ask the partner to send it again") from error
