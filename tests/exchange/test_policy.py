"""Policy: a generated matrix of handling, role and agreement against a plain oracle; and what must never happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.exchange.agreement import Agreement
from dragoman.exchange.agreement_acts import Standing, State, perform, standing
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.policy import Ask, Held, Policies, quota_left
from dragoman.exchange.policy_cedar import Compiled, parse, quoted
from tests.exchange.pacts import BANK, BORDER, DAY, FIU, HOUR, KEYS, MINUTE, NOW, between, pact, signed

NODES = [FIU, BORDER, BANK]
CLASSES = ["list_entries", "persons_of_interest", "journeys", "payments"]
PURPOSES = ["counter-terrorism", "border-control", "aml-cft", "redress"]
ACTIONS = ["disclose", "pass_on", "match", "ask", "use_in_court"]


def in_force(*agreements: Agreement) -> Policies:
    return Policies(Held(each, Standing(State.IN_FORCE, "both signed it")) for each in agreements)


def own(colour: Colour = Colour.AMBER, **changes: Any) -> Handling:
    return replace(Handling(colour, frozenset({FIU}), recipients=frozenset({BORDER})), **changes)


def ask(handling: Handling | None = None, **changes: Any) -> Ask:
    made = Ask(FIU, BORDER, "disclose", "list_entries", "counter-terrorism", "liaison", handling or own())
    return replace(made, **changes)


def allowed(question: Ask, policies: Policies | None = None, now: datetime = NOW) -> bool:
    return (policies or in_force(pact())).decide([question], now)[0].allowed


def why(question: Ask, policies: Policies | None = None, now: datetime = NOW) -> str:
    return (policies or in_force(pact())).decide([question], now)[0].sentence


# The oracle: the same rules in plain Python, written from the agreement's document and the tables' sources.


def oracle(agreement: Agreement, question: Ask, now: datetime) -> bool:
    return _whose(question) and _what_for(question, now) and _agreed(agreement, question, now)


def _whose(question: Ask) -> bool:
    handling = question.handling
    if not handling.originators or question.barred or question.spent:
        return False
    if question.action in ("disclose", "match") and handling.originators != {question.giver}:
        return False
    if question.action == "pass_on":
        if handling.agreements:  # came under an agreement that this node does not hold
            return False
        if (handling.colour is not Colour.CLEAR or "H2" in handling.codes) and not question.leave:
            return False
    return handling.recipients is None or question.receiver in handling.recipients or question.leave


def _what_for(question: Ask, now: datetime) -> bool:
    handling = question.handling
    if question.action == "use_in_court" and "H1" in handling.codes and not question.leave:
        return False
    if handling.purposes is not None and question.purpose not in handling.purposes:
        return False
    if "H0" in handling.codes and question.purpose not in {"counter-terrorism", "aml-cft"}:
        return False
    return handling.keep_until is None or (now + 5 * MINUTE).date() <= handling.keep_until


def _agreed(agreement: Agreement, question: Ask, now: datetime) -> bool:
    if now - 5 * MINUTE < agreement.starts or now + 5 * MINUTE >= agreement.ends:
        return False
    return any(
        (clause["giver"], clause["receiver"]) == (question.giver, question.receiver)
        and question.action in clause["actions"]
        and question.data_class in clause["classes"]
        and question.purpose in clause["purposes"]
        and question.role in clause["roles"]
        and question.handling.colour <= Colour.read(clause["tlp"])
        and question.handling.codes <= set(clause["codes"])
        for clause in agreement.document["clauses"]
    )


def subset(of: list[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(of))


@st.composite
def handlings(draw: st.DrawFn) -> Handling:
    colour = draw(st.sampled_from(Colour))
    codes = draw(subset(["H0", "H1", "H2", "H3"]) | st.just(frozenset()))
    groups = subset(NODES) | st.just(frozenset({BORDER}))
    return Handling(
        colour=colour,
        originators=draw(st.sampled_from([frozenset(), frozenset({FIU}), frozenset({BANK}), frozenset({FIU, BANK})])),
        codes=codes,
        purposes=draw(st.none() | subset(PURPOSES)),
        recipients=draw(groups if colour is Colour.RED else st.none() | groups),
        restrictions=("ask first",) if "H3" in codes else (),
        keep_until=draw(st.none() | st.sampled_from([date(2026, 5, 31), date(2026, 6, 1), date(2027, 1, 1)])),
        agreements=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"sha-256:unknown"})])),
    )


ASKS = st.builds(
    Ask,
    giver=st.sampled_from([FIU, FIU, BORDER]),
    receiver=st.sampled_from([BORDER, BORDER, FIU]),
    action=st.sampled_from(ACTIONS),
    data_class=st.sampled_from(CLASSES),
    purpose=st.sampled_from(PURPOSES),
    role=st.sampled_from(["liaison", "analyst", "service"]),
    handling=handlings(),
    leave=st.booleans(),
    barred=st.sampled_from([False, False, False, True]),
    spent=st.sampled_from([False, False, False, True]),
)
CLAUSES = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "giver": st.just(FIU),
        "receiver": st.just(BORDER),
        "actions": subset(ACTIONS).filter(bool).map(sorted),
        "classes": subset(CLASSES).filter(bool).map(sorted),
        "purposes": subset(PURPOSES).filter(bool).map(sorted),
        "tlp": st.sampled_from([each.word for each in Colour]),
        "codes": subset(["H0", "H1", "H2", "H3"]).map(sorted),
        "roles": subset(["liaison", "analyst", "service"]).filter(bool).map(sorted),
    }
)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    clauses = draw(st.lists(CLAUSES, min_size=1, max_size=3))
    for clause in clauses:
        if draw(st.booleans()):
            clause["giver"], clause["receiver"] = BORDER, FIU
    retention = {name: 30 for clause in clauses for name in clause["classes"]}
    return pact(clauses=clauses, retention=retention, onward=draw(st.sampled_from(["never", "leave", "colour"])))


@settings(max_examples=150, deadline=None)
@given(
    agreements(),
    st.lists(ASKS, min_size=1, max_size=30),
    st.sampled_from([NOW, pact().ends - 6 * MINUTE, pact().ends - 5 * MINUTE]),
)
def test_what_leaves_is_what_the_oracle_lets_leave(agreement: Agreement, asks: list[Ask], now: datetime) -> None:
    decisions = in_force(agreement).decide(asks, now)
    assert [each.allowed for each in decisions] == [oracle(agreement, each, now) for each in asks]
    assert all(each.sentence and each.allowed <= (each.agreement == agreement.hash) for each in decisions)


@settings(max_examples=25, deadline=None)
@given(agreements(), st.lists(ASKS, min_size=1, max_size=10))
def test_asking_only_the_policies_in_scope_changes_no_answer(agreement: Agreement, asks: list[Ask]) -> None:
    sliced = in_force(agreement).decide(asks, NOW)
    whole = Compiled(agreement)
    everything = parse(whole.rules)
    whole.deciding = lambda scope: everything  # type: ignore[method-assign]
    policies = in_force(agreement)
    policies._compiled[agreement.hash] = whole
    assert [each.allowed for each in policies.decide(asks, NOW)] == [each.allowed for each in sliced]


def test_a_clause_allows_and_is_named() -> None:
    decision = in_force(pact()).decide([ask()], NOW)[0]
    assert (decision.allowed, decision.clause, decision.agreement) == (True, "clause 1", pact().hash)
    assert decision.sentence == (
        "clause 1 of Exchange on the financing of terrorism (version 1) lets the Financial Intelligence Unit disclose "
        "list entries to the Border Service for counter-terrorism"
    )


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (ask(data_class="payments"), "the class of data is not agreed"),
        (ask(purpose="redress"), "the purpose is not agreed"),
        (ask(own(Colour.RED)), "TLP:RED is stricter than TLP:AMBER+STRICT"),
        (ask(own(codes=frozenset({"H3"}), restrictions=("x",))), "the receiver cannot keep H3"),
        (ask(role="analyst"), "a person in the role of analyst may not release it"),
        (ask(action="use_in_court"), "the action is not agreed"),
        (ask(giver=BANK), "no agreement with border.example is in force"),
        (ask(own(recipients=frozenset({BANK}))), "the Border Service is not among them"),
        (ask(own(recipients=frozenset())), "the Border Service is not among them"),
        (ask(own(purposes=frozenset())), "it may not be used for counter-terrorism"),
        (ask(own(codes=frozenset({"H0"})), purpose="border-control"), "border control is not that"),
        (ask(own(keep_until=date(2026, 5, 1))), "it was to be kept until 2026-05-01 only"),
        (ask(own(originators=frozenset())), "nobody is named as its originator"),
        (ask(own(originators=frozenset({BANK}))), "it can only be passed on"),
        (ask(barred=True), "the Border Service is barred from it"),
        (ask(spent=True), "the quota for this is used up"),
    ],
)
def test_what_forbids_is_told_in_a_sentence(question: Ask, sentence: str) -> None:
    assert not allowed(question)
    assert sentence in why(question)


@pytest.mark.parametrize("state", [each for each in State if each is not State.IN_FORCE])
def test_nothing_leaves_under_an_agreement_that_is_not_in_force(state: State) -> None:
    policies = Policies([Held(pact(), Standing(state, "for a reason"))])
    assert not allowed(ask(), policies)
    assert f"is {state}: for a reason" in why(ask(), policies)


def test_suspending_stops_the_next_byte() -> None:
    acts = signed(pact())
    assert allowed(ask(), Policies([Held(pact(), standing(pact(), acts, NOW))]))
    acts.append(perform("suspend", pact(), KEYS[BORDER], acts, NOW + HOUR, "an audit"))
    assert not allowed(ask(), Policies([Held(pact(), standing(pact(), acts, NOW))]))


def test_an_empty_group_is_nobody_even_under_tlp_clear() -> None:
    assert not allowed(ask(own(Colour.CLEAR, recipients=frozenset())))
    assert allowed(ask(own(Colour.CLEAR, recipients=None)))


def test_two_agreements_of_one_pair_each_allow_their_own_and_no_mixture() -> None:
    one = pact()
    clause = one.document["clauses"][0] | {"classes": ["payments"], "purposes": ["aml-cft"], "tlp": "GREEN"}
    two = pact(id="second", title="Payments", clauses=[clause], retention={"payments": 30})
    both = in_force(one, two)
    assert allowed(ask(), both)
    green = own(Colour.GREEN)
    assert allowed(ask(green, data_class="payments", purpose="aml-cft"), both)
    assert not allowed(ask(own(), data_class="payments", purpose="aml-cft"), both)
    assert not allowed(ask(green, data_class="payments"), both)


def foreign(colour: Colour, *agreements: Agreement) -> Handling:
    return Handling(colour, frozenset({BANK}), agreements=frozenset(each.hash for each in agreements))


def passing(handling: Handling, *, leave: bool = False, purpose: str = "counter-terrorism") -> Ask:
    return Ask(FIU, BORDER, "pass_on", "persons_of_interest", purpose, "liaison", handling, leave=leave)


def test_what_came_under_an_agreement_goes_on_as_that_agreement_says() -> None:
    out = between(FIU, BORDER)
    for rule, plain, with_leave in (("never", False, False), ("leave", False, True), ("colour", True, True)):
        came = between(BANK, FIU, onward=rule)
        handling, policies = foreign(Colour.GREEN, came), in_force(out, came)
        assert allowed(passing(handling), policies) is plain, rule
        assert allowed(passing(handling, leave=True), policies) is with_leave, rule
    came = between(BANK, FIU)
    assert "bank.example gave no leave" in why(passing(foreign(Colour.GREEN, came)), in_force(out, came))
    assert allowed(passing(foreign(Colour.CLEAR, came)), in_force(out, came))


def test_what_came_under_an_agreement_that_ended_goes_no_further_even_with_leave() -> None:
    out, came = between(FIU, BORDER), between(BANK, FIU)
    ended = Policies([Held(out, Standing(State.IN_FORCE, "")), Held(came, Standing(State.ENDED, ""))])
    assert allowed(passing(foreign(Colour.GREEN, came), leave=True), in_force(out, came))
    assert not allowed(passing(foreign(Colour.GREEN, came), leave=True), ended)


def test_h1_keeps_out_of_court_what_h0_and_h2_do_not() -> None:
    def court(codes: str, *, leave: bool = False) -> Ask:
        handling = Handling(Colour.AMBER, frozenset({BORDER}), codes=frozenset(codes.split()))
        return Ask(BORDER, FIU, "use_in_court", "journeys", "counter-terrorism", "liaison", handling, leave=leave)

    assert allowed(court("H0 H2"))
    assert not allowed(court("H0 H1"))
    assert allowed(court("H0 H1", leave=True))


def test_questions_that_are_alike_are_asked_once_and_answered_in_order() -> None:
    questions = [ask(), ask(data_class="payments"), ask(), ask(giver=BANK)] * 50
    assert [each.allowed for each in in_force(pact()).decide(questions, NOW)] == [True, False, True, False] * 50
    assert in_force(pact()).decide([], NOW) == []


def test_a_hostile_name_is_a_text_and_not_a_policy() -> None:
    evil = 'x"); permit(principal, action, resource); //\n\u0000\u007f\\'
    clause = pact().document["clauses"][0] | {"id": evil}
    policies = in_force(
        pact(clauses=[clause], retention={"list_entries": 1, "persons_of_interest": 1, "indicators": 1})
    )
    assert policies.decide([ask()], NOW)[0].clause == f"clause {evil}"
    assert not allowed(ask(data_class="payments"), policies)
    assert not allowed(ask(role=evil, purpose=evil), policies)
    assert quoted('a\u0001"é') == '"a\\u{1}\\"é"'


def test_both_sides_compile_one_text() -> None:
    text = Compiled(pact()).text
    assert Compiled(pact()).text == text
    assert pact().hash in text
    assert '@id("clause 1")' in text


def test_a_quota_slides_with_the_window() -> None:
    def left(*hours: int) -> int | None:
        return quota_left(pact(), "match", "persons_of_interest", [NOW - hour * HOUR for hour in hours], NOW)

    assert left() == 3
    assert left(1, 2, 30) == 1
    assert left(1, 2, 3, 4) == 0
    assert left(23, 24, 25) == 2
    assert quota_left(pact(), "disclose", "journeys", [NOW - DAY], NOW) is None


def test_a_clause_holds_only_within_the_time_of_its_agreement() -> None:
    assert allowed(ask(), now=pact().ends - 6 * MINUTE)
    assert not allowed(ask(), now=pact().ends - 5 * MINUTE)
    assert allowed(ask(), now=pact().starts + 5 * MINUTE)
    assert not allowed(ask(), now=pact().starts + 4 * MINUTE)


def test_h2_keeps_even_what_is_clear_from_going_on_without_leave() -> None:
    policies, public = in_force(between(FIU, BORDER)), Handling(Colour.CLEAR, frozenset({BANK}))
    closed = replace(public, codes=frozenset({"H2"}))
    assert allowed(passing(public), policies)
    assert not allowed(passing(closed), policies)
    assert allowed(passing(closed, leave=True), policies)
