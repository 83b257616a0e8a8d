"""Requests for information: asked, received, held, answered or refused, and what came of it.

How a request stands is a pure function of its events and the clock. The clock starts when receipt is confirmed, and
stands still while the asked node waits for the asker. A refusal has a ground from the table (``data/requests.yaml``).
An answer is only ever objects that policy let leave; none of them is in here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from dragoman.errors import MessageRefused, StepRefused, UsageError
from dragoman.exchange.agreement import Agreement
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling import Handling
from dragoman.exchange.handling_words import load
from dragoman.exchange.messages_typed import texts, typed
from dragoman.exchange.policy_onward import moment


@dataclass(frozen=True, slots=True)
class Request:
    """What one node asks another. `hours` is the time to answer that the agreement gives this urgency.

    `question` is for a person; `about` names what is asked about (a hit of private matching, an identifier) in JSON.
    `handling` is that of the request itself: that there is an interest may be secret.
    """

    asker: str
    asked: str
    agreement: str
    data_class: str
    purpose: str
    urgency: str
    hours: int
    question: str
    about: Any
    handling: Handling
    at: datetime

    @property
    def id(self) -> str:
        """The digest of the request, which its events name."""
        return digest(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the request as it travels."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return row | {"handling": self.handling.to_json(), "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, found: Any) -> Request:
        """Read what `to_json` wrote. Raises MessageRefused."""
        try:
            handling, at = Handling.from_json(found["handling"]), moment(found["at"])
            read = typed(cls(**{**found, "handling": handling, "at": at}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not a request: {error}", remedy="ask the partner to send it again") from error
        if read.urgency not in load("requests.yaml")["urgencies"] or read.hours < 1:
            raise MessageRefused("not a request: no urgency or time to answer", remedy="use the agreement's")
        return read


def request(
    agreement: Agreement,
    asker: str,
    *,
    data_class: str,
    purpose: str,
    urgency: str,
    question: str,
    about: Any,
    handling: Handling,
    at: datetime,
) -> Request:
    """Return a request under an agreement, due as that says. Raises UsageError for an urgency that is none."""
    if urgency not in agreement.answers:
        known = ", ".join(agreement.answers)
        raise UsageError(f"{agreement.name} knows no urgency {urgency!r}", remedy=f"choose one of {known}")
    asked, hours = agreement.other(asker).node, agreement.answers[urgency]
    return Request(asker, asked, agreement.hash, data_class, purpose, urgency, hours, question, about, handling, at)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a request.

    `kind`: received, unclear (the asked node waits for the asker), clarified, extended, part, answered, refused,
    withdrawn, feedback. `word` is the ground of a refusal, or the kind of feedback. `until` is the new deadline of an
    extension. `objects` are the ids of what an answer holds.
    """

    request: str
    kind: str
    by: str
    at: datetime
    text: str = ""
    word: str = ""
    until: datetime | None = None
    objects: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return the event as it travels."""
        return {
            "request": self.request, "kind": self.kind, "by": self.by, "at": self.at.isoformat(), "text": self.text,
            "word": self.word, "until": self.until.isoformat() if self.until else None, "objects": list(self.objects),
        }  # fmt: skip

    @classmethod
    def from_json(cls, found: Any) -> Event:
        """Read what `to_json` wrote. Raises MessageRefused."""
        try:
            until = moment(found["until"]) if found["until"] else None
            objects = tuple(texts(found["objects"]))
            return typed(cls(**{**found, "at": moment(found["at"]), "until": until, "objects": objects}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(
                f"not an event of a request: {error}", remedy="ask the partner to send it again"
            ) from error


class State(StrEnum):
    """How a request stands."""

    SENT = "sent"
    RECEIVED = "received"
    ON_HOLD = "on hold"
    PART = "answered in part"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Status:
    """How a request stands now. `due` is None until receipt is confirmed, and while on hold it moves on with the clock.

    `corrects` is whether feedback says that what was given was wrong, so that the provider has to look at it and recall
    or correct it.
    """

    state: State
    due: datetime | None
    overdue: bool
    objects: tuple[str, ...]
    ground: str
    feedback: tuple[str, ...]
    corrects: bool


#: Who may bring about what, in which states, and what it leads to (None: the state stays).
_ASKED, _ASKER = "asked", "asker"
_OPEN = (State.RECEIVED, State.PART)
_STEPS: dict[str, tuple[str, tuple[State, ...], State | None]] = {
    "received": (_ASKED, (State.SENT,), State.RECEIVED),
    "unclear": (_ASKED, _OPEN, State.ON_HOLD),
    "clarified": (_ASKER, (State.ON_HOLD,), State.RECEIVED),
    "extended": (_ASKED, _OPEN, None),
    "part": (_ASKED, _OPEN, State.PART),
    "answered": (_ASKED, _OPEN, State.ANSWERED),
    "refused": (_ASKED, (State.SENT, *_OPEN, State.ON_HOLD), State.REFUSED),
    "withdrawn": (_ASKER, (State.SENT, *_OPEN, State.ON_HOLD), State.WITHDRAWN),
    "feedback": (_ASKER, (State.ANSWERED, State.PART), None),
}


def status(asked: Request, events: Iterable[Event], now: datetime) -> Status:
    """Return how the request stands by its events, in their order, and the clock.

    Raises StepRefused for one out of turn, UsageError for one without a word or reason that it needs.
    """
    state, due, held = State.SENT, None, None
    objects: list[str] = []
    ground, feedback = "", list[str]()
    for event in events:
        _refuse(asked, state, event)
        if event.kind == "received":
            due = event.at + timedelta(hours=asked.hours)
        elif event.kind == "unclear":
            held = event.at
        elif event.kind == "clarified" and due is not None and held is not None:
            due, held = due + max(timedelta(0), event.at - held), None
        elif event.kind == "extended":
            due = event.until
        objects.extend(event.objects)
        ground = event.word if event.kind == "refused" else ground
        feedback += [event.word] if event.kind == "feedback" else []
        state = _STEPS[event.kind][2] or state
        if event.kind == "clarified" and objects:
            state = State.PART
    if held is not None and due is not None:
        due += max(timedelta(0), now - held)
    waiting = state in (State.SENT, *_OPEN)
    limit = due if due is not None else asked.at + timedelta(hours=asked.hours)
    table = load("requests.yaml")["feedback"]
    corrects = any(table[word]["corrects"] for word in feedback)
    return Status(state, due, waiting and now > limit, tuple(objects), ground, tuple(feedback), corrects)


def take(asked: Request, events: Sequence[Event], event: Event, now: datetime) -> tuple[Event, ...]:
    """Return the events with one more.

    The same one again changes nothing. Raises StepRefused where it is not its turn, UsageError as `status` does.
    """
    if event in events:
        return tuple(events)
    taken = (*events, event)
    status(asked, taken, now)
    return taken


def _refuse(asked: Request, state: State, event: Event) -> None:
    who, states, _ = _STEPS.get(event.kind, ("", (), None))
    node = {_ASKED: asked.asked, _ASKER: asked.asker}.get(who)
    if event.request != asked.id:
        raise StepRefused("this event is of another request", remedy="look which request it names")
    if node is None or event.by != node:
        raise StepRefused(f"{event.by} cannot do this: {event.kind}", remedy=f"only {node or 'nobody'} can")
    if state not in states:
        raise StepRefused(
            f"a request that is {state} cannot be: {event.kind}", remedy="look at what happened to it before"
        )
    _refuse_words(event)


def _refuse_words(event: Event) -> None:
    table = load("requests.yaml")
    known = {"refused": table["refusals"], "feedback": table["feedback"]}.get(event.kind)
    if known is not None and event.word not in known:
        raise UsageError(f"{event.word!r} is no ground or use that is known", remedy=f"say one of {', '.join(known)}")
    if event.kind == "extended" and (event.until is None or not event.text):
        raise UsageError("an extension has a new deadline and a reason", remedy="give both")
    if event.kind in ("part", "answered") and not event.objects and not event.text:
        raise UsageError("an answer holds objects, or says that there is nothing", remedy="give either")
