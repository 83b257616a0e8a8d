"""Leaving and passing on: the whole closure, the originator's leave, bars, the way, groups, narrowing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.agreement_changes import Given, narrowing, received
from dragoman.exchange.agreement_groups import Membership, members
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import KeyRing, NodeKey
from dragoman.exchange.policy import Ask
from dragoman.exchange.policy_egress import Egress, Exit, Item, Reference, egress
from dragoman.exchange.policy_onward import Bar, Hop, Leave, barring, check_way, nodes_of, pass_along, read_way
from tests.exchange.pacts import BANK, BORDER, DAY, DOCUMENT, FIU, HOUR, KEYS, MINUTE, NOW, between, pact
from tests.exchange.test_policy import in_force

RING = KeyRing(NodeKey(node, key.public) for node, key in KEYS.items())
OUT = Exit(FIU, BORDER, "counter-terrorism", "liaison", NOW)
AMBER = Handling(Colour.AMBER, frozenset({FIU}))
CLOSED = Handling(Colour.AMBER, frozenset({FIU}), recipients=frozenset())


def leaving(items: Sequence[Item], *roots: str, references: str = "cut", **options: Any) -> Egress:
    held = {each.id: each for each in items}
    return egress(in_force(pact(references=references)), held.get, roots or [items[0].id], OUT, **options)


def item(
    name: str, *needs: str, handling: Handling = AMBER, may: Sequence[str] = (), data_class: str = "list_entries"
) -> Item:
    references = (*(Reference(each) for each in needs), *(Reference(each, needed=False) for each in may))
    return Item(name, data_class, handling, f"digest of {name}", references)


def test_an_object_leaves_with_all_that_it_needs() -> None:
    found = leaving([item("a", "b"), item("b", "c"), item("c", "a")])
    assert set(found.leaves) == {"a", "b", "c"}
    assert not found.cut
    assert found.handling == AMBER


def test_one_needed_part_that_stays_keeps_all_back_and_says_so() -> None:
    found = leaving([item("a", "b"), item("b", "c"), item("c", handling=CLOSED)])
    assert found.leaves == ()
    assert found.stays["a"].startswith("it needs b, which stays: it needs c, which stays: its recipients are named")
    assert found.handling is None


def test_what_it_can_do_without_is_cut_and_said_or_keeps_it_back_as_agreed() -> None:
    parts = [item("a", may=["b", "gone"]), item("b", handling=CLOSED)]
    cut = leaving(parts)
    assert cut.leaves == ("a",)
    assert [(each.object, each.target) for each in cut.cut] == [("a", "b"), ("a", "gone")]
    assert "recipients are named" in cut.cut[0].sentence
    assert leaving(parts, references="whole").leaves == ()


def test_what_is_not_held_does_not_leave() -> None:
    assert leaving([item("a", "gone")]).stays == {"a": "it needs gone, which is not held here"}
    assert leaving([item("a")], "nothing").stays == {"nothing": "it is not held here"}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_leaves_whose_needs_do_not_in_any_graph(data: st.DataObject) -> None:
    names = "abcdefg"
    items = []
    for name in names:
        needs, may = (data.draw(st.lists(st.sampled_from(names + "x"), max_size=3)) for _ in range(2))
        items.append(item(name, *needs, may=may, handling=data.draw(st.sampled_from([AMBER, AMBER, CLOSED]))))
    whole = data.draw(st.booleans())
    found = leaving(items, *names, references="whole" if whole else "cut")
    held = {each.id: each for each in items}
    going = set(found.leaves)
    assert going | set(found.stays) == set(names)
    for name in going:
        assert held[name].handling == AMBER
        assert all(each.target in going for each in held[name].references if each.needed or whole)
    # and nothing stays without cause: the largest set that is closed under needs leaves
    best = {name for name in names if held[name].handling == AMBER}
    while True:
        less = {n for n in best if all(r.target in best for r in held[n].references if r.needed or whole)}
        if less == best:
            break
        best = less
    assert going == best


def test_a_quota_counts_what_is_about_to_leave_too() -> None:
    three = [item(name) for name in "abc"]
    assert leaving(three, *"abc", left=lambda _: 3).leaves
    found = leaving(three, *"abc", left=lambda _: 2)
    assert (found.leaves, set(found.stays.values())) == ((), {"the quota for this is used up"})


THEIRS = Handling(Colour.AMBER, frozenset({BANK}))


def leave(**changes: Any) -> Leave:
    made = Leave(BANK, FIU, BORDER, "pass_on", "counter-terrorism", frozenset({"digest of a"}), NOW - HOUR, NOW + HOUR)
    return replace(made, **changes).signed(KEYS[BANK])


def onward(
    leaves: Sequence[Leave] = (), bars: Sequence[Bar] = (), handling: Handling = THEIRS, through: str = ""
) -> Egress:
    came, out = between(BANK, FIU), between(FIU, BORDER)
    thing = replace(
        item("a", handling=replace(handling, agreements=frozenset({came.hash}))), through=frozenset(through.split())
    )
    return egress(in_force(came, out), {"a": thing}.get, ["a"], OUT, leaves=leaves, bars=bars)


def test_what_is_anothers_goes_on_only_with_leave_for_just_this() -> None:
    assert onward([leave()]).leaves == ("a",)
    assert "bank.example gave no leave" in onward().stays["a"]
    for change in (
        {"holder": BANK}, {"receiver": BANK}, {"action": "use_in_court"}, {"purpose": "border-control"},
        {"objects": frozenset({"digest of b"})}, {"ends": NOW + 5 * MINUTE}, {"at": NOW + HOUR}, {"originator": BORDER},
    ):  # fmt: skip
        assert onward([leave(**change)]).leaves == (), change


def test_all_originators_must_give_leave() -> None:
    shared = Handling(Colour.AMBER, frozenset({BANK, "third.example"}))
    assert onward([leave()], handling=shared).leaves == ()
    assert onward([leave(), leave(originator="third.example")], handling=shared).leaves == ("a",)


def test_leave_widens_the_named_recipients_and_not_the_purposes() -> None:
    assert onward([leave()], handling=replace(THEIRS, recipients=frozenset({FIU}))).leaves == ("a",)
    assert onward([leave()], handling=replace(THEIRS, purposes=frozenset({"redress"}))).leaves == ()


def bar(number: int = 1, **changes: Any) -> Bar:
    made = Bar(BANK, BORDER, number, lifted=False, at=NOW, reason="the agreement ended")
    return replace(made, **changes).signed(KEYS[changes.get("node", BANK)])


def test_a_partner_whom_one_node_dropped_receives_nothing_through_a_third() -> None:
    assert onward([leave()], [bar()]).leaves == ()
    assert onward([leave()], [bar(), bar(2, lifted=True)]).leaves == ("a",)
    assert onward([leave()], [bar(2), bar(1, lifted=True)]).leaves == ()
    assert onward([leave()], [bar(1), bar(1, lifted=True)]).leaves == ()
    assert onward([leave()], [bar(), bar(2, lifted=True, at=NOW + DAY)]).leaves == ()
    assert onward([leave()], [bar(barred=BANK)]).leaves == ("a",)


def test_any_node_on_the_way_can_bar_not_only_the_originator() -> None:
    stop = replace(bar(), node="middle.example")
    assert onward([leave()], [stop], through="middle.example").leaves == ()
    assert onward([leave()], [stop], through="other.example").leaves == ("a",)
    assert barring([stop], BORDER, ["middle.example"], NOW) == ["middle.example"]


def test_leaves_and_bars_are_checked_and_travel_unchanged() -> None:
    for made in (leave(), bar()):
        again = type(made).from_json(made.to_json())
        assert again == made
        again.check(RING)
        with pytest.raises(SignatureRefused):
            replace(made, at=NOW - DAY).check(RING)
        with pytest.raises(MessageRefused):
            type(made).from_json({"at": "now"})
    with pytest.raises(SignatureRefused, match="is signed by"):
        replace(leave(), originator=FIU).signed(KEYS[BANK]).check(RING)


def test_the_way_of_an_object_is_signed_step_by_step() -> None:
    way = pass_along((), "d", BANK, FIU, "h1", NOW, KEYS[BANK])
    way = pass_along(way, "d", FIU, BORDER, "h2", NOW + HOUR, KEYS[FIU])
    check_way(way, "d", frozenset({BANK}), RING)
    assert nodes_of(way) == {BANK, FIU, BORDER}
    assert read_way([hop.to_json() for hop in way]) == way
    broken: list[tuple[tuple[Hop, ...], str, str]] = [
        (way[1:], "d", BANK), (way, "other", BANK), (way, "d", BORDER),
        ((way[0], replace(way[1], receiver=BANK)), "d", BANK), ((way[0], replace(way[1], giver=BANK)), "d", BANK),
    ]  # fmt: skip
    for hops, digest, originator in broken:
        with pytest.raises(MessageRefused):
            check_way(hops, digest, frozenset({originator}), RING)
    with pytest.raises(MessageRefused):
        read_way([{"giver": 1}])


def member(node: str, number: int, belongs: bool = True) -> Membership:
    return Membership("g", FIU, node, belongs, number, NOW).signed(KEYS[FIU])


@given(st.permutations([member(BORDER, 1), member(BANK, 2), member(BANK, 3, belongs=False), member(BANK, 2)]))
def test_a_removed_member_stays_removed_whatever_old_copy_arrives(acts: list[Membership]) -> None:
    assert members(acts, "g", FIU) == {BORDER}


def test_a_group_is_changed_by_its_owner_only_and_empty_is_nobody() -> None:
    member(BANK, 1).check(RING)
    with pytest.raises(SignatureRefused, match="owner"):
        Membership("g", FIU, BANK, True, 9, NOW).signed(KEYS[BANK]).check(RING)
    assert members([replace(member(BANK, 1), owner=BORDER)], "g", FIU) == frozenset()
    assert members([member(BANK, 1), member(BANK, 1, belongs=False)], "g", FIU) == frozenset()


def given_out(name: str, on: date = date(2026, 3, 1), **changes: Any) -> Given:
    made = Ask(FIU, BORDER, "disclose", "list_entries", "counter-terrorism", "liaison", AMBER)
    return Given(name, replace(made, **changes), on)


def test_narrowing_names_what_is_to_be_withdrawn_and_why() -> None:
    clause = DOCUMENT["clauses"][0] | {
        "classes": ["list_entries", "indicators"],
        "purposes": ["border-control"],
        "tlp": "GREEN",
    }
    days = {name: days for name, days in DOCUMENT["retention"].items() if name != "persons_of_interest"}
    narrower = pact(
        version=2,
        supersedes=pact().hash,
        clauses=[clause, DOCUMENT["clauses"][1]],
        retention=days | {"list_entries": 30},
    )
    green = replace(AMBER, colour=Colour.GREEN)
    things = [
        given_out("person", data_class="persons_of_interest", purpose="border-control"),
        given_out("amber", purpose="border-control"),
        given_out("terror", handling=green),
        given_out("kept", purpose="border-control", handling=green),
    ]
    found = narrowing(pact(), narrower, things, NOW)
    assert [each.object for each, _ in found.withdraw] == ["person", "amber", "terror"]
    assert [(each.object, day) for each, day in found.shorten] == [("kept", date(2026, 3, 31))]
    assert "the Financial Intelligence Unit to the Border Service: persons of interest no longer" in found.lost
    assert any(each.endswith("up to TLP:GREEN, not TLP:AMBER+STRICT") for each in found.lost)
    assert found.narrows


def test_a_version_that_only_widens_takes_nothing_back() -> None:
    wider = pact(
        version=2, supersedes=pact().hash, clauses=[DOCUMENT["clauses"][0] | {"tlp": "RED"}, DOCUMENT["clauses"][1]]
    )
    assert not narrowing(pact(), wider, [given_out("a")], NOW).narrows


def test_an_end_takes_everything_back() -> None:
    found = narrowing(pact(), None, [given_out("a"), given_out("b")], NOW)
    assert [each.object for each, _ in found.withdraw] == ["a", "b"]
    assert len(found.lost) == 6


def test_what_is_received_is_kept_as_long_as_agreed_and_no_longer_than_its_own_end() -> None:
    today = date(2026, 6, 1)
    held = received(pact(), "indicators", AMBER, today)
    assert held.keep_until == today + timedelta(days=90)
    assert held.agreements == {pact().hash}
    assert received(pact(), "indicators", replace(AMBER, keep_until=date(2026, 7, 1)), today).keep_until == date(
        2026, 7, 1
    )
