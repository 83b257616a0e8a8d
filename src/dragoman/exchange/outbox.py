"""Delivery between two nodes: in order, exactly once, acknowledged, whatever the line does.

Pure: functions over small states, which the node stores in the transaction that stores what they are about. Each
direction of a pair is one stream. The sender numbers its messages from 1 and chains them by hash; the receiver takes
the next number only, holds a few that came too early, and acknowledges how far it has come. Until that arrives, the
sender sends again. A chain that does not fit is never mended in silence: one side was set back to an old backup, or
someone forges.

    outbox, envelope = put(outbox, body)              # store both, with the envelope, in one transaction
    for number in due(outbox, now): ...               # send the stored envelopes, then
    outbox = tried(outbox, now)
    inbox, bodies, acknowledgement = receive(inbox, envelope)   # act on the bodies in the same transaction, and answer
    outbox = acknowledged(outbox, acknowledgement, chain_of)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dragoman.errors import MessageRefused, OrderBroken
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling_words import load

#: How many messages may be on the way, and how many the receiver holds that came too early.
WINDOW = 64
#: The chain before the first message.
START = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message of a stream: its number, its body (JSON), and the chain up to and with it."""

    stream: str
    number: int
    body: Any
    chain: str

    def to_json(self) -> dict[str, Any]:
        """Return the envelope as it travels."""
        return {"stream": self.stream, "number": self.number, "body": self.body, "chain": self.chain}

    @classmethod
    def from_json(cls, found: Any) -> Envelope:
        """Read what `to_json` wrote. Raises MessageRefused."""
        _expect(found, {"stream": str, "number": int, "chain": str}, also="body")
        return cls(found["stream"], found["number"], found["body"], found["chain"])


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The receiver has all messages up to `through`, and the chain there."""

    stream: str
    through: int
    chain: str

    def to_json(self) -> dict[str, Any]:
        """Return the acknowledgement as it travels."""
        return {"stream": self.stream, "through": self.through, "chain": self.chain}

    @classmethod
    def from_json(cls, found: Any) -> Acknowledgement:
        """Read what `to_json` wrote. Raises MessageRefused."""
        _expect(found, {"stream": str, "through": int, "chain": str})
        return cls(found["stream"], found["through"], found["chain"])


@dataclass(frozen=True, slots=True)
class Outbox:
    """The sender's state of one stream. `last` and `chain` are of the newest message, `through` is acknowledged.

    `attempts` counts sendings since the last progress, `since` is when the first of them was, `again` when the next
    is due.
    """

    stream: str
    last: int = 0
    chain: str = START
    through: int = 0
    attempts: int = 0
    since: datetime | None = None
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """The receiver's state of one stream: all up to `through` was acted on; `early` came before its turn."""

    stream: str
    through: int = 0
    chain: str = START
    early: tuple[Envelope, ...] = ()


def put(outbox: Outbox, body: Any) -> tuple[Outbox, Envelope]:
    """Number one more message. Store the envelope; `due` says when to send it."""
    number = outbox.last + 1
    chain = link(outbox.chain, number, body)
    # While nothing is on the way, a new message does not wait for the end of a wait that has no cause any more.
    again = outbox.again if outbox.last > outbox.through else None
    return replace(outbox, last=number, chain=chain, again=again), Envelope(outbox.stream, number, body, chain)


def due(outbox: Outbox, now: datetime) -> range:
    """Return the numbers to send now; none while the last attempt may still be answered, or all is acknowledged."""
    if outbox.again is not None and outbox.again > now and not _set_back(outbox, now):
        return range(0)
    return range(outbox.through + 1, min(outbox.last, outbox.through + WINDOW) + 1)


def tried(outbox: Outbox, now: datetime) -> Outbox:
    """Note that what was due was sent, or that sending failed: the next attempt waits longer."""
    if outbox.last == outbox.through:
        return outbox
    attempts = outbox.attempts + 1
    since = outbox.since if outbox.since is not None and outbox.since <= now else now
    return replace(outbox, attempts=attempts, since=since, again=now + wait(outbox.stream, attempts))


def acknowledged(outbox: Outbox, found: Acknowledgement, chain_of: Callable[[int], str]) -> Outbox:
    """Take an acknowledgement. `chain_of` gives the chain of a stored message by its number, and START for 0.

    An old one changes nothing. Raises OrderBroken where it contradicts what was sent.
    """
    if found.stream != outbox.stream:
        raise OrderBroken(f"an acknowledgement of {found.stream} came for {outbox.stream}", remedy="look who sent it")
    if found.through > outbox.last:
        raise OrderBroken(
            f"the receiver has {found.through} messages of {outbox.stream}, and {outbox.last} were written here",
            remedy="this node was set back to an old backup: restore the newest, or begin a new stream together",
        )
    if found.through < 0 or chain_of(found.through) != found.chain:
        raise OrderBroken(
            f"the receiver's first {found.through} messages of {outbox.stream} are not those that were sent",
            remedy="stop, compare both journals, and begin a new stream once it is clear which messages differ",
        )
    if found.through <= outbox.through:
        return outbox
    return replace(outbox, through=found.through, attempts=0, since=None, again=None)


def receive(inbox: Inbox, found: Envelope) -> tuple[Inbox, tuple[Any, ...], Acknowledgement]:
    """Take one envelope; return the state, the bodies whose turn has come, and what to answer.

    A repeat gives no body, and the acknowledgement once more. Raises OrderBroken where it contradicts what came before;
    nothing of it is taken then.
    """
    if found.stream != inbox.stream:
        raise OrderBroken(f"a message of {found.stream} came for {inbox.stream}", remedy="look who sent it")
    if found.number < 1:
        raise OrderBroken("messages are numbered from 1", remedy="ask the partner to look at its outbox")
    if inbox.through < found.number <= inbox.through + WINDOW:
        inbox = replace(inbox, early=_held(inbox, found))
    inbox, bodies = _in_turn(inbox)
    return inbox, bodies, Acknowledgement(inbox.stream, inbox.through, inbox.chain)


def link(chain: str, number: int, body: Any) -> str:
    """Return the chain with one more message."""
    return hashlib.sha256(f"{chain}\n{number}\n{digest(body)}".encode()).hexdigest()


def wait(stream: str, attempts: int) -> timedelta:
    """Return how long to wait after so many attempts.

    The spread hangs on the stream, so that it is the same when replayed.
    """
    table = load("delivery.yaml")["messages"]
    longest = min(table["longest"], table["first"] * 2 ** min(attempts - 1, 30))
    chance = hashlib.sha256(f"{stream}\n{attempts}".encode()).digest()[0] / 255
    return timedelta(seconds=longest * (1 - table["spread"] * chance))


def out_of_reach(outbox: Outbox, now: datetime) -> bool:
    """Tell whether the partner has been silent for so long that a person is to hear of it."""
    limit = timedelta(seconds=load("delivery.yaml")["messages"]["tell"])
    return outbox.since is not None and now - outbox.since >= limit


def _set_back(outbox: Outbox, now: datetime) -> bool:
    """A clock that was set back must not make a wait longer than the longest there is."""
    longest = timedelta(seconds=load("delivery.yaml")["messages"]["longest"])
    return outbox.again is not None and outbox.again - now > longest


def _held(inbox: Inbox, found: Envelope) -> tuple[Envelope, ...]:
    for each in inbox.early:
        if each.number == found.number:
            if each.chain != found.chain or digest(each.body) != digest(found.body):
                raise _contradiction(found)
            return inbox.early
    return tuple(sorted((*inbox.early, found), key=lambda each: each.number))


def _in_turn(inbox: Inbox) -> tuple[Inbox, tuple[Any, ...]]:
    bodies: list[Any] = []
    through, chain, early = inbox.through, inbox.chain, list(inbox.early)
    while early and early[0].number == through + 1:
        found = early.pop(0)
        chain = link(chain, found.number, found.body)
        if chain != found.chain:
            raise _contradiction(found)
        through = found.number
        bodies.append(found.body)
    return Inbox(inbox.stream, through, chain, tuple(early)), tuple(bodies)


def _contradiction(found: Envelope) -> OrderBroken:
    return OrderBroken(
        f"message {found.number} of {found.stream} does not continue what was received before",
        remedy="the sender was set back to an old backup, or it is forged: stop, and compare both journals",
    )


def _expect(found: Any, kinds: dict[str, type], also: str = "") -> None:
    sound = isinstance(found, dict) and found.keys() == {*kinds, *([also] if also else [])}
    if not sound or not all(type(found[key]) is kind for key, kind in kinds.items()):
        raise MessageRefused("not an envelope or acknowledgement", remedy="ask the partner to send it again")
