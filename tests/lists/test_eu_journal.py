"""Designations in the Official Journal of the European Union."""

from __future__ import annotations

import csv
import re
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import eu_journal
from dragoman.lists._eu_cells import DATES, NUMBERS, numbers, values
from dragoman.lists._statements import split_items
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties, schemata
from dragoman.model.printed_dates import read_dates

HEADER = (
    "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,weakAlias,previousName,nationality,"
    "birthDate,passportNumber,imoNumber,swiftBic,gender,email,notes"
)
PERSON = {
    "recordId": "1",
    "annex": "I.A",
    "measure": "Asset freeze",
    "startDate": "3.4.2099",
    "reason": "Invents, often",
    "schema": "Person",
    "name": "Exempla FICTA (Эксемпла ФИКТА)",
    "alias": 'Exi; "Exo; B"',
    "weakAlias": "E",
    "nationality": "Ukrainian",
    "birthDate": "22.8.1960",
    "passportNumber": "series АБ No 012345; P0012345 (Libyan passport)",
    "gender": "Female.",
    "email": "a@x.example and b@x.example",
    "notes": "Of note",
}
SAME = {
    "recordId": "2",
    "measure": "Travel ban",
    "schema": "Person",
    "name": "EXEMPLA  Ficta (Эксемпла Фикта)",
    "birthDate": "22 August 1960",
    "passportNumber": PERSON["passportNumber"],
}
NAMESAKE = PERSON | {
    "recordId": "3",
    "birthDate": "(a) 1961; (b) unknown",
    "nationality": "Atlantis",
    "passportNumber": "",
}
VESSEL = {
    "recordId": "4",
    "measure": "Ports ban",
    "schema": "Vessel",
    "name": "FICTION (ex FABLE)",
    "imoNumber": "9074729",
}
ENTITY = {"recordId": "5", "schema": "LegalEntity", "name": "Bank of Fiction (BOF)", "swiftBic": "FICTXXX1"}
ROWS = (PERSON, SAME, NAMESAKE, VESSEL, ENTITY, ENTITY | {"recordId": "6", "schema": "Company"}, {"schema": "Starship"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with (tmp_path / "consolidated_32099R0001.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, HEADER.split(","), restval="")
        writer.writeheader()
        writer.writerows({"celex": "32099R0001", "programKey": "EU-XXX"} | row for row in ROWS)
    return tmp_path


@cache
def journal(folder: Path) -> tuple[list[Record], Reading]:
    reading = Reading()
    return list(eu_journal.read(folder, reading)), reading


def named(records: list[Record], name: str) -> list[Record]:
    return [party for party in parties(records) if name in party.names]


# ---------------------------------------------------------------- a small act


def test_rows_that_agree_on_name_birth_and_numbers_are_one_party_with_a_sanction_each(folder: Path) -> None:
    records, _ = journal(folder)
    persons = named(records, "Exempla FICTA")
    assert [person.values("birthDate") for person in persons] == [["1960-08-22"], ["1961"]]
    sanctions = [record for record in records if record.first("entity") == persons[0].id]
    assert [sanction.first("provisions") for sanction in sanctions] == ["Asset freeze", "Travel ban"]
    assert {known.prop: known.value for known in sanctions[0].statements} == {
        "entity": persons[0].id,
        "authority": "Council of the European Union",
        "authorityId": "32099R0001",
        "recordId": "1",
        "program": "EU-XXX",
        "provisions": "Asset freeze",
        "listingDate": "2099-04-03",
        "reason": "Invents, often",
        "description": "Annex I.A",
        "sourceUrl": "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32099R0001",
    }


def test_a_company_and_a_legal_entity_of_one_name_are_one_company(folder: Path) -> None:
    records, _ = journal(folder)
    banks = named(records, "Bank of Fiction")
    assert [(bank.schema, bank.values("abbreviation"), bank.values("swiftBic")) for bank in banks] == [
        ("Company", ["BOF"], ["FICTXXX1"])
    ]


def test_names_in_two_scripts_former_names_and_quoted_separators_are_parted(folder: Path) -> None:
    records, _ = journal(folder)
    person, vessel = named(records, "Exempla FICTA")[0], named(records, "FICTION")[0]
    graded = [(known.prop, known.value, known.quality) for known in person.statements if known.quality]
    assert graded == [
        ("name", "Exempla FICTA", "good"),
        ("alias", "Эксемпла ФИКТА", "good"),
        ("alias", "Exi", "good"),
        ("alias", "Exo", "good"),
        ("alias", "B", "good"),
        ("weakAlias", "E", "weak"),
        ("name", "EXEMPLA Ficta", "good"),
        ("alias", "Эксемпла Фикта", "good"),
    ]
    assert (vessel.values("previousName"), vessel.values("imoNumber")) == (["FABLE"], ["9074729"])


def test_numbers_contacts_and_gender_are_normalised_and_documents_are_records(folder: Path) -> None:
    records, _ = journal(folder)
    person = named(records, "Exempla FICTA")[0]
    assert person.values("passportNumber") == ["АБ012345", "P0012345"]
    assert person.values("email") == ["a@x.example", "b@x.example"]
    assert person.values("gender") == ["female"]
    held = [record for record in records if record.first("holder") == person.id]
    assert [(record.schema, record.first("number"), record.first("country")) for record in held] == [
        ("Passport", "АБ012345", None),
        ("Passport", "P0012345", "ly"),
    ]


def test_what_cannot_be_read_is_told(folder: Path) -> None:
    records, reading = journal(folder)
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [
        ("consolidated_32099R0001.csv:8", "unknown schema 'Starship'")
    ]
    assert "nationality: Atlantis" in named(records, "Exempla FICTA")[1].values("notes")
    assert any("nationality" in warning.reason for warning in reading.warnings)


def test_an_id_outlives_a_correction_of_the_birth_date(folder: Path) -> None:
    path = folder / "consolidated_32099R0001.csv"
    before = named(journal(path)[0], "Exempla FICTA")[0].id
    path.write_text(path.read_text(encoding="utf-8").replace("1960", "1962"), encoding="utf-8")
    after = named(list(eu_journal.read(path, Reading())), "Exempla FICTA")[0].id
    assert before == after


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a; b", ["a", "b"]),
        ('"a; b"; c', ["a; b", "c"]),
        ('"say ""x; y"""; c', ['say "x; y"', "c"]),
        ("a;; a", ["a"]),
        ("", []),
    ],
)
def test_a_cell_holds_values_joined_by_semicolons(cell: str, expected: list[str]) -> None:
    assert values(cell) == expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("5404154492 / 540501001", ["5404154492", "540501001"]),
        ("7730239877, KPP 773001001", ["7730239877", "773001001"]),
        ("(a) 223611 (Libyan passport number) (b) C00146605 (British)", ["223611", "C00146605"]),
        ("12/XYZ(N)012345", ["12/XYZ(N)012345"]),
        ("Does not exist", []),
    ],
)
def test_a_value_may_hold_several_numbers(printed: str, expected: list[str]) -> None:
    assert numbers(printed) == expected


# ---------------------------------------------------------------- what is refused


def test_wrong_and_truncated_files_are_refused(folder: Path, tmp_path: Path) -> None:
    path = folder / "consolidated_32099R0001.csv"
    text = path.read_text(encoding="utf-8")
    for broken, reason in (
        (text[:700], "ends in the middle"),
        ("a,b\n1,2\n", "header lacks measure"),
        ("", "empty"),
    ):
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(ListRefused, match=reason):
            list(eu_journal.read(path, Reading()))
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ListRefused, match="no CSV file"):
        list(eu_journal.read(tmp_path / "nothing", Reading()))


@given(st.text(max_size=60))
def test_any_cell_is_read(text: str) -> None:
    assert all(value.strip() for value in values(text) if value != text)
    assert all(number.strip() for number in numbers(text))


@given(st.binary(max_size=200))
def test_random_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "journal_noise.csv"
    path.write_bytes(HEADER.encode() + b"\n" + noise)
    with suppress(ListRefused):
        list(eu_journal.read(path, Reading()))


# ---------------------------------------------------------------- the real acts


KEYS = ("schema", "name", *DATES, *NUMBERS)


def rows_of(folder: Path) -> list[dict[str, str]]:
    rows = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows += [row | {"path": path.name} for row in csv.DictReader(stream)]
    return rows


def test_every_row_is_a_sanction_and_every_party_comes_once(data: Path) -> None:
    folder = data / "lists/eu_journal"
    records, reading = journal(folder)
    rows = rows_of(folder)
    assert len(rows) == 8434  # 8,017 consolidated and 417 amending
    twice = sum(warning.reason == "the same row stands twice" for warning in reading.warnings)
    counts = Counter(record.schema for record in records)
    assert (reading.rejects, counts["Sanction"] + twice) == ([], 8434)
    assert len({record.id for record in records}) == len(records)
    listed = Counter(party.schema for party in parties(records))
    names = {(row["schema"] == "Person", row["schema"] == "Vessel", row["name"].casefold()) for row in rows}
    assert len(names) <= listed.total() <= len({tuple(row.get(key) for key in KEYS) for row in rows})
    assert listed["Person"] > 4_500
    assert listed["Vessel"] > 700


def test_every_word_of_every_row_arrives(data: Path) -> None:
    def plain(text: str) -> str:
        return re.sub(r"\W+", "", text).lower()

    records, _ = journal(data / "lists/eu_journal")
    everything = {
        plain(text) for record in records for known in record.statements for text in (known.value, known.original or "")
    }
    missing = []
    assert not {row["amendmentCelex"] for row in rows_of(data / "lists/eu_journal") if "amendmentCelex" in row} - {
        url.rpartition(":")[2] for record in records for url in record.values("sourceUrl")
    }
    for row in rows_of(data / "lists/eu_journal"):
        for column, cell in row.items():
            if column in ("path", "schema", "annex", "amendmentCelex"):
                continue
            for value in [cell] if column in ("name", "reason") else values(cell):
                items = split_items(value) if column == "nationality" else [value]
                if column in DATES + NUMBERS:
                    items = (read_dates(value)[0] if column in DATES else numbers(value, column)) or items
                texts = {plain(item) for item in items} - {""}
                missing += [value for text in texts if not {text, plain(column) + text} & everything]
    assert missing == []


def test_every_statement_fits_its_schema_and_has_a_place(data: Path) -> None:
    records, _ = journal(data / "lists/eu_journal")
    for record in records:
        known = schemata.properties(record.schema)
        assert all(statement.prop in known and statement.place for statement in record.statements)


def test_only_journal_files_and_folders_of_them_are_recognised(data: Path) -> None:
    recognise = eu_journal.FORMAT.recognise
    assert recognise(data / "lists/eu_journal", b"")
    assert not recognise(data / "lists/ofac_2021-07", b"")
    path = next((data / "lists/eu_journal").glob("amendments*"))
    assert recognise(path, path.read_bytes()[:65536])
    assert not recognise(path, b"Last Updated,13/04/2018")
