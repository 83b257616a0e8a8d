"""What the score says: a name is not an identity, what is known beside it moves it, a number decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dragoman.model import Record
from dragoman.screening import Hit, Screener, compare
from dragoman.screening.scoring import DEFAULT_THRESHOLD

Open = Callable[..., Screener]
#: An invented person with a name that nobody else on the lists has.
RARE = "Zubaydullah Khorasgani"


def party(party_id: str = "one", schema: str = "Person", /, **values: str | list[str]) -> Record:
    record = Record(party_id, schema)
    for prop, listed in values.items():
        for value in [listed] if isinstance(listed, str) else listed:
            record.add(prop, value)
    return record


def score(screener: Screener, threshold: float = 0.1, /, **query: str | list[str]) -> float:
    hits = screener.screen({"schema": "Person", **query}, threshold=threshold)
    return hits[0].score if hits else 0.0


def test_a_weak_alias_alone_is_no_match_and_becomes_one_when_the_birth_date_agrees(index: Open) -> None:
    screener = index(party(name=RARE, weakAlias="Qirmizi Tarkhan", birthDate="1961-04-12"))
    alone = score(screener, name="Qirmizi Tarkhan")
    assert 0.5 < alone < DEFAULT_THRESHOLD
    assert score(screener, name="Qirmizi Tarkhan", birthDate="1961-04-12") > DEFAULT_THRESHOLD
    assert score(screener, name="Qirmizi Tarkhan", birthDate="1990-01-01") < alone
    assert score(screener, name=RARE) > 0.9


def test_an_alias_graded_low_is_weak_too(index: Open) -> None:
    record = party(name=RARE)
    record.add("alias", "Qirmizi Tarkhan", quality="low")
    assert score(index(record), name="Qirmizi Tarkhan") < DEFAULT_THRESHOLD


def test_an_alias_that_is_also_printed_as_a_good_one_is_not_weak(index: Open) -> None:
    record = party(name=RARE, alias="Qirmizi Tarkhan", weakAlias="Qirmizi Tarkhan")
    assert score(index(record), name="Qirmizi Tarkhan") > 0.9


def test_a_contradicting_year_or_gender_lowers_and_a_missing_one_does_not(index: Open) -> None:
    known = index(party(name=RARE, birthDate="1961-04-12", gender="male"))
    unknown = index(party(name=RARE))
    plain = score(known, name=RARE)
    assert score(unknown, name=RARE, birthDate="1961-04-12", gender="male") == pytest.approx(plain)
    assert score(known, name=RARE, birthDate="1990") < plain - 0.05
    assert score(known, name=RARE, birthDate="1999", gender="female") < score(known, name=RARE, birthDate="1999")
    assert score(known, name=RARE, gender="female") < plain
    assert score(known, name=RARE, gender="male") == pytest.approx(plain)
    assert score(known, name=RARE, birthDate="1961-04-12") > plain


def test_of_several_births_one_that_agrees_is_enough(index: Open) -> None:
    screener = index(party(name=RARE, birthDate=["1955", "1961-04-12"]))
    assert score(screener, name=RARE, birthDate="1961-04-12") > score(screener, name=RARE)


def test_a_date_that_cannot_be_read_counts_as_missing(index: Open) -> None:
    screener = index(party(name=RARE, birthDate="1961-04-12"))
    assert score(screener, name=RARE, birthDate="in the spring") == pytest.approx(score(screener, name=RARE))


@pytest.mark.parametrize(
    "name", ["Mohammed", "Mohammed Ali", "Ahmed Ali", "Ali Hassan", "Maria Garcia", "John Smith", "Wang Li", "Kim"]
)
def test_a_common_name_alone_is_never_certain(index: Open, name: str) -> None:
    screener = index(party(name=name))
    assert 0.0 < score(screener, name=name) < 0.95
    assert compare({"schema": "Person", "name": name}, {"schema": "Person", "name": name}).score < 0.95


def test_a_rare_name_says_more_than_a_common_one(index: Open) -> None:
    screener = index(party("a", name=RARE), party("b", name="Mohammed Ali"))
    assert score(screener, name=RARE) > score(screener, name="Mohammed Ali")


def test_one_common_word_of_two_is_no_match(index: Open) -> None:
    assert score(index(party(name="Mohammed Khorasgani")), name="Mohammed Tarkhan") < DEFAULT_THRESHOLD


@pytest.mark.parametrize(
    ("schema", "listed", "asked"),
    [
        ("Person", {"passportNumber": "KL 412-907"}, {"passportNumber": "kl412907"}),
        ("Person", {"passportNumber": "KL412907"}, {"idNumber": "KL412907"}),
        ("Vessel", {"imoNumber": "9074729"}, {"imoNumber": "IMO 9074729"}),
        (
            "CryptoWallet",
            {"publicKey": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
            {"publicKey": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
        ),
        ("Company", {"registrationNumber": "HRB-550123"}, {"registrationNumber": "HRB 550123"}),
    ],
)
def test_an_equal_number_decides_and_says_so(
    index: Open, schema: str, listed: dict[str, str], asked: dict[str, str]
) -> None:
    screener = index(party("one", schema, name=RARE, **listed), party("two", schema, name="Somebody Else"))
    (hit,) = screener.screen({"schema": schema, "name": RARE, **asked}, threshold=0.9)
    assert hit.record_id == "one"
    assert hit.score >= 0.97
    assert any(feature.name == "identifier" and "decides" in feature.sentence for feature in hit.features)
    (alone,) = screener.screen({"schema": schema, **asked}, threshold=0.9)
    assert alone.record_id == "one"


def test_an_equal_number_under_another_name_is_a_hit_but_less_of_one(index: Open) -> None:
    screener = index(party(name=RARE, passportNumber="KL412907"))
    with_name = score(screener, name=RARE, passportNumber="KL412907")
    other = score(screener, name="Qirmizi Tarkhan", passportNumber="KL412907")
    assert DEFAULT_THRESHOLD < other < with_name


def test_an_equal_number_is_held_to_the_threshold_like_any_finding(index: Open) -> None:
    screener = index(party(name=RARE, passportNumber="KL412907"))
    query = {"schema": "Person", "name": "Qirmizi Tarkhan", "passportNumber": "KL412907"}
    assert all(hit.score >= 0.96 for hit in screener.screen(query, threshold=0.96))


@pytest.mark.parametrize("name", [RARE, "Zubaydulah Korasgani", "Khorasgani"])
def test_the_score_of_an_equal_number_does_not_hang_on_the_threshold(index: Open, name: str) -> None:
    screener = index(party(name=RARE, passportNumber="KL412907"))
    scores = {score(screener, at, name=name, passportNumber="KL412907") for at in (0.5, 0.7, 0.9)}
    assert len(scores) == 1


def test_a_short_number_tells_nobody_apart(index: Open) -> None:
    assert score(index(party(name=RARE, idNumber="123")), name="Qirmizi Tarkhan", idNumber="123") == 0.0


def test_a_number_on_a_record_of_its_own_belongs_to_its_holder(index: Open) -> None:
    passport = party("doc", "Passport", holder="one", number="KL412907")
    screener = index(party(name=RARE), passport)
    assert [hit.record_id for hit in screener.screen({"schema": "Person", "passportNumber": "KL412907"})] == ["one"]
    assert screener.summary.parties == 1


def test_kinds_of_thing_are_never_mixed(index: Open) -> None:
    names = {"Person": "p", "Organization": "o", "Vessel": "v", "Airplane": "a"}
    screener = index(*(party(place, schema, name=RARE) for schema, place in names.items()))
    for schema, place in names.items():
        assert [hit.record_id for hit in screener.screen({"schema": schema, "name": RARE})] == [place]
    assert {hit.record_id for hit in screener.screen(RARE)} >= {"p", "o"}
    assert [hit.record_id for hit in screener.screen({"schema": "Company", "name": RARE})] == ["o"]


@pytest.mark.parametrize(
    ("asked", "listed"),
    [
        ("AQIM", "Al-Qaida in the Islamic Maghreb"),
        ("TTP", "Tehrik-e Taliban Pakistan"),
        ("LeT", "Lashkar-e-Tayyiba"),
        ("JNIM", "Jama'a Nusrat ul-Islam wa al-Muslimin"),
    ],
)
def test_an_organisation_is_found_by_its_initials(index: Open, asked: str, listed: str) -> None:
    screener = index(party("org", "Organization", name=listed), party("other", "Organization", name="Aum Shinrikyo"))
    for query in (asked, {"schema": "Organization", "name": asked}):
        hits = screener.screen(query, threshold=0.5)
        assert [hit.record_id for hit in hits] == ["org"]
        assert hits[0].score < 0.8


def test_a_person_has_no_initials(index: Open) -> None:
    assert index(party(name="Ahmad Qasim Idris Mansur")).screen("AQIM", threshold=0.5) == []


def test_every_hit_explains_its_score(index: Open) -> None:
    screener = index(
        party(
            name=RARE,
            weakAlias="Qirmizi",
            birthDate="1961-04-12",
            nationality="af",
            gender="male",
            birthPlace="Kandahar",
        )
    )
    query = {
        "schema": "Person",
        "name": RARE,
        "birthDate": "1975",
        "nationality": "ru",
        "gender": "female",
        "birthPlace": "Qandahar",
    }
    (hit,) = screener.screen(query, threshold=0.0)
    assert isinstance(hit, Hit)
    features = {feature.name: feature for feature in hit.features}
    assert next(iter(features)) == "name"
    assert set(features) == {"name", "birth_date", "country", "gender", "birth_place"}
    assert (features["birth_date"].query, features["birth_date"].record) == ("1975", "1961-04-12")
    assert features["birth_date"].weight < 0 > features["gender"].weight
    assert features["birth_place"].weight > 0
    for feature in hit.features:
        assert feature.sentence.endswith(".")
        assert 0.0 <= feature.score <= 1.0
    assert set(hit.to_json()) == {"id", "source", "caption", "schema", "score", "match", "features"}


def test_the_sentence_of_a_name_says_what_is_the_same_what_is_like_and_what_is_over(index: Open) -> None:
    (hit,) = index(party(name="Zubaydullah Khorasgani Tarkhan")).screen("Zubaydullah Korasgani Mirza", threshold=0.4)
    sentence = hit.features[0].sentence
    assert "“zubaydullah” is the same" in sentence.lower()
    assert "“korasgani” may be a spelling of “khorasgani”" in sentence
    assert "only the query has “mirza”" in sentence
    assert "only the record has “tarkhan”" in sentence


def test_an_initial_is_explained_as_one(index: Open) -> None:
    (hit,) = index(party(name=RARE)).screen("Z. Khorasgani", threshold=0.5)
    assert "“z” may stand for “zubaydullah”" in hit.features[0].sentence.lower()


def test_a_weak_alias_is_named_in_the_explanation(index: Open) -> None:
    (hit,) = index(party(name=RARE, weakAlias="Qirmizi Tarkhan")).screen("Qirmizi Tarkhan", threshold=0.5)
    assert any("weak" in feature.sentence for feature in hit.features)
    assert not hit.match
