"""Recall: withdrawals, corrections and earlier last days that reach every recipient, onward ones too, and are
acknowledged.

The originator signs one notice. Each holder carries it out, passes the same notice on to those that it gave the object
to, and answers when all of these have answered. What is not answered in time is chased, and shown until it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling_words import load
from dragoman.exchange.keys import KeyRing, PrivateKey, check_document, sign_document
from dragoman.exchange.messages_typed import typed
from dragoman.exchange.policy_onward import moment

KINDS = ("recall", "correction", "delisting", "narrowing", "shortening")
#: What a holder did: removed it, replaced it, keeps it no longer than it was told, keeps it for a stated ground, or
#: never held it.
OUTCOMES = ("removed", "corrected", "shortened", "kept", "not_held")
_SAY = f"say one of {', '.join(OUTCOMES)}; for kept, the ground"


@dataclass(frozen=True, slots=True)
class Notice:
    """What the originator says about an object of its own that it gave away.

    `replacement` is the digest of what takes its place (a correction). `due` is when it is to be carried out. `until`
    is the last day on which what was received before the agreement whose hash is `agreement` may be kept (a
    shortening).
    """

    kind: str
    object: str
    originator: str
    reason: str
    at: datetime
    due: datetime
    replacement: str = ""
    until: date | None = None
    agreement: str = ""
    key: str = ""
    signature: str = ""

    @property
    def id(self) -> str:
        """The digest of what is signed."""
        return digest(self.body())

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        shorter = {"until": self.until.isoformat(), "agreement": self.agreement} if self.until is not None else {}
        return {
            "kind": self.kind, "object": self.object, "originator": self.originator, "reason": self.reason,
            "at": self.at.isoformat(), "due": self.due.isoformat(), "replacement": self.replacement,
        } | shorter  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the notice as it travels, the same at every step."""
        return self.body() | {"key": self.key, "signature": self.signature}

    @classmethod
    def from_json(cls, found: Any) -> Notice:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        try:
            times: dict[str, Any] = {name: moment(found[name]) for name in ("at", "due")}
            times |= {"until": date.fromisoformat(found["until"])} if "until" in found else {}
            read = typed(cls(**{**found, **times}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not a notice: {error}", remedy="ask the partner to send it again") from error
        whole = bool(read.reason and read.object) and (read.kind == "shortening") == (read.until is not None)
        if read.kind not in KINDS or not whole:
            raise MessageRefused(
                "not a notice", remedy=f"a notice is one of {', '.join(KINDS)}, with object and reason"
            )
        return read

    def check(self, originators: Iterable[str], ring: KeyRing) -> None:
        """Check that it is signed by its originator, which is one of the object's. Raises SignatureRefused."""
        known = ring.find(self.key, self.at)
        if known.node != self.originator or self.originator not in set(originators):
            raise SignatureRefused(
                f"{known.node} cannot recall what it did not originate",
                remedy="ask the object's originator whether it knows",
            )
        check_document("notice", self.body(), self.signature, known.key)


def notice(
    kind: str,
    object_id: str,
    originator: str,
    reason: str,
    at: datetime,
    key: PrivateKey,
    *,
    replacement: str = "",
    until: date | None = None,
    agreement: str = "",
) -> Notice:
    """Return a signed notice, due as the table says.

    Raises MessageRefused where the reason, or what a correction or a shortening needs, is missing.
    """
    needed = (kind == "correction") == bool(replacement) and (kind == "shortening") == (until is not None)
    if kind not in KINDS or not reason or not needed:
        raise MessageRefused(
            "a notice needs a kind and a reason, a correction what takes the object's place, a shortening the last day",
            remedy=f"kinds are {', '.join(KINDS)}",
        )
    due = at + timedelta(hours=hours_to(kind))
    made = Notice(kind, object_id, originator, reason, at, due, replacement, until, agreement)
    return replace(made, key=key.public.id, signature=sign_document("notice", made.body(), key))


def hours_to(kind: str) -> int:
    """Return in how many hours a notice is to be carried out, by the table."""
    return int(load("delivery.yaml")["notices"][kind]["due"])


@dataclass(frozen=True, slots=True)
class Done:
    """A holder's answer: what it did, when, and the answers of those that it passed the object on to.

    `ground` is why it keeps what it keeps (a court's order, a duty to retain): the originator reads it. Each holder
    signs its own, so nobody can answer for those below.
    """

    notice: str
    node: str
    outcome: str
    at: datetime
    ground: str = ""
    onward: tuple[Done, ...] = ()
    key: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "notice": self.notice, "node": self.node, "outcome": self.outcome, "at": self.at.isoformat(),
            "ground": self.ground, "onward": [each.to_json() for each in self.onward],
        }  # fmt: skip

    def signed(self, key: PrivateKey) -> Done:
        """Return the answer with its holder's signature."""
        return replace(self, key=key.public.id, signature=sign_document("done", self.body(), key))

    def to_json(self) -> dict[str, Any]:
        """Return the answer as it travels."""
        return self.body() | {"key": self.key, "signature": self.signature}

    @classmethod
    def from_json(cls, found: Any) -> Done:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        try:
            onward = tuple(cls.from_json(each) for each in found["onward"])
            read = typed(cls(**{**found, "at": moment(found["at"]), "onward": onward}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not an answer: {error}", remedy="ask the partner to send it again") from error
        if read.outcome not in OUTCOMES or (read.outcome == "kept" and not read.ground):
            raise MessageRefused("not an answer to a notice", remedy=_SAY)
        return read

    def check(self, ring: KeyRing) -> None:
        """Check that each holder signed its own answer, to one notice. Raises SignatureRefused."""
        for each in flatten(self):
            known = ring.find(each.key, each.at)
            if known.node != each.node or each.notice != self.notice:
                raise SignatureRefused(f"{known.node} answers for {each.node}", remedy="ask that node itself")
            check_document("done", each.body(), each.signature, known.key)


class Progress(StrEnum):
    """How far one recipient has come with a notice."""

    SENT = "sent"
    DONE = "done"
    KEPT = "kept"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Duty:
    """What one direct recipient owes about a notice: `reminded` counts reminders, `done` is its answer."""

    notice: Notice
    recipient: str
    sent: datetime
    reminded: int = 0
    done: Done | None = None

    def progress(self, now: datetime) -> Progress:
        """Return how far it has come; an onward holder that keeps it makes the whole kept."""
        if self.done is not None:
            return Progress.KEPT if any(each.outcome == "kept" for each in flatten(self.done)) else Progress.DONE
        return Progress.OVERDUE if now >= self.notice.due else Progress.SENT

    def next_reminder(self) -> datetime | None:
        """Return when to remind it next; None where it answered, or was reminded as often as the table says."""
        hours = load("delivery.yaml")["notices"][self.notice.kind]["remind"]
        if self.done is not None or self.reminded >= len(hours):
            return None
        return self.sent + timedelta(hours=hours[self.reminded])

    def needs_a_person(self, now: datetime) -> bool:
        """Tell whether reminders are used up and it is overdue: then someone telephones the contact point."""
        return self.progress(now) is Progress.OVERDUE and self.next_reminder() is None


def duties(found: Notice, recipients: Iterable[str], now: datetime) -> tuple[Duty, ...]:
    """Return what each direct recipient owes; a recipient of several disclosures is told once."""
    return tuple(Duty(found, node, now) for node in sorted(set(recipients)))


def chase(owed: Iterable[Duty], now: datetime) -> tuple[tuple[Duty, ...], tuple[Duty, ...]]:
    """Return the duties with reminders counted, and those of them that are to be reminded now."""
    counted, remind = [], []
    for duty in owed:
        when = duty.next_reminder()
        if when is not None and when <= now:
            duty = replace(duty, reminded=duty.reminded + 1)
            remind.append(duty)
        counted.append(duty)
    return tuple(counted), tuple(remind)


def answered(duty: Duty, found: Done) -> Duty:
    """Return the duty with its answer. A later answer replaces an earlier one. Raises MessageRefused for another's."""
    if found.notice != duty.notice.id or found.node != duty.recipient:
        raise MessageRefused(f"{found.node} answers another notice", remedy="look which notice it was sent")
    return replace(duty, done=found)


def answer(found: Notice, me: str, outcome: str, owed: Iterable[Duty], now: datetime, ground: str = "") -> Done | None:
    """Return this holder's answer, to be signed.

    None while one of those to whom it passed the object on has not answered. Raises MessageRefused for an outcome
    that is none, and where something is kept without a ground.
    """
    if outcome not in OUTCOMES or (outcome == "kept" and not ground):
        raise MessageRefused("not an answer to a notice", remedy=_SAY)
    onward = [duty.done for duty in owed]
    if any(each is None for each in onward):
        return None
    return Done(found.id, me, outcome, now, ground, tuple(each for each in onward if each is not None))


def flatten(found: Done) -> list[Done]:
    """Return an answer and all onward ones below it."""
    return [found, *(each for below in found.onward for each in flatten(below))]


def missing(duty: Duty, known: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the holders that an answer leaves out; `known` gives, for each node, whom it passed the object on to."""
    told = {each.node for each in flatten(duty.done)} if duty.done is not None else set()
    expected, waiting = set[str](), [duty.recipient]
    while waiting:
        node = waiting.pop()
        if node not in expected:
            expected.add(node)
            waiting.extend(known.get(node, ()))
    return frozenset(expected - told)
