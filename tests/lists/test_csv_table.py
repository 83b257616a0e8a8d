"""Any CSV as a list: by its headers, or by a mapping."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import csv_table
from dragoman.lists.reading import Reading
from dragoman.model import parties

PLAIN = "id,Full Name,DOB,Nationality,Passport No.,Shoe size\n1,Anna Probe,03/04/1970,Iraqi,X 123,38\n2,,,,,\n"
TABLE = (
    "Ref;Kind;Title of firm;Also;Born;Order;Internal\n"
    "A/1;F;Probe Works;PW|Probe & Co;;X-9;s\n"
    "A/2;P;Anna Probe;Nana;03/04/1970;;t\n"
    "A/3;Z;Comet;;;;\n"
)
MAPPING = """
title: Debarred suppliers
publisher: Ministry of Works
published: 2026-01-31
schema: {column: Kind, values: {P: Person, F: Company}}
id: [Ref]
delimiter: ";"
dates: month-first
columns:
  Title of firm: name
  Also: {property: weakAlias, separator: "|", quality: weak}
  Born: birthDate
  Order: sanction.authorityId
  Internal: null
constants: {country: af, sanction.program: Suppliers Act}
"""


def read(tmp_path, table: str, mapping: str | None = None):
    path = tmp_path / "list.csv"
    path.write_text(table, encoding="utf-8")
    held = None
    if mapping is not None:
        held = tmp_path / "mapping.yaml"
        held.write_text(mapping, encoding="utf-8")
    form = csv_table.mapped_format(held)
    reading = Reading()
    return list(form.read(path, reading)), reading


def test_without_a_mapping_the_headers_say_what_the_columns_hold(tmp_path):
    (party,), reading = read(tmp_path, PLAIN)
    assert (party.id, party.schema, party.caption) == ("1", "Person", "Anna Probe")
    assert (party.values("birthDate"), party.values("nationality")) == (["1970-04-03"], ["iq"])
    assert party.values("passportNumber") == ["X123"]
    assert party.values("notes") == ["Shoe size: 38"]
    reasons = [warning.reason for warning in reading.warnings]
    assert "column 'DOB' is read as birthDate" in reasons
    assert "unknown column 'Shoe size'; its cells are kept as notes" in reasons


def test_a_row_that_names_nobody_is_rejected_with_its_line(tmp_path):
    (reject,) = read(tmp_path, PLAIN)[1].rejects
    assert (reject.place, reject.reason) == ("list.csv:3", "has neither a name nor an identifier")


def test_a_mapping_says_what_the_columns_hold(tmp_path):
    records, reading = read(tmp_path, TABLE, MAPPING)
    works, anna = parties(records)
    assert (works.id, works.schema, works.values("weakAlias")) == ("A/1", "Company", ["PW", "Probe & Co"])
    assert {known.quality for known in works.statements if known.prop == "weakAlias"} == {"weak"}
    assert (anna.schema, anna.values("birthDate"), anna.values("country")) == ("Person", ["1970-03-04"], ["af"])
    assert not anna.values("notes")  # the internal column is left out on purpose
    assert reading.published == "2026-01-31"
    assert [reject.reason for reject in reading.rejects] == ["is of unknown type"]


def test_a_mapping_can_state_the_listing_itself(tmp_path):
    listing = next(record for record in read(tmp_path, TABLE, MAPPING)[0] if record.schema == "Sanction")
    assert (listing.first("entity"), listing.first("authorityId")) == ("A/1", "X-9")
    assert listing.first("program") == "Suppliers Act"


def test_the_mapping_names_the_list_and_its_publisher(tmp_path):
    path = tmp_path / "mapping.yaml"
    path.write_text(MAPPING)
    form = csv_table.mapped_format(path)
    assert (form.name, form.title, form.publisher) == ("csv", "Debarred suppliers", "Ministry of Works")


def test_without_an_id_the_rows_content_makes_one_that_stays_when_rows_move(tmp_path):
    rows = ["name,country", "Anna Probe,iq", "Ben Probe,ir"]
    one = {party.id for party in read(tmp_path, "\n".join(rows) + "\n")[0]}
    other = {party.id for party in read(tmp_path, "\n".join([rows[0], rows[2], rows[1]]) + "\n")[0]}
    assert one == other
    assert len(one) == 2


def test_a_name_that_stands_in_parts_is_put_together(tmp_path):
    (party,), _ = read(tmp_path, "Vorname,Nachname,Geburtsdatum\nAnna,Probe,3.4.1970\n")
    assert (party.values("name"), party.values("lastName")) == (["Anna Probe"], ["Probe"])


def test_headers_in_other_scripts_are_read(tmp_path):
    (party,), _ = read(tmp_path, "الاسم;تاريخ الميلاد;الجنسية\nآنا;1970;العراق\n")
    assert (party.caption, party.values("birthDate")) == ("آنا", ["1970"])


def test_wallets_and_ships_are_told_by_their_columns(tmp_path):
    (wallet,), _ = read(tmp_path, "Wallet address,Remarks\nabc123,seen\n")
    (ship,), _ = read(tmp_path, "Ship name,IMO\nProbe Star,9074729\n")
    assert (wallet.schema, wallet.values("publicKey"), ship.schema) == ("CryptoWallet", ["abc123"], "Vessel")


def test_what_is_no_date_or_country_is_kept_as_a_note(tmp_path):
    (party,), reading = read(tmp_path, "name,birthDate,nationality\nAnna,soon,Atlantis\n")
    assert party.values("notes") == ["birthDate: soon", "nationality: Atlantis"]
    assert len(reading.warnings) == 2


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("[1, 2]", "no keys"),
        ("columns: {Full name: nam}", "no FollowTheMoney property"),
        ("schema: Comet", "no schema"),
        ("schema: Sanction", "no schema"),
        ("colums: {}", "unknown key 'colums'"),
        ("dates: sideways", "day-first or month-first"),
        ("delimiter: tabs", "single character"),
        ("encoding: klingon", "unknown encoding"),
        ("published: tomorrow", "published"),
        ("columns: {a: {property: name, quality: fine}}", "good, low or weak"),
        ("columns: {Missing: name}", "no column 'Missing'"),
        ("a: [", "not YAML"),
        ("title: &a [x]\npublisher: *a", "aliases"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_with_what_is_wrong(tmp_path, mapping, message):
    with pytest.raises(ListRefused, match=message):
        read(tmp_path, PLAIN, mapping)


@pytest.mark.parametrize(
    "table", ["", "a,b\n1,2\n", "birthDate,country\n1970,iq\n", "name,name\na,b\n", 'name,id\n"Anna,1']
)
def test_a_table_without_names_or_cut_short_is_refused(tmp_path, table):
    with pytest.raises(ListRefused):
        read(tmp_path, table)


def test_a_table_is_recognised_by_its_header_only(tmp_path):
    for name, head, expected in (
        ("a.csv", PLAIN.encode(), True),
        ("a.csv", "\ufeffNachname;Vorname;Geburtsdatum\n".encode(), True),
        ("a.csv", b"a,b,c\n", False),
        ("a.pdf", PLAIN.encode(), False),
        ("a.csv", b"", False),
        ("a.csv", b"name\0", False),
    ):
        assert csv_table.recognise(tmp_path / name, head) is expected


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_table_and_any_mapping_are_read_or_refused(tmp_path_factory, table, mapping):
    folder = tmp_path_factory.mktemp("list")
    for held, text in ((None, PLAIN + table), (None, table), (mapping, PLAIN), (f"columns: {{DOB: {mapping}}}", PLAIN)):
        with contextlib.suppress(DragomanError):
            read(
                folder,
                text.encode("utf-8", "replace").decode(),
                None if held is None else held.encode("utf-8", "replace").decode(),
            )
