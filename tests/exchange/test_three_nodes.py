"""Three agencies: what one gives goes on with leave only, who is dropped gets nothing, a recall reaches all.

Also: the room's front door opens to all that it names, and to nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import dragoman.exchange as exchange
from dragoman.exchange import (
    Act,
    Bar,
    Colour,
    Disclosure,
    Exit,
    Handling,
    Held,
    Item,
    KeyRing,
    Leave,
    NodeKey,
    Policies,
    check_way,
    duties,
    egress,
    holders,
    notice,
    pass_along,
    perform,
    reach,
    received,
    standing,
)
from dragoman.exchange.policy_onward import nodes_of
from dragoman.exchange.recall import Done, answer, answered, flatten
from tests.exchange.pacts import BANK, BORDER, DAY, FIU, HOUR, KEYS, MINUTE, NOW, between, signed

RING = KeyRing(NodeKey(node, key.public) for node, key in KEYS.items())
PAIRS = {(BANK, FIU): between(BANK, FIU), (FIU, BORDER): between(FIU, BORDER), (BANK, BORDER): between(BANK, BORDER)}


class ThreeNodes(RuleBasedStateMachine):
    """The bank owns an object; the unit holds it; the border service is a partner of both, until the bank drops it."""

    @initialize(colour=st.sampled_from([Colour.GREEN, Colour.AMBER, Colour.AMBER_STRICT]))
    def begin(self, colour: Colour) -> None:
        self.now: datetime = NOW
        self.acts: dict[tuple[str, str], list[Act]] = {pair: signed(pact) for pair, pact in PAIRS.items()}
        self.leaves: list[Leave] = []
        self.bars: list[Bar] = []
        own = Handling(colour, frozenset({BANK}))
        self.way = pass_along((), "d", BANK, FIU, PAIRS[BANK, FIU].hash, NOW, KEYS[BANK])
        handling = received(PAIRS[BANK, FIU], "list_entries", own, NOW.date())
        self.item = Item("o", "list_entries", handling, "d", through=nodes_of(self.way))
        self.reached = False

    def barred(self) -> bool:
        return bool(self.bars) and not self.bars[-1].lifted

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(purpose=st.sampled_from(["counter-terrorism", "border-control"]), receiver=st.sampled_from([BORDER, BANK]))
    def bank_gives_leave(self, purpose: str, receiver: str) -> None:
        made = Leave(BANK, FIU, receiver, "pass_on", purpose, frozenset({"d"}), self.now, self.now + DAY).signed(
            KEYS[BANK]
        )
        made.check(RING)
        self.leaves.append(made)

    @rule(lifted=st.booleans())
    def bank_bars_or_lifts(self, lifted: bool) -> None:
        made = Bar(BANK, BORDER, len(self.bars) + 1, lifted, self.now, "a reason").signed(KEYS[BANK])
        made.check(RING)
        self.bars.append(made)

    @rule(pair=st.sampled_from(sorted(PAIRS)), kind=st.sampled_from(["suspend", "resume"]))
    def someone_acts(self, pair: tuple[str, str], kind: str) -> None:
        acts = self.acts[pair]
        last = [act.kind for act in acts if act.node == pair[0]][-1]
        if (kind == "resume") == (last == "suspend"):
            acts.append(perform(kind, PAIRS[pair], KEYS[pair[0]], acts, self.now, "a reason"))

    @rule(purpose=st.sampled_from(["counter-terrorism", "border-control"]))
    def unit_tries_to_pass_on(self, purpose: str) -> None:
        stands = {pair: standing(pact, self.acts[pair], self.now) for pair, pact in PAIRS.items()}
        policies = Policies(Held(pact, stands[pair]) for pair, pact in PAIRS.items() if FIU in pair)
        out = Exit(FIU, BORDER, purpose, "liaison", self.now)
        found = egress(policies, {"o": self.item}.get, ["o"], out, leaves=self.leaves, bars=self.bars)
        leave = any(
            (each.receiver, each.purpose) == (BORDER, purpose) and self.now + 5 * MINUTE < each.ends
            for each in self.leaves
        )
        both_hold = stands[BANK, FIU].in_force and stands[FIU, BORDER].in_force
        assert bool(found.leaves) == (leave and both_hold and not self.barred())
        if found.leaves:
            way = pass_along(self.way, "d", FIU, BORDER, PAIRS[FIU, BORDER].hash, self.now, KEYS[FIU])
            check_way(way, "d", frozenset({BANK}), RING)
            self.reached = True

    @invariant()
    def nothing_got_there_without_a_leave(self) -> None:
        if hasattr(self, "reached"):
            assert self.leaves or not self.reached


TestThreeNodes = ThreeNodes.TestCase
TestThreeNodes.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_a_recalled_object_that_was_passed_on_is_recalled_at_the_end_too() -> None:
    row = Disclosure("o", "d", BANK, FIU, "h", "clause 2", "counter-terrorism", "list_entries", NOW, "l")
    rows = [row, replace(row, giver=FIU, recipient=BORDER, at=NOW + HOUR)]
    assert reach(holders(BANK, rows, [])) == {FIU, BORDER}
    recall = notice("recall", "o", BANK, "it was about another person", NOW + DAY, KEYS[BANK])
    recall.check(["bank.example"], RING)
    (bank_waits,) = duties(recall, [each.recipient for each in rows if each.giver == BANK], NOW)
    (unit_waits,) = duties(recall, [each.recipient for each in rows if each.giver == FIU], NOW)
    assert answer(recall, FIU, "removed", [unit_waits], NOW) is None
    unit_waits = answered(unit_waits, Done(recall.id, BORDER, "removed", NOW))
    done = answer(recall, FIU, "removed", [unit_waits], NOW)
    assert done is not None
    assert {each.node for each in flatten(answered(bank_waits, done).done or done)} == {FIU, BORDER}


@pytest.mark.parametrize("name", exchange.__all__)
def test_the_front_door_opens_to_all_that_it_names(name: str) -> None:
    assert getattr(exchange, name).__doc__
    assert name in exchange._HOMES


def test_the_front_door_opens_to_nothing_else() -> None:
    with pytest.raises(AttributeError):
        exchange.backdoor  # noqa: B018
    listed = exchange.__doc__ or ""
    assert all(f"    {module} " in listed for module in exchange._NAMES)
