"""What people call their columns."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.model import headers, schemata
from dragoman.model.headers import property_for, schema_for, squeeze


@pytest.mark.parametrize(
    ("header", "prop"),
    [
        ("name", "name"),
        ("Full Name", "name"),
        ("FULL_NAME", "name"),
        ("birthDate", "birthDate"),
        ("birth_date", "birthDate"),
        ("D.O.B.", "birthDate"),
        ("Date of birth", "birthDate"),
        ("surname", "lastName"),
        ("Passport No.", "passportNumber"),
        ("passport no", "passportNumber"),
        ("Nationality(/ies)", "nationality"),
        ("Prénom(s)", "firstName"),
        ("Staatsangehörigkeit", "nationality"),
        ("Fecha de nacimiento", "birthDate"),
        ("Дата рождения", "birthDate"),
        ("تاريخ الميلاد", "birthDate"),
        ("نام خانوادگی", "lastName"),
        ("出生日期", "birthDate"),
        ("Customer ID", "id"),
        ("Entity type", "schema"),
        ("Wallet Address", "publicKey"),
        ("\ufeffname", "name"),
    ],
)
def test_a_header_is_read_as_its_property(header, prop):
    assert property_for(header) == prop


@pytest.mark.parametrize("header", ["", " ", "shoe size", "nam", "x" * 500])
def test_an_unknown_header_is_none(header):
    assert property_for(header) is None


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("Individual", "Person"),
        ("natural person", "Person"),
        ("ENTITY", "LegalEntity"),
        ("Person", "Person"),
        ("ship", "Vessel"),
        ("comet", None),
    ],
)
def test_a_word_for_a_type_is_read_as_its_schema(text, schema):
    assert schema_for(text) == schema


def test_every_property_of_a_party_is_known_by_its_own_name():
    respelled = {"type": "schema", "bic": "swiftBic", "cryptoAddress": "publicKey"}
    for schema in schemata.schema_names():
        if schemata.may_be_party(schema):
            for prop in schemata.properties(schema):
                assert property_for(prop) == respelled.get(prop, prop)


@pytest.mark.parametrize("table", ["properties", "schemata"])
def test_no_spelling_means_two_things(table):
    meanings = defaultdict(set)
    for meaning, spellings in headers._table()[table].items():
        for spelling in spellings:
            meanings[squeeze(spelling)].add(meaning)
    assert {spelling: found for spelling, found in meanings.items() if len(found) > 1} == {}


def test_every_listed_property_and_schema_exists():
    known = {
        prop
        for schema in schemata.schema_names()
        if schemata.may_be_party(schema)
        for prop in schemata.properties(schema)
    }
    assert set(headers._table()["properties"]) <= known | {"id", "schema"}
    assert set(headers._table()["schemata"]) <= set(schemata.schema_names())


@given(st.text(max_size=60))
def test_any_text_may_be_a_header(text):
    property_for(text)
    schema_for(text)
    assert squeeze(squeeze(text)) == squeeze(text)
