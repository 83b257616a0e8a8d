"""Agreements: read whole or refused with remedies; how they stand follows from signed acts and the clock."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import AgreementRefused, SignatureRefused, StepRefused
from dragoman.exchange.agreement_acts import Act, State, check_act, perform, standing, succeeds
from dragoman.exchange.agreement_draft import draft, next_version
from dragoman.exchange.agreement_reading import examine, read_agreement
from dragoman.exchange.canonical import canonical
from dragoman.exchange.keys import PrivateKey
from tests.exchange.pacts import BANK, BORDER, DAY, DOCUMENT, FIU, HOUR, KEYS, MINUTE, NOW, document, pact, signed

PARTY, CLAUSE = DOCUMENT["parties"][0], DOCUMENT["clauses"][0]


def test_both_sides_evaluate_one_hash_however_the_file_is_laid_out() -> None:
    pretty = read_agreement(json.dumps(dict(reversed(DOCUMENT.items())), indent=4).encode())
    assert pretty.hash == pact().hash
    assert read_agreement(canonical(DOCUMENT)) == pact()
    assert pact(title="Another").hash != pact().hash


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"type": "contract"}, "type"),
    ({"form": 2}, "type"),
    ({"title": ""}, "title"),
    ({"title": 3}, "title"),
    ({"version": 0}, "version"),
    ({"version": True}, "version"),
    ({"version": 2}, "supersedes"),
    ({"supersedes": "sha-256:00"}, "supersedes"),
    ({"starts": "soon"}, "starts"),
    ({"ends": "2027-01-01"}, "ends"),
    ({"ends": "2025-01-01T00:00:00+00:00"}, "ends"),
    ({"parties": [PARTY]}, "parties"),
    ({"parties": [PARTY, PARTY]}, "parties"),
    ({"parties": [PARTY | {"key": "x"}, PARTY]}, "parties[0].key"),
    ({"parties": 3}, "parties"),
    ({"clauses": []}, "clauses"),
    ({"clauses": [CLAUSE, CLAUSE]}, "clauses"),
    ({"clauses": [CLAUSE | {"receiver": FIU}]}, "clauses[0]"),
    ({"clauses": [CLAUSE | {"tlp": "PINK"}]}, "clauses[0].tlp"),
    ({"clauses": [CLAUSE | {"codes": ["H7"]}]}, "clauses[0].codes"),
    ({"clauses": [CLAUSE | {"purposes": []}]}, "clauses[0].purposes"),
    ({"clauses": [CLAUSE | {"unless": "x"}]}, "clauses[0].unless"),
    ({"clauses": [CLAUSE | {"roles": ["king"]}]}, "clauses[0].roles"),
    ({"onward": "always"}, "onward"),
    ({"retention": {}}, "retention.indicators"),
    ({"quotas": [{}]}, "quotas[0].action"),
    ({"answers": {"urgent": 8}}, "answers.prompt"),
    ({"authors": None}, "authors"),
    ({"references": "some"}, "references"),
    ({"memorandum": {"title": "x", "reference": "y", "signed": "once"}}, "memorandum.signed"),
    ({"extra": 1}, "document.extra"),
    ({"own_purposes": {"counter-terrorism": {"title": "x", "crime": True}}}, "own_purposes.counter-terrorism"),
]


@pytest.mark.parametrize(("changes", "place"), FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(changes: dict[str, Any], place: str) -> None:
    found, faults = examine(document(**changes))
    assert found is None
    assert place in [fault.place for fault in faults]
    assert all(fault.remedy and fault.message for fault in faults)
    with pytest.raises(AgreementRefused, match="fault"):
        read_agreement(document(**changes))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(AgreementRefused, match="3 faults") as refused:
        read_agreement(document(title="", onward="x", authors="y"))
    assert "a new version" in str(refused.value)


@pytest.mark.parametrize("source", [b"", b"[]", b"3", b'{"a":1,"a":1}'])
def test_what_is_no_document_is_refused(source: bytes) -> None:
    with pytest.raises(AgreementRefused):
        read_agreement(source)


WORDS = st.sampled_from([*DOCUMENT, *PARTY, *CLAUSE])
ANYTHING = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
)


@given(ANYTHING, st.sampled_from(sorted(DOCUMENT)))
def test_any_value_in_any_place_is_a_fault_or_understood(value: Any, key: str) -> None:
    found, faults = examine(document() | {key: value})
    assert (found is None) == bool(faults)


def test_an_own_purpose_says_whether_it_fights_crime() -> None:
    new = {"smuggling": {"title": "smuggling of people", "crime": True}}
    days = {"list_entries": 1, "persons_of_interest": 1, "indicators": 1}
    own = pact(own_purposes=new, clauses=[CLAUSE | {"purposes": ["smuggling"]}], retention=days)
    assert "smuggling" in own.crime
    assert "border-control" not in own.crime
    assert own.purpose_title("smuggling") == "smuggling of people"


def act(kind: str, acts: list[Act], node: str = FIU, at: Any = NOW - HOUR) -> list[Act]:
    return [*acts, perform(kind, pact(), KEYS[node], acts, at, reason="a reason")]


def test_it_goes_from_draft_to_offered_to_in_force() -> None:
    acts = [perform("sign", pact(), KEYS[FIU], [], NOW)]
    assert standing(pact(), [], NOW).state is State.DRAFT
    offered = standing(pact(), acts, NOW)
    assert (offered.state, offered.by) == (State.OFFERED, (FIU,))
    assert offered.sentence == "the Financial Intelligence Unit signed it; the Border Service has not"
    assert standing(pact(), signed(pact()), NOW).in_force


def test_it_begins_late_and_expires_early_by_the_skew_of_the_clocks() -> None:
    agreement, acts = pact(), signed(pact(), pact().starts - DAY)
    assert standing(agreement, acts, agreement.starts + 4 * MINUTE).state is State.AGREED
    assert standing(agreement, acts, agreement.starts + 5 * MINUTE).in_force
    assert standing(agreement, acts, agreement.ends - 6 * MINUTE).in_force
    assert standing(agreement, acts, agreement.ends - 5 * MINUTE).state is State.EXPIRED
    assert standing(agreement, acts[:1], agreement.ends).state is State.EXPIRED


def test_only_who_suspended_resumes() -> None:
    acts = act("suspend", act("suspend", signed(pact())), BORDER)
    one = act("resume", acts)
    assert standing(pact(), one, NOW).by == (BORDER,)
    assert standing(pact(), act("resume", one, BORDER), NOW).in_force
    with pytest.raises(StepRefused):
        act("resume", one)


def test_suspending_counts_at_once_and_resuming_not_before_its_time() -> None:
    suspended = act("suspend", signed(pact()), at=NOW + DAY)
    assert standing(pact(), suspended, NOW).state is State.SUSPENDED
    assert standing(pact(), act("resume", suspended, at=NOW + DAY), NOW).state is State.SUSPENDED
    assert standing(pact(), act("resume", suspended, at=NOW + DAY), NOW + DAY).in_force


def test_what_was_ended_is_not_taken_up_again() -> None:
    ended = act("end", signed(pact()))
    assert standing(pact(), ended, NOW).sentence == "the Financial Intelligence Unit ended it: a reason"
    for kind in ("sign", "resume", "suspend"):
        with pytest.raises(StepRefused):
            act(kind, ended)


def test_a_missing_act_suspends_because_it_may_be_one_that_suspends() -> None:
    acts = act("resume", act("suspend", signed(pact())))
    gap = [each for each in acts if each.kind != "suspend"]
    assert standing(pact(), gap, NOW).state is State.SUSPENDED
    assert "missing" in standing(pact(), gap, NOW).sentence


def test_two_acts_of_one_number_suspend() -> None:
    both = signed(pact())
    twice = [*act("suspend", both), *act("suspend", both, at=NOW)]
    assert "two different acts" in standing(pact(), twice, NOW).sentence


@given(st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_order_in_which_acts_arrive_changes_nothing(chance: random.Random, count: int) -> None:
    acts = signed(pact())
    for _ in range(count):
        node = chance.choice([FIU, BORDER])
        last = [each.kind for each in acts if each.node == node][-1]
        acts = act("resume" if last == "suspend" else "suspend", acts, node)
    shuffled = acts + acts[:1]
    chance.shuffle(shuffled)
    assert standing(pact(), shuffled, NOW) == standing(pact(), acts, NOW)


def second(**changes: Any) -> Any:
    return pact(version=2, supersedes=pact().hash, **changes)


def test_a_new_version_takes_over_for_good() -> None:
    new, acts = second(title="Narrower"), signed(pact())
    half = [perform("sign", new, KEYS[FIU], [], NOW - HOUR)]
    assert standing(pact(), acts, NOW, successors=[(new, half)]).in_force
    whole = signed(new)
    assert standing(pact(), acts, NOW, successors=[(new, whole)]).state is State.SUPERSEDED
    ended = [*whole, perform("end", new, KEYS[FIU], whole, NOW, "over")]
    assert standing(pact(), acts, NOW, successors=[(new, ended)]).state is State.SUPERSEDED
    assert standing(new, whole, NOW).in_force


def test_a_version_that_begins_later_takes_over_then() -> None:
    new = second(starts=(NOW + DAY).isoformat())
    assert standing(pact(), signed(pact()), NOW, successors=[(new, signed(new))]).in_force
    assert standing(pact(), signed(pact()), NOW + DAY, successors=[(new, signed(new))]).state is State.SUPERSEDED


def test_a_version_of_another_agreement_takes_nothing_over() -> None:
    other = pact(id="other", version=2, supersedes=pact().hash)
    assert standing(pact(), signed(pact()), NOW, successors=[(other, signed(other))]).in_force


def test_acts_are_checked_against_the_keys_in_the_agreement() -> None:
    ours = signed(pact())[0]
    check_act(pact(), ours)
    check_act(pact(), Act.from_json(ours.to_json()))
    for change in ({"reason": "x"}, {"node": BORDER}, {"kind": "end"}, {"signature": "x"}):
        with pytest.raises(SignatureRefused):
            check_act(pact(), Act.from_json(ours.to_json() | change))
    with pytest.raises(AgreementRefused, match="another text"):
        check_act(pact(title="x"), ours)
    with pytest.raises(AgreementRefused, match="no party"):
        check_act(pact(), replace(ours, node=BANK))
    with pytest.raises(SignatureRefused):
        perform("sign", pact(), KEYS[BANK], [], NOW)


def test_a_new_key_is_vouched_for_with_the_old_one() -> None:
    fresh = PrivateKey.from_seed(b"n" * 32)
    new = second(parties=[PARTY | {"key": fresh.public.text}, DOCUMENT["parties"][1]])
    check_act(new, perform("sign", new, fresh, [], NOW, former=KEYS[FIU]), pact())
    check_act(new, perform("sign", new, KEYS[BORDER], [], NOW), pact())
    for former in (None, KEYS[BANK]):
        with pytest.raises(SignatureRefused):
            check_act(new, perform("sign", new, fresh, [], NOW, former=former), pact())
    with pytest.raises(AgreementRefused, match="before"):
        check_act(new, perform("sign", new, fresh, [], NOW, former=KEYS[FIU]))


SIGN = signed(pact())[0].to_json()


@pytest.mark.parametrize(
    "found",
    [
        None,
        3,
        {},
        {"kind": "sign"},
        SIGN | {"number": 0},
        SIGN | {"kind": "cancel"},
        SIGN | {"at": "now"},
        SIGN | {"x": 1},
    ],
)
def test_what_is_no_act_is_refused(found: object) -> None:
    with pytest.raises(AgreementRefused):
        Act.from_json(found)


def test_ending_and_suspending_are_explained() -> None:
    with pytest.raises(StepRefused, match="reason"):
        perform("end", pact(), KEYS[FIU], signed(pact()), NOW)


def test_a_draft_is_careful_and_can_be_signed_as_it_is() -> None:
    (clause,) = pact().document["clauses"][:1]
    short = {key: clause[key] for key in ("giver", "receiver", "actions", "classes", "purposes", "tlp")}
    made = read_agreement(draft("new", "New", pact().parties, pact().memorandum, [short], NOW, NOW + DAY))
    assert (made.onward, made.authors, made.references) == ("leave", "stripped", "cut")
    assert (made.clauses[0].id, made.clauses[0].roles) == ("1", frozenset({"liaison"}))
    assert made.answers == {"urgent": 8, "prompt": 72, "routine": 168}
    assert made.parties == pact().parties
    assert examine(draft("new", "New", pact().parties, pact().memorandum, [short], NOW, NOW))[1]


def test_the_next_version_names_the_one_before_and_leaves_it_alone() -> None:
    new = read_agreement(next_version(pact(), title="Newer"))
    assert (new.version, new.supersedes, new.title) == (2, pact().hash, "Newer")
    assert succeeds(new, pact())
    assert pact().version == 1


def test_an_agreement_that_was_read_does_not_change_with_its_source() -> None:
    source = document()
    made = read_agreement(source)
    source["clauses"][0]["tlp"] = "RED"
    assert made == pact()
    assert made.hash == pact().hash
