"""A record whose id its source changed keeps its judgements and its subject; the tables say so."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman import model
from dragoman.node.access import Principal
from dragoman.node.people.models import Account
from dragoman.node.registry.following import pair
from dragoman.node.registry.models import Record, Source
from dragoman.node.registry.subjects import judge, shortest, subject_of
from dragoman.node.registry.writing import Writing

_ROWS = st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcd")), unique_by=lambda row: row[0], max_size=8)


def party(number: str, name: str, born: str = "1970-01-01", schema: str = "Person") -> model.Record:
    record = model.Record(number, schema)
    record.add("name", name)
    record.add("birthDate" if schema == "Person" else "incorporationDate", born)
    return record


def write(source: Source, version: str, before: str, *records: model.Record) -> None:
    writing = Writing(source, version, before)
    writing.write(records)
    writing.settle()


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(name="harbour", title="Harbour")


@pytest.fixture
def analyst(db: None) -> Principal:
    return Principal(Account.objects.create(username="a"), roles=frozenset({"analyst"}), purpose="training")


def found(number: str, name: str = "harbour") -> Record:
    return Record.objects.get(source__name=name, record_id=number)


def test_a_judgement_outlives_a_changed_id_on_unchanged_content(source: Source, analyst: Principal) -> None:
    other = Source.objects.create(name="other", title="Other")
    write(source, "1", "", party("H-1", "Anwar Tazmart"), party("H-2", "Selma Ourdighi"))
    write(other, "1", "", party("O-1", "Anwar Tazmart"))
    judge(analyst, found("H-1"), found("O-1", "other"), "same", "one passport")
    write(source, "2", "1", party("X-1", "Anwar Tazmart"), party("H-2", "Selma Ourdighi"))
    new = subject_of(found("X-1").pk)
    assert set(new.records) == {found("H-1").pk, found("O-1", "other").pk, found("X-1").pk}
    assert new.follows == ((found("X-1").pk, found("H-1").pk),)
    assert [each.reason for each in new.judgements] == ["one passport"]


def test_a_judgement_of_difference_contradicts_across_a_changed_id(source: Source, analyst: Principal) -> None:
    write(source, "1", "", party("H-1", "Anwar Tazmart"), party("H-2", "Anwar B. Tazmart"))
    judge(analyst, found("H-1"), found("H-2"), "different", "two passports")
    write(source, "2", "1", party("X-1", "Anwar Tazmart"), party("H-2", "Anwar B. Tazmart"))
    made = judge(analyst, found("X-1"), found("H-2"), "same", "one passport after all")
    (apart,) = subject_of(found("H-2").pk).contradictions
    assert subject_of(found("H-2").pk).chain(apart) == [found("H-1").pk, found("X-1").pk, found("H-2").pk]
    assert made.verdict == "same"


@pytest.mark.parametrize(
    "after",
    [
        party("X-1", "Anwar Tazmart", born="1970-01-02"),
        party("X-1", "Anwar Tazmart", schema="Company"),
        party("H-1", "Anwar Tazmart"),
    ],
)
def test_nothing_is_followed_on_other_content_or_under_the_same_id(source: Source, after: model.Record) -> None:
    write(source, "1", "", party("H-1", "Anwar Tazmart"))
    write(source, "2", "1", after)
    assert not Record.objects.exclude(follows=None).exists()


def test_a_subject_is_followed_through_several_versions(source: Source) -> None:
    write(source, "1", "", party("H-1", "Anwar Tazmart"))
    for version in range(2, 5):
        write(source, str(version), str(version - 1), party(f"H-{version}", "Anwar Tazmart"))
    assert len(subject_of(found("H-1").pk).records) == 4
    assert subject_of(found("H-4").pk) == subject_of(found("H-1").pk)


@given(_ROWS, _ROWS)
def test_only_what_is_alone_on_both_sides_is_paired(gone: list[tuple[int, str]], new: list[tuple[int, str]]) -> None:
    pairs = pair(gone, new)
    for after, before in pairs:
        content = dict(new)[after]
        assert [pk for pk, each in new if each == content] == [after]
        assert [pk for pk, each in gone if each == content] == [before]
    alone = {each for _, each in gone if [c for _, c in gone].count(each) == 1 == [c for _, c in new].count(each)}
    assert len(pairs) == len(alone)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.integers(0, 7), st.integers(0, 7))
def test_a_shortest_way_is_a_way_and_none_is_shorter(pairs: list[tuple[int, int]], start: int, end: int) -> None:
    way = shortest(pairs, start, end)
    steps = {frozenset(each) for each in pairs}
    assert all(frozenset(step) in steps for step in pairwise(way))
    within, layers = {start}, [{start}]
    while layers[-1]:
        layers.append({pk for each in pairs if set(each) & within for pk in each} - within)
        within |= layers[-1]
    distance = next((number for number, layer in enumerate(layers) if end in layer), None)
    assert len(way) == (0 if distance is None else distance + 1)
    assert not way or (way[0], way[-1]) == (start, end)
