"""Whatever a stranger puts into a document, it is refused with a remedy, or it is what it says it is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import DragomanError
from dragoman.exchange.agreement_acts import Act
from dragoman.exchange.agreement_groups import Membership
from dragoman.exchange.canonical import canonical
from dragoman.exchange.disclosure import Disclosure, Receipt
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import KeyRing, NodeKey
from dragoman.exchange.messages import Letter, read_letter
from dragoman.exchange.messages_checkpoints import Cosignature
from dragoman.exchange.outbox import Acknowledgement, Envelope
from dragoman.exchange.policy_onward import Bar, Leave, pass_along, read_way
from dragoman.exchange.recall import Done, Notice, notice
from dragoman.exchange.requests import Event, Request
from dragoman.exchange.requests_deconfliction import Interest
from tests.exchange.pacts import BANK, BORDER, DAY, FIU, KEYS, NOW, pact, signed

RING = KeyRing(NodeKey(node, key.public) for node, key in KEYS.items())
AMBER = Handling(Colour.AMBER, frozenset({FIU}), codes=frozenset({"H3"}), restrictions=("ask",), keep_until=NOW.date())
MADE: list[Any] = [
    signed(pact())[0],
    Membership("g", FIU, BANK, True, 1, NOW).signed(KEYS[FIU]),
    Disclosure("o", "d", FIU, BORDER, "h", "c", "p", "list_entries", NOW, "l"),
    Receipt("x", NOW),
    AMBER,
    Cosignature(FIU, "c", 1, "k", "s"),
    Acknowledgement("a>b", 1, "c"),
    Envelope("a>b", 1, {"a": 1}, "c"),
    Bar(BANK, BORDER, 1, False, NOW, "r").signed(KEYS[BANK]),
    Leave(BANK, FIU, BORDER, "pass_on", "p", frozenset({"d"}), NOW, NOW + DAY).signed(KEYS[BANK]),
    Done("n", FIU, "kept", NOW, "law", (Done("n", BANK, "removed", NOW).signed(KEYS[BANK]),)).signed(KEYS[FIU]),
    notice("correction", "o", FIU, "r", NOW, KEYS[FIU], replacement="d"),
    Event("r", "extended", BORDER, NOW, "t", "w", NOW, ("a",)),
    Request(FIU, BORDER, "h", "journeys", "p", "urgent", 8, "q", [1], AMBER, NOW),
    Interest(FIU, "t", NOW, NOW + DAY, frozenset({BANK}), "desk"),
]
KINDS = [
    Act,
    Membership,
    Disclosure,
    Receipt,
    Handling,
    Cosignature,
    Acknowledgement,
    Envelope,
    Bar,
    Leave,
    Done,
    Notice,
]
STRANGE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 2**60)
    | st.floats()
    | st.text(max_size=4)
    | st.just("2026-06-01T12:00:00"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


def test_every_kind_is_here() -> None:
    assert {type(each) for each in MADE} == {*KINDS, Event, Request, Interest}


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_what_was_made_here_reads_back_as_the_same(made: Any) -> None:
    again = type(made).from_json(made.to_json())
    assert again == made
    assert canonical(again.to_json()) == canonical(made.to_json())
    assert hash(again) == hash(made) if not isinstance(made, (Request, Envelope)) else True


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(MADE), STRANGE, st.data())
def test_one_strange_value_is_refused_or_understood(made: Any, value: Any, data: st.DataObject) -> None:
    plain = made.to_json()
    key = data.draw(st.sampled_from([*plain, "more"]))
    try:
        found = type(made).from_json(plain | {key: value})
    except DragomanError as refused:
        if not refused.remedy:
            raise
        return
    assert type(made).from_json(found.to_json()) == found


@settings(max_examples=200, deadline=None)
@given(STRANGE, st.sampled_from(["kind", "sender", "recipient", "agreement", "at", "body", "key", "signature", "more"]))
def test_a_letter_with_one_strange_value_is_never_taken_for_the_signed_one(value: Any, key: str) -> None:
    made = Letter("notice", FIU, BORDER, "h", NOW, {"a": 1}).signed(KEYS[FIU])
    changed = made.to_json() | {key: value}
    if changed == made.to_json():
        return
    with pytest.raises(DragomanError):
        read_letter(changed, RING, BORDER)


@given(STRANGE)
def test_any_value_is_no_way_or_one(value: Any) -> None:
    way = [hop.to_json() for hop in pass_along((), "d", BANK, FIU, "h", NOW, KEYS[BANK])]
    for found in (value, [value], [way[0] | {"giver": value}]):
        try:
            read_way(found)
        except DragomanError:
            continue


def test_a_word_is_not_taken_for_a_truth() -> None:
    for made in (MADE[1], MADE[8]):
        name = "belongs" if isinstance(made, Membership) else "lifted"
        with pytest.raises(DragomanError):
            type(made).from_json(made.to_json() | {name: "false"})
