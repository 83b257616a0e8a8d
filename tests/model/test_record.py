"""A record holds statements, goes to JSON and back, and followthemoney accepts what it gives."""

from __future__ import annotations

import string

import pytest
from followthemoney import model
from hypothesis import given
from hypothesis import strategies as st

from dragoman.model import Record, Statement, parties

TEXT = st.text(string.ascii_letters + "  ابپ", min_size=1).filter(str.strip)


def person(**values: str) -> Record:
    record = Record("p-1", "Person", source="list", version="1")
    for prop, value in values.items():
        record.add(prop, value)
    return record


def test_a_value_is_stated_once_and_an_empty_one_not_at_all() -> None:
    record = person(name="Ann")
    record.add("name", " Ann ")
    record.add("name", "")
    record.add("name", None)
    assert record.values("name") == ["Ann"]


def test_the_printed_text_is_kept_only_where_it_differs() -> None:
    record = person()
    record.add("nationality", "tn", original="Tunisian", place="row 3")
    record.add("country", "fr", original="fr")
    assert record.statements == [
        Statement("nationality", "tn", original="Tunisian", place="row 3"),
        Statement("country", "fr"),
    ]


def test_a_caption_is_the_best_name_and_else_a_number_and_else_the_id() -> None:
    assert person(weakAlias="Shorty", name="Ann Bell").caption == "Ann Bell"
    wallet = Record("w", "CryptoWallet")
    assert wallet.caption == "w"
    wallet.add("publicKey", "bc1qxyz")
    assert wallet.caption == "bc1qxyz"


def test_a_wallet_alone_is_a_party_and_a_wallet_with_a_holder_describes_one() -> None:
    wallet = Record("w", "CryptoWallet")
    assert wallet.is_party
    wallet.add("holder", "p-1")
    assert not wallet.is_party
    sanction = Record("s", "Sanction")
    assert [record.id for record in parties([person(name="Ann"), wallet, sanction])] == ["p-1"]


@given(st.lists(st.tuples(st.sampled_from(["name", "alias", "notes"]), TEXT), max_size=6))
def test_json_gives_back_an_equal_record(rows: list[tuple[str, str]]) -> None:
    record = Record("p", "Person", source="list", version="2")
    for prop, value in rows:
        record.add(prop, value, place="row 1", quality="low" if prop == "alias" else None)
    assert Record.from_json(record.to_json()) == record


def test_followthemoney_reads_what_a_record_gives() -> None:
    record = person(name="Ann Bell", birthDate="1957-03", nationality="tn", passportNumber="X1234567")
    plain = record.to_ftm()
    entity = model.get_proxy(plain, cleaned=False)
    assert entity.caption == record.caption
    assert entity.get("birthDate") == ["1957-03"]
    again = Record.from_ftm(plain, source="list", version="1")
    assert sorted(again.values("name", "birthDate", "nationality")) == ["1957-03", "Ann Bell", "tn"]


@pytest.mark.parametrize("bound", [("1957~", ["1957"]), ("1955/1957", ["1955", "1957"])])
def test_what_followthemoney_cannot_say_of_a_date_is_left_to_its_bounds(bound: tuple[str, list[str]]) -> None:
    written, expected = bound
    assert person(name="Ann", birthDate=written).to_ftm()["properties"]["birthDate"] == expected
