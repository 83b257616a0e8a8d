"""What several publishers' cells need before they are statements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.lists import _statements as cells
from dragoman.lists._documents import country_in
from dragoman.lists.reading import Reading
from dragoman.model import Record, schemata


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ("Basra", ["Basra"]),
        ("(1) Basra (2) Kufa", ["Basra", "Kufa"]),
        ("1) Basra 2) Kufa", ["Basra", "Kufa"]),
        ("a) Basra, b) Kufa;", ["Basra", "Kufa"]),
        ("A) Basra (b) Kufa", ["Basra", "Kufa"]),
        ("Basra, b) Kufa", ["Basra", "Kufa"]),
        ("(1)-(2) Basra (3) Kufa", ["Basra", "Kufa"]),
        ("Ministry (B) of Works", ["Ministry (B) of Works"]),
        ("Branch (2) north", ["Branch (2) north"]),
        ("(Probe Bank)", ["(Probe Bank)"]),
    ],
)
def test_numbered_items_are_parted_and_brackets_that_number_nothing_are_not(text, items):
    assert cells.split_items(text) == items


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Iraq", ["iq"]),
        ("Iraqi\xa0", ["iq"]),
        ("Syria (since 2013)", ["sy"]),
        ("Syria / Syrie", ["sy"]),
        ("Russian and Ukrainian", ["ru", "ua"]),
        ("Malian / Mauritanian", ["ml", "mr"]),
        ("Bosnia and Herzegovina", ["ba"]),
        ("Possibly Ethiopian", ["et"]),
        ("Germany (b) Algeria", ["de", "dz"]),
        ("Kuwaiti citizenship", ["kw"]),
        ("na", []),
    ],
)
def test_countries_are_found_in_what_is_printed(text, codes):
    record, reading = Record("a", "Person"), Reading()
    cells.add_countries(record, reading, "nationality", text, "a:1")
    assert record.values("nationality") == codes
    assert reading.warnings == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("D 000763 (Afghan). Issued on 9 Jan 1997", "D000763"),
        ("Passport number No 06AP104665 issued on 16.1.2006 (expired)", "06AP104665"),
        ("Qatari passport no.00966737", "00966737"),
        ("Military ID 1-69-09-51400-64", "1-69-09-51400-64"),
        ("34409/129 (July 1997)", "34409/129"),
        ("842 781", "842781"),
        ("Yes", None),
        ("", None),
    ],
)
def test_a_documents_number_is_found_among_what_is_said_of_it(text, number):
    assert cells.document_number(text) == number


def test_each_document_of_a_cell_has_a_record_with_its_country():
    party = Record("p", "Person")
    text = "(1) A-333602 (Indian) issued in Bombay (2) M110522 (Qatari passport issued on 3 May 2007) (3) lost"
    reading = Reading()
    found = list(cells.documents(party, reading, "Passport", text, "a:1"))
    assert [(one.first("number"), one.first("country"), one.first("holder")) for one in found] == [
        ("A-333602", "in", "p"),
        ("M110522", "qa", "p"),
    ]
    assert party.values("passportNumber") == ["A-333602", "M110522"]
    assert party.values("notes") == ["passportNumber: lost"]
    assert len(reading.warnings) == 1


def test_an_oddity_that_a_list_repeats_is_warned_of_once_a_record():
    record, reading = Record("a", "Person"), Reading()
    for _ in range(3):
        cells.add_dates(record, reading, "birthDate", "1957; soon", "a:1")
    assert (record.values("birthDate"), record.values("notes")) == (["1957"], ["birthDate: 1957; soon"])
    assert len(reading.warnings) == 1


def test_a_sanction_has_its_note_where_the_schema_has_room_for_it():
    record = Record("a", "Sanction")
    cells.add_dates(record, Reading(), "listingDate", "soon", "a:1")
    assert record.values("summary") == ["listingDate: soon"]


def test_an_acronym_in_brackets_is_an_abbreviation_of_a_body_and_a_weak_alias_of_a_person():
    body, person = Record("a", "Organization"), Record("b", "Person")
    cells.add_names(body, "name", "Probe Research Office (PRO)", "a:1")
    cells.add_names(person, "alias", "Anna PRABEV (PRBV)", "a:1")
    assert (body.values("name"), body.values("abbreviation")) == (["Probe Research Office (PRO)"], ["PRO"])
    assert body.values("alias") == ["Probe Research Office"]
    assert person.values("weakAlias") == ["PRBV"]


def test_a_slash_between_two_halves_of_a_name_does_not_part_it():
    record = Record("a", "Organization")
    cells.add_names(record, "name", "FRONT FOR THE PLAIN / THE RIVER", "a:1")
    assert record.names == ["FRONT FOR THE PLAIN / THE RIVER"]


@given(st.text(max_size=200))
def test_any_cell_is_stated_or_noted_by_properties_that_the_schema_has(text):
    record, reading = Record("a", "Person"), Reading()
    cells.add_dates(record, reading, "birthDate", text, "a:1")
    cells.add_countries(record, reading, "nationality", text, "a:1")
    cells.add_names(record, "name", text, "a:1")
    list(cells.documents(record, reading, "Passport", text, "a:1"))
    assert {known.prop for known in record.statements} <= schemata.properties("Person").keys()
    assert cells.slug(cells.slug(text)) == cells.slug(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Democratic Republic of Congo", "cd"),
        ("Democratic Republic of the Congo passport", "cd"),
        ("Congo passport", "cg"),
        ("Libyan passport", "ly"),
        ("123, Chad", "td"),
        ("passport", None),
    ],
)
def test_the_longest_name_of_a_country_counts(text: str, code: str | None) -> None:
    assert country_in(text) == code
