"""Subjects are what judgements in force connect, and withdrawing restores what was there before, exactly."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.people.models import Account
from dragoman.node.registry.models import Judgement, Record, Source
from dragoman.node.registry.subjects import connected, in_force, judge, subject_of, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> Principal:
    return Principal(Account.objects.create(username="a"), roles=frozenset({"analyst"}), purpose="training")


@pytest.fixture
def records() -> list[Record]:
    source = Source.objects.create(name="harbour", title="Harbour")
    return Record.objects.bulk_create(
        Record(
            source=source,
            record_id=f"H-{n}",
            schema="Person",
            caption=f"N{n}",
            content=str(n),
            first_seen="1",
            last_seen="1",
        )
        for n in range(6)
    )


def groups(records: list[Record]) -> set[frozenset[int]]:
    return {frozenset(subject_of(each.pk).records) for each in records}


def recomputed(records: list[Record]) -> set[frozenset[int]]:
    rows = Judgement.objects.filter(in_force(), verdict="same").values_list("left", "right")
    found = connected(rows)
    return {*found, *(frozenset({each.pk}) for each in records if not any(each.pk in group for group in found))}


_PAIR = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1])
_JUDGE = st.tuples(st.just("judge"), _PAIR, st.sampled_from(["same", "same", "different", "unsure"]))
_WITHDRAW = st.tuples(st.just("withdraw"), st.integers(0, 20), st.none())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(_JUDGE, _WITHDRAW), max_size=12))
def test_subjects_are_what_the_judgements_in_force_connect_whatever_was_judged_and_withdrawn(
    records: list[Record], analyst: Principal, steps: list[tuple[str, object, str | None]]
) -> None:
    Judgement.objects.all().delete()
    for kind, what, verdict in steps:
        if kind == "judge":
            left, right = what
            judge(analyst, records[left], records[right], verdict, "a reason")
        elif (standing := list(Judgement.objects.filter(in_force()).order_by("pk"))) and isinstance(what, int):
            withdraw(analyst, standing[what % len(standing)])
        assert groups(records) == recomputed(records)


def test_withdrawing_a_judgement_restores_the_former_state(records: list[Record], analyst: Principal) -> None:
    judge(analyst, records[0], records[1], "same", "one passport")
    before = groups(records)
    made = judge(analyst, records[1], records[2], "same", "one birth date")
    assert subject_of(records[2].pk).key == records[0].pk
    withdraw(analyst, made)
    assert groups(records) == before
    with pytest.raises(ActRefused):
        withdraw(analyst, made)


def test_contradictions_are_told_and_not_resolved(records: list[Record], analyst: Principal) -> None:
    judge(analyst, records[0], records[1], "same", "one")
    judge(analyst, records[1], records[2], "same", "two")
    judge(analyst, records[0], records[2], "different", "three")
    found = subject_of(records[0].pk)
    assert set(found.records) == {each.pk for each in records[:3]}
    assert [each.verdict for each in found.contradictions] == ["different"]


@pytest.mark.parametrize(("verdict", "reason"), [("same", " "), ("perhaps", "a reason")])
def test_a_judgement_needs_a_verdict_and_a_reason(
    records: list[Record], analyst: Principal, verdict: str, reason: str
) -> None:
    with pytest.raises(ActRefused):
        judge(analyst, records[0], records[1], verdict, reason)
    with pytest.raises(ActRefused):
        judge(analyst, records[0], records[0], "same", "itself")
