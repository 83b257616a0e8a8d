"""Two parties side by side: why they match, or do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import QueryRefused
from dragoman.model import Record
from dragoman.names import tokenise
from dragoman.screening import compare
from dragoman.screening.alignment import align
from dragoman.screening.comparison import world_rarity
from dragoman.screening.scoring import DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Usamah bin Ladin", "Osama bin Laden"),
        ("أسامة بن لادن", "Usama bin Laden"),
        ("Abdulrahman Yassin", "Abd al-Rahman Yasin"),
        ("عبد الرحمن ياسين", "Abdul Rahman Yassin"),
        ("Abu Bakr al-Baghdadi", "Abubakr Albaghdadi"),
        ("Md. Rafiqul Khorasgani", "Mohammed Rafiqul Khorasgani"),
        ("Владимир Жириновский", "Vladimir Zhirinovsky"),
        ("김정은", "Kim Jong Un"),
        ("Laden Osama bin", "Osama bin Laden"),
        ("J. Savimbi", "Jonas Savimbi"),
        ("AHMАD Khorasgani", "Ahmad Khorasgani"),
        ("Zubaydulllah Khorasgni", "Zubaydullah Khorasgani"),
    ],
)
def test_spellings_of_one_name_match_in_both_directions(one: str, other: str) -> None:
    assert compare(one, other).match
    assert compare(other, one).match


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Osama bin Laden", "Hamza bin Laden"),
        ("Mohammed Khalid", "Mohammed Hassan"),
        ("Ivan Petrov", "Ivan Ivanov"),
        ("Abdul Rahman Yassin", "Abdul Karim Yassin"),
        ("Nusrat Trading Company", "Baraka Trading Company"),
        ("Mohammed", "Mohammed Hassan Khorasgani"),
    ],
)
def test_names_of_different_people_do_not_match(one: str, other: str) -> None:
    assert not compare(one, other).match
    assert not compare(other, one).match


@given(st.data())
def test_the_order_of_the_words_of_a_name_means_nothing(data: st.DataObject) -> None:
    words = ["Zubaydullah", "Khorasgani", "Qirmizi", "Tarkhan", "Mohammed", "Vyshnevetsky", "Иванов", "Boumediene"]
    name = data.draw(st.lists(st.sampled_from(words), min_size=1, unique=True))
    shuffled = data.draw(st.permutations(name))
    assert align(tokenise(" ".join(name)), tokenise(" ".join(shuffled)), world_rarity).aligned == pytest.approx(1.0)


def test_the_left_is_asked_and_the_right_is_listed() -> None:
    weak = {"schema": "Person", "weakAlias": "Qirmizi Tarkhan"}
    good = {"schema": "Person", "name": "Qirmizi Tarkhan"}
    assert compare(good, weak).score < DEFAULT_THRESHOLD < compare(weak, good).score
    feature = compare("Qirmizi Tarkan", "Qirmizi Tarkhan").features[0]
    assert (feature.query, feature.record) == ("Qirmizi Tarkan", "Qirmizi Tarkhan")


def test_the_last_word_of_what_is_asked_may_be_cut_short() -> None:
    assert (
        compare("Zubaydullah Khoras", "Zubaydullah Khorasgani").score
        > compare("Zubaydullah Khoras", "Zubaydullah Mirza").score
    )
    assert compare("Zubaydullah Khoras", "Zubaydullah Khorasgani").match


def test_facts_move_the_score_and_are_explained() -> None:
    one = {"schema": "Person", "name": "Qirmizi Tarkhan", "birthDate": "1961"}
    same = compare(one, {**one, "birthDate": "1961-04-12"})
    apart = compare(one, {**one, "birthDate": "1990"})
    assert apart.score < compare("Qirmizi Tarkhan", "Qirmizi Tarkhan").score <= same.score
    assert [feature.name for feature in apart.features] == ["name", "birth_date"]
    assert "contradict" in apart.features[1].sentence


def test_an_equal_number_decides_without_any_name() -> None:
    found = compare(
        {"schema": "Person", "passportNumber": "KL 412907"},
        {"schema": "Person", "name": "Anybody", "idNumber": "KL412907"},
    )
    assert found.match
    assert "identifier" in [feature.name for feature in found.features]


def test_kinds_of_thing_are_never_mixed() -> None:
    assert compare({"schema": "Person", "name": "Khorasgani"}, {"schema": "Vessel", "name": "Khorasgani"}).score == 0.0


@pytest.mark.parametrize("nothing", ["", {"schema": "Person", "birthDate": "1961"}, Record("x", "Person")])
def test_a_side_with_neither_name_nor_number_is_refused(nothing: object) -> None:
    for sides in ((nothing, "Qirmizi"), ("Qirmizi", nothing)):
        with pytest.raises(QueryRefused) as refused:
            compare(*sides)  # type: ignore[arg-type]
        assert refused.value.remedy


def test_a_property_that_the_schema_does_not_have_is_refused() -> None:
    with pytest.raises(QueryRefused):
        compare({"schema": "Person", "nom": "Qirmizi"}, "Qirmizi")


@pytest.mark.parametrize("text", ["-", "...", "\u200b", "´"])
def test_a_name_without_a_word_in_it_matches_nothing_and_is_no_error(text: str) -> None:
    assert compare(text, "Qirmizi Tarkhan").score == 0.0
    assert compare("Qirmizi Tarkhan", text).score == 0.0


def test_unlike_names_are_said_to_be_unlike() -> None:
    found = compare("Qirmizi Tarkhan", "Osama Laden")
    assert found.score == 0.0
    assert "No word" in found.features[0].sentence


def test_a_comparison_is_plain_values_too() -> None:
    plain = compare("Qirmizi Tarkhan", "Qirmizi Tarkhan").to_json()
    assert set(plain) == {"score", "match", "features"}
    assert plain["match"] is True
    assert set(plain["features"][0]) == {"name", "score", "weight", "query", "record", "sentence"}


@pytest.mark.parametrize(
    ("one", "other"), [("Al-Qaida in the Islamic Maghreb", "AQIM"), ("AQIM", "Al-Qaida in the Islamic Maghreb")]
)
def test_an_organisation_compares_with_its_initials(one: str, other: str) -> None:
    assert compare({"schema": "Organization", "name": one}, {"schema": "Organization", "name": other}).score >= 0.5
