"""Delivery: over a line that loses, doubles and reorders, each message arrives once and in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dragoman.errors import MessageRefused, OrderBroken
from dragoman.exchange.outbox import (
    START,
    WINDOW,
    Acknowledgement,
    Envelope,
    Inbox,
    Outbox,
    acknowledged,
    due,
    out_of_reach,
    put,
    receive,
    tried,
    wait,
)
from tests.exchange.pacts import DAY, HOUR, MINUTE, NOW


class Line(RuleBasedStateMachine):
    """Two nodes, their stored states, and a line on which anything can happen but forgery."""

    @initialize(skew=st.integers(-600, 600))
    def begin(self, skew: int) -> None:
        self.outbox, self.inbox = Outbox("a>b"), Inbox("a>b")
        self.stored: dict[int, Envelope] = {}
        self.arrived: list[Any] = []
        self.there: list[Envelope] = []
        self.back: list[Acknowledgement] = []
        self.clock = NOW + timedelta(seconds=skew)

    def chain_of(self, number: int) -> str:
        return self.stored[number].chain if number else START

    @rule(count=st.integers(1, 5))
    def write(self, count: int) -> None:
        for _ in range(count):
            self.outbox, envelope = put(self.outbox, {"text": len(self.stored)})
            self.stored[envelope.number] = envelope

    @rule(seconds=st.integers(-4000, 8000), lost=st.sets(st.integers(0, 9)))
    def send(self, seconds: int, lost: set[int]) -> None:
        """Time passes, or the clock is set back; what is due is sent, and some of it lost."""
        self.clock += timedelta(seconds=seconds)
        numbers = due(self.outbox, self.clock)
        self.there += [self.stored[number] for number in numbers if number % 10 not in lost]
        if numbers:
            self.outbox = tried(self.outbox, self.clock)

    @precondition(lambda self: self.there)
    @rule(data=st.data(), again=st.booleans(), crash=st.booleans())
    def deliver(self, data: st.DataObject, again: bool, crash: bool) -> None:
        """Any message on the line arrives next, perhaps not for the last time, perhaps at a node that dies at once."""
        index = data.draw(st.integers(0, len(self.there) - 1))
        envelope = self.there[index] if again else self.there.pop(index)
        inbox, bodies, acknowledgement = receive(self.inbox, Envelope.from_json(envelope.to_json()))
        if crash:
            return  # the transaction was not committed, and nothing was answered
        self.inbox = inbox
        self.arrived += bodies
        self.back.append(acknowledgement)

    @precondition(lambda self: self.back)
    @rule(data=st.data(), again=st.booleans())
    def answer(self, data: st.DataObject, again: bool) -> None:
        index = data.draw(st.integers(0, len(self.back) - 1))
        found = self.back[index] if again else self.back.pop(index)
        self.outbox = acknowledged(self.outbox, Acknowledgement.from_json(found.to_json()), self.chain_of)

    @rule()
    def cut(self) -> None:
        """All that is on the line is lost."""
        self.there, self.back = [], []

    @invariant()
    def nothing_is_doubled_or_out_of_order(self) -> None:
        if hasattr(self, "arrived"):
            assert [each["text"] for each in self.arrived] == list(range(len(self.arrived)))
            assert len(self.arrived) == self.inbox.through
            assert self.outbox.through <= self.inbox.through <= self.outbox.last
            assert len(self.inbox.early) <= WINDOW

    def teardown(self) -> None:
        """Once the line holds, all arrives: nothing was lost."""
        if not hasattr(self, "arrived"):
            return
        for _ in range(len(self.stored) + 1):
            self.clock += 2 * HOUR
            for number in due(self.outbox, self.clock):
                self.inbox, bodies, found = receive(self.inbox, self.stored[number])
                self.arrived += bodies
                self.outbox = acknowledged(self.outbox, found, self.chain_of)
        assert len(self.arrived) == len(self.stored)
        assert self.outbox.through == self.outbox.last
        assert not due(self.outbox, self.clock + DAY)


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def written(count: int) -> tuple[Outbox, list[Envelope]]:
    outbox, envelopes = Outbox("a>b"), []
    for index in range(count):
        outbox, envelope = put(outbox, {"text": index})
        envelopes.append(envelope)
    return outbox, envelopes


def test_attempts_wait_longer_each_time_up_to_an_hour_and_not_all_alike() -> None:
    waits = [wait("a>b", attempt).total_seconds() for attempt in range(1, 40)]
    assert 3.75 <= waits[0] <= 5
    assert all(2700 <= each <= 3600 for each in waits[12:])
    assert len({wait(stream, 20) for stream in "abcdefgh"}) > 4
    assert wait("a>b", 10**6) <= HOUR


def test_while_an_answer_may_come_nothing_is_sent_again_and_progress_ends_the_wait() -> None:
    outbox, envelopes = written(3)
    assert list(due(outbox, NOW)) == [1, 2, 3]
    outbox = tried(outbox, NOW)
    assert not due(outbox, NOW)
    assert list(due(outbox, NOW + MINUTE)) == [1, 2, 3]
    outbox = acknowledged(
        outbox, Acknowledgement("a>b", 2, envelopes[1].chain), lambda number: envelopes[number - 1].chain
    )
    assert list(due(outbox, NOW)) == [3]


def test_a_clock_that_is_set_back_does_not_stop_the_stream() -> None:
    outbox = tried(written(1)[0], NOW)
    assert list(due(outbox, NOW - DAY)) == [1]


def test_no_more_is_on_the_way_than_the_receiver_can_hold() -> None:
    outbox, envelopes = written(200)
    assert list(due(outbox, NOW)) == list(range(1, WINDOW + 1))
    inbox, bodies, _ = receive(Inbox("a>b"), envelopes[WINDOW])
    assert inbox == Inbox("a>b")  # too early to be held; it is sent again
    assert bodies == ()


def test_a_partner_that_is_silent_for_hours_is_told_of() -> None:
    outbox = tried(written(1)[0], NOW)
    assert not out_of_reach(outbox, NOW + HOUR)
    assert out_of_reach(tried(outbox, NOW + HOUR), NOW + 4 * HOUR)
    assert not out_of_reach(written(1)[0], NOW + DAY)


def test_another_message_of_the_same_number_is_refused_and_nothing_of_it_taken() -> None:
    _, envelopes = written(3)
    inbox, _, _ = receive(Inbox("a>b"), envelopes[0])
    early, _, _ = receive(inbox, envelopes[2])
    for wrong in (
        replace(envelopes[1], body={"text": "x"}), replace(envelopes[1], chain="x"), replace(envelopes[1], number=0),
        replace(envelopes[1], stream="c>b"),
    ):  # fmt: skip
        with pytest.raises(OrderBroken) as refused:
            receive(early, wrong)
        assert refused.value.remedy
    with pytest.raises(OrderBroken):
        receive(early, replace(envelopes[2], body={"text": "x"}))


def test_a_sender_that_was_set_back_notices_and_stops() -> None:
    outbox, envelopes = written(5)
    old, _ = written(3)
    with pytest.raises(OrderBroken, match="set back") as refused:
        acknowledged(old, Acknowledgement("a>b", 5, envelopes[4].chain), lambda _: START)
    assert "backup" in (refused.value.remedy or "")
    with pytest.raises(OrderBroken, match="not those"):
        acknowledged(outbox, Acknowledgement("a>b", 5, "x"), lambda number: envelopes[number - 1].chain)
    with pytest.raises(OrderBroken):
        acknowledged(outbox, Acknowledgement("b>a", 5, envelopes[4].chain), lambda number: envelopes[number - 1].chain)


def test_trying_with_nothing_to_send_changes_nothing() -> None:
    assert tried(Outbox("a>b"), NOW) == Outbox("a>b")
    assert isinstance(NOW, datetime)


STRANGE: list[object] = [
    None,
    [],
    {},
    {"stream": "a", "number": "1", "body": 1, "chain": ""},
    {"stream": "a", "through": True, "chain": ""},
    {"stream": "a", "number": 1, "body": 1, "chain": "", "more": 1},
]


@pytest.mark.parametrize("found", STRANGE)
def test_what_is_no_envelope_is_refused(found: object) -> None:
    for kind in (Envelope, Acknowledgement):
        with pytest.raises(MessageRefused):
            kind.from_json(found)
