"""The United Kingdom's consolidated list in its 2018 layout."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import gb_ofsi
from dragoman.lists.gb_ofsi import referred_names
from dragoman.lists.reading import Reading
from dragoman.model import parties

HEADER = (
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,DOB,Town of Birth,Country of Birth,Nationality,"
    "Passport Details,NI Number,Position,Address 1,Address 2,Address 3,Address 4,Address 5,Address 6,"
    "Post/Zip Code,Country,Other Information,Group Type,Alias Type,Regime,Listed On,Last Updated,Group ID"
)


def row(**cells: str) -> str:
    given = {name.replace("_", " "): text for name, text in cells.items()}
    assert given.keys() <= set(HEADER.split(","))
    return ",".join('"' + given.get(name, "") + '"' for name in HEADER.split(","))


PROBE = {"Group_ID": "7", "Group_Type": "Individual", "Regime": "Testland", "Listed_On": "01/04/2016"}
SMALL = "\r\n".join(
    [
        "Last Updated,13/04/2018",
        HEADER,
        row(Name_6="PROBE", Name_1="Ann", Name_2="Maria", Alias_Type="AKA", DOB="00/03/1980", **PROBE),
        row(
            Name_6="PROBA",
            Name_1="Anna",
            Alias_Type="Prime Alias",
            DOB="00/00/1981",
            Nationality="1) Saudi Arabia 2) Qatar",
            Town_of_Birth="(1) Basra (2) Kufa",
            Country_of_Birth="(1) Iraq (2) Iraq",
            Passport_Details="(1) A-333602 (Indian) issued on 4 June 1985 (2) M110522 (Indian)",
            Other_Information="Also referred to as Nana and Little Ann. UN Ref QDi.999.",
            **PROBE,
        ),
        row(Name_6="", Name_1="", Alias_Type="AKA", **PROBE),
        "",
    ]
)


def read_text(tmp_path, text: str, encoding: str = "cp1252"):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    reading = Reading()
    return list(gb_ofsi.read(path, reading)), reading


@pytest.fixture(scope="module")
def real(data):
    reading = Reading()
    return list(gb_ofsi.read(data / "lists" / "uk_conlist_2018-04-13.csv", reading)), reading


def test_the_real_list_gives_one_party_a_group_and_rejects_nothing(real):
    records, reading = real
    found = list(parties(records))
    assert len(found) == 2106
    assert reading.rejects == []
    assert reading.published == "2018-04-13"
    assert len({record.id for record in records}) == len(records)


def test_every_name_of_the_real_list_arrives_on_its_party(real, data):
    import csv

    names = {party.id: set(party.names) for party in parties(real[0])}
    with (data / "lists" / "uk_conlist_2018-04-13.csv").open(encoding="cp1252", newline="") as stream:
        rows = list(csv.reader(stream))[2:]
    assert len(rows) == 9487
    for cells in rows:
        assert " ".join(" ".join([*cells[1:6], cells[0]]).split()) in names[f"gb-ofsi-{cells[28]}"]


def test_no_birth_date_of_the_real_list_is_lost(real):
    persons = [party for party in parties(real[0]) if party.schema == "Person"]
    assert sum(bool(person.values("birthDate")) for person in persons) > 800
    assert not any(warning.reason.startswith("part of birthDate") for warning in real[1].warnings)


def test_names_are_in_natural_order_and_the_prime_alias_is_the_name(tmp_path):
    party = next(parties(read_text(tmp_path, SMALL)[0]))
    assert party.values("name") == ["Anna PROBA"]
    assert party.values("alias") == ["Ann Maria PROBE"]
    assert next(known.original for known in party.statements if known.prop == "alias") == "PROBE, Ann Maria"
    assert (party.first("firstName"), party.first("lastName")) == ("Anna", "PROBA")


def test_a_day_or_month_of_zero_is_not_known(tmp_path):
    party = next(parties(read_text(tmp_path, SMALL)[0]))
    assert sorted(party.values("birthDate")) == ["1980-03", "1981"]


def test_numbered_items_of_a_cell_are_values_of_their_own(tmp_path):
    records, _ = read_text(tmp_path, SMALL)
    party = next(parties(records))
    assert party.values("nationality") == ["sa", "qa"]
    assert party.values("birthPlace") == ["Basra, Iraq", "Kufa, Iraq"]
    assert party.values("passportNumber") == ["A-333602", "M110522"]
    assert [record.values("country") for record in records if record.schema == "Passport"] == [["in"], ["in"]]


def test_names_that_the_notes_refer_to_are_aliases_of_low_quality(tmp_path):
    party = next(parties(read_text(tmp_path, SMALL)[0]))
    weak = [known for known in party.statements if known.prop == "weakAlias"]
    assert [(known.value, known.quality) for known in weak] == [("Nana", "low"), ("Little Ann", "low")]


def test_the_listing_has_regime_dates_and_the_united_nations_reference(tmp_path):
    records, _ = read_text(tmp_path, SMALL)
    listing = next(record for record in records if record.schema == "Sanction")
    assert (listing.first("program"), listing.first("listingDate")) == ("Testland", "2016-04-01")
    assert listing.first("unscId") == "QDi.999"


def test_a_row_without_a_name_is_rejected_with_its_place(tmp_path):
    (reject,) = read_text(tmp_path, SMALL)[1].rejects
    assert reject.place == "list.csv:5"
    assert "no name" in reject.reason


def test_columns_that_came_later_are_kept(tmp_path):
    lines = SMALL.split("\r\n")
    later = "\r\n".join([lines[0], lines[1] + ",Email Address", lines[2] + ",ann@example.test", ""])
    records, reading = read_text(tmp_path, later)
    assert "Email Address: ann@example.test" in next(parties(records)).values("notes")
    assert any("Email Address" in warning.reason for warning in reading.warnings)


def test_prose_gives_no_names():
    assert referred_names("Also known as the person who did it.") == []
    assert referred_names("Also referred to as Lydia, Romeo (Call sign) and Major.") == ["Lydia", "Romeo", "Major"]


@pytest.mark.parametrize(
    "text", ["", "Last Updated,13/04/2018\r\n", "a,b\r\n1,2\r\n", SMALL[:-40], SMALL.replace("Group ID", "Group")]
)
def test_a_wrong_or_truncated_file_is_refused(tmp_path, text):
    with pytest.raises(ListRefused):
        read_text(tmp_path, text)


@given(st.text(max_size=200))
def test_any_text_in_a_row_is_read_or_refused(tmp_path_factory, text):
    cells = {
        name: text.replace('"', "")
        for name in ("Name_6", "DOB", "Nationality", "Passport_Details", "Other_Information")
    }
    line = row(**{**PROBE, **cells, "Alias_Type": "AKA"})
    with contextlib.suppress(DragomanError):
        read_text(tmp_path_factory.mktemp("list"), f"Last Updated,13/04/2018\r\n{HEADER}\r\n{line}\r\n", "utf-8")
