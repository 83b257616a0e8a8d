"""Requests for information: clocks, holds, refusals with ground, feedback, and interests that stay unnamed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import MessageRefused, StepRefused, UsageError
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.requests import Event, Request, State, request, status, take
from dragoman.exchange.requests_deconfliction import Interest, Overlap, deconflict
from tests.exchange.pacts import BANK, BORDER, DAY, FIU, HOUR, NOW, pact

AMBER = Handling(Colour.AMBER, frozenset({FIU}))


def asked(urgency: str = "urgent") -> Request:
    return request(
        pact(), FIU, data_class="journeys", purpose="counter-terrorism", urgency=urgency, question="Which journeys?",
        about={"hit": "token"}, handling=AMBER, at=NOW,
    )  # fmt: skip


def event(kind: str, hour: float = 0, **changes: Any) -> Event:
    by = FIU if kind in ("clarified", "withdrawn", "feedback") else BORDER
    return replace(Event(asked().id, kind, by, NOW + hour * HOUR), **changes)


RECEIVED = event("received", 1)


def test_the_clock_starts_with_the_receipt_and_runs_as_the_agreement_says() -> None:
    assert (asked().asked, asked().hours) == (BORDER, 8)
    assert asked("routine").hours == 168
    sent = status(asked(), [], NOW + HOUR)
    assert (sent.state, sent.due, sent.overdue) == (State.SENT, None, False)
    assert status(asked(), [], NOW + 9 * HOUR).overdue  # never confirmed
    assert status(asked(), [RECEIVED], NOW + 9 * HOUR).due == NOW + 9 * HOUR
    assert not status(asked(), [RECEIVED], NOW + 9 * HOUR).overdue
    assert status(asked(), [RECEIVED], NOW + 10 * HOUR).overdue


def test_the_clock_stands_still_while_the_asker_is_waited_for() -> None:
    held = [RECEIVED, event("unclear", 2)]
    assert status(asked(), held, NOW + 20 * HOUR).state is State.ON_HOLD
    assert not status(asked(), held, NOW + 20 * HOUR).overdue
    assert status(asked(), held, NOW + 20 * HOUR).due == NOW + 27 * HOUR
    again = [*held, event("clarified", 12)]
    assert status(asked(), again, NOW + 13 * HOUR).due == NOW + 19 * HOUR


def test_an_extension_has_a_reason_and_a_deadline() -> None:
    longer = event("extended", 2, until=NOW + DAY, text="the court has to permit it")
    assert status(asked(), [RECEIVED, longer], NOW + 20 * HOUR).due == NOW + DAY
    with pytest.raises(UsageError, match="reason"):
        status(asked(), [RECEIVED, replace(longer, text="")], NOW)


def test_an_answer_may_come_in_parts_and_is_followed_by_feedback() -> None:
    part = event("part", 2, objects=("a",))
    whole = event("answered", 3, objects=("b",))
    found = status(asked(), [RECEIVED, part], NOW + 2 * HOUR)
    assert (found.state, found.objects) == (State.PART, ("a",))
    found = status(asked(), [RECEIVED, part, event("unclear", 2), event("clarified", 3)], NOW + 3 * HOUR)
    assert found.state is State.PART
    done = [RECEIVED, part, whole, event("feedback", 50, word="arrest")]
    found = status(asked(), done, NOW + 99 * HOUR)
    assert (found.state, found.overdue, found.objects, found.feedback) == (
        State.ANSWERED,
        False,
        ("a", "b"),
        ("arrest",),
    )
    assert not found.corrects
    assert status(asked(), [*done, event("feedback", 60, word="wrong")], NOW).corrects
    assert status(asked(), [*done, event("feedback", 60, word="cleared")], NOW).corrects


def test_a_refusal_has_a_ground_from_the_table() -> None:
    refused = event("refused", 2, word="investigation")
    assert status(asked(), [refused], NOW).ground == "investigation"
    with pytest.raises(UsageError, match="no ground"):
        status(asked(), [event("refused", 2, word="no mood")], NOW)


OUT_OF_TURN: list[list[Event]] = [
    [event("answered", objects=("a",))],
    [event("clarified")],
    [event("feedback", word="arrest")],
    [event("dance")],
    [RECEIVED, RECEIVED],
    [event("received", by=FIU)],
    [event("withdrawn", by=BORDER)],
    [event("withdrawn"), RECEIVED],
    [replace(RECEIVED, request="x")],
    [RECEIVED, event("refused", word="rights"), event("part", text="x")],
]


@pytest.mark.parametrize("events", OUT_OF_TURN)
def test_what_is_not_its_turn_or_not_its_right_is_refused(events: list[Event]) -> None:
    with pytest.raises(StepRefused) as refused:
        status(asked(), events, NOW)
    assert refused.value.remedy


def test_an_answer_that_says_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing"):
        status(asked(), [RECEIVED, event("answered")], NOW)


def test_the_same_event_twice_is_one() -> None:
    events = take(asked(), take(asked(), (), RECEIVED, NOW), RECEIVED, NOW)
    assert events == (RECEIVED,)
    with pytest.raises(StepRefused):
        take(asked(), events, event("clarified"), NOW)


ANY_EVENT = st.sampled_from(
    [
        RECEIVED,
        event("unclear", 2),
        event("clarified", 3),
        event("part", 4, objects=("a",)),
        event("answered", 5, text="nothing"),
        event("refused", 6, word="not_held"),
        event("withdrawn", 7),
        event("feedback", 8, word="lead"),
    ]
)


@given(st.lists(ANY_EVENT, max_size=8))
def test_whatever_comes_what_is_over_stays_over(events: list[Event]) -> None:
    taken: tuple[Event, ...] = ()
    over = None
    for each in events:
        try:
            taken = take(asked(), taken, each, NOW + DAY)
        except StepRefused:
            continue
        state = status(asked(), taken, NOW + DAY).state
        assert over in (None, state)
        over = state if state in (State.ANSWERED, State.REFUSED, State.WITHDRAWN) else None


def test_requests_and_events_travel_unchanged_and_strange_ones_are_refused() -> None:
    assert Request.from_json(asked().to_json()) == asked()
    for each in (RECEIVED, event("extended", until=NOW, text="x"), event("part", objects=("a",))):
        assert Event.from_json(each.to_json()) == each
    for strange in (None, {}, [], {"at": 1}, asked().to_json() | {"urgency": "now"}, asked().to_json() | {"hours": 0}):
        with pytest.raises(MessageRefused):
            Request.from_json(strange)
    with pytest.raises(MessageRefused):
        Event.from_json({"until": "soon"})
    with pytest.raises(UsageError, match="no urgency"):
        asked("at once")


def interest(node: str, about: str = "t", open_to: frozenset[str] | None = frozenset(), at: datetime = NOW) -> Interest:
    return Interest(node, about, at, NOW + DAY, open_to, f"desk of {node}")


def test_each_is_told_that_there_is_an_interest_and_not_whose() -> None:
    assert deconflict([interest(FIU), interest(BORDER), interest(BANK, "u")], NOW) == (
        Overlap(BORDER, "t"),
        Overlap(FIU, "t"),
    )


def test_names_are_told_only_where_both_agreed() -> None:
    one_sided = [interest(FIU, open_to=None), interest(BORDER)]
    assert {each.other for each in deconflict(one_sided, NOW)} == {""}
    both = deconflict([interest(FIU, open_to=frozenset({BORDER})), interest(BORDER, open_to=None)], NOW)
    assert [(each.to, each.other, each.contact) for each in both] == [
        (BORDER, FIU, f"desk of {FIU}"), (FIU, BORDER, f"desk of {BORDER}"),
    ]  # fmt: skip


def test_how_many_others_there_are_is_not_told_and_what_is_over_does_not_count() -> None:
    three = deconflict([interest(FIU), interest(BORDER), interest(BANK)], NOW)
    assert [each.to for each in three] == sorted([FIU, BORDER, BANK])
    assert deconflict([interest(FIU), interest(BORDER)], NOW + DAY) == ()
    assert deconflict([interest(FIU), interest(FIU)], NOW) == ()


def test_an_interest_travels_unchanged() -> None:
    for open_to in (None, frozenset[str](), frozenset({BANK})):
        made = interest(FIU, open_to=open_to)
        assert Interest.from_json(made.to_json()) == made
    with pytest.raises(MessageRefused):
        Interest.from_json({"node": 1})
