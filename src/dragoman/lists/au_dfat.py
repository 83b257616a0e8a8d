"""Australia: the consolidated list of the Department of Foreign Affairs and Trade, an Excel workbook.

A row is one name. Rows of one party share the digits of their reference: ``34`` is the party, ``34a`` an
alias, ``34c1`` the alias ``34c`` in its original script. Each row repeats the party's details, not always alike,
so that every row's are taken. Birth cells hold text, Excel dates and bare years; hundreds of columns are empty.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragoman.errors import ListRefused
from dragoman.lists._statements import (
    add_countries,
    add_dates,
    add_names,
    documents,
    is_absent,
    sanction,
    split_items,
    tidy,
)
from dragoman.lists._workbook import check_workbook
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Quality, Record
from dragoman.model.identifiers import imo_number
from dragoman.model.printed_dates import read_dates

MOST_ROWS = 200_000

COLUMNS = (
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "Committees",
    "Control Date",
)
#: Columns that the list has had since 2025.
LATER_COLUMNS = ("Alias Strength", "IMO Number", "Instrument of Designation")
_REMEDY = "fetch the Consolidated List again from dfat.gov.au"
_REFERENCE = re.compile(r"(\d+)\s*+(?:[a-zA-Z]{1,3}\s*+)?\d{0,3}")
_SCHEMATA = {"individual": "Person", "entity": "Organization", "vessel": "Vessel"}
_NAME_TYPES = {
    "primary name": "name",
    "aka": "alias",
    "original script": "alias",
    "formerly known as": "previousName",
    "previously listed as": "previousName",
}
#: In text whose blanks are folded.
_FORMER = re.compile(
    r" ?\((?:previously|formerly) listed as\b[.,]? ?(?:in \w{1,40}: ?([^)]{1,1000}))?\)", re.IGNORECASE
)
_NAME_NOTE = re.compile(r"(?:(?<!\s)\s++)?+\(((?:birth|combat|maiden|code) name)\)", re.IGNORECASE)
_LANGUAGE_NOTE = re.compile(
    r"(?:(?<!\s)\s++)?+\((?:Tigrinya|Arabic|Persian|Pashto|Urdu|Cyrillic|Russian|Korean|Chinese)\)$"
)
_COMMA_NAME = re.compile(r"([^,;/]{2,40}),\s*([^,;/]{1,60})")
_LISTED = re.compile(
    r"(?:listed|designated|sanctioned)\b[^.;]*?\bon:?\s*(\d{1,2}\s+[A-Z][a-z]{2,8}\.?,?\s+\d{4})", re.IGNORECASE
)
_WHOSE = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)? $")
_UP_TO = r"(.{4,140}?)(?=\.\s+[A-Z][a-z]|[\n;]|passport|national id|$)"
_DESCRIBES = {
    "Passport": re.compile(rf"passport\b{_UP_TO}", re.IGNORECASE | re.DOTALL),
    "Identification": re.compile(
        rf"(?:national (?:identification|identifier|identity|id)|identity card|id card)\b{_UP_TO}",
        re.IGNORECASE | re.DOTALL,
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the workbook: its place, and its cells as text by column."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, its ``Sanction`` and its documents, in the order in which references first occur.

    Raises ListRefused on what is no workbook, a damaged one, an archive bomb, or other columns. A row
    without a reference or of unknown type is rejected.
    """
    check_workbook(source)
    parties: dict[str, list[Row]] = {}
    latest = ""
    for row in _rows(source, reading):
        reference = _REFERENCE.fullmatch(tidy(row["Reference"]))
        if reference is None or not tidy(row["Name of Individual or Entity"]):
            reading.reject(row.place, "has no reference or no name", " | ".join(row.cells.values()))
            continue
        parties.setdefault(reference[1], []).append(row)
        latest = max(latest, _day(row["Control Date"]))
    if not parties:
        raise ListRefused("the workbook lists no party", place=source.name, remedy=_REMEDY)
    reading.published = latest or None
    for number, rows in parties.items():
        yield from _party(number, rows, reading)


def _rows(source: Path, reading: Reading) -> Iterator[Row]:
    """Yield the rows below the header of the first sheet, by their columns; a column without a header is empty."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(str(source)).get_sheet_by_index(0)
        rows = sheet.iter_rows()
        header = [tidy(str(cell)) for cell in next(rows, [])]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise ListRefused(f"the workbook cannot be read ({error})", place=source.name, remedy=_REMEDY) from error
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise ListRefused(f"the workbook has no column {missing[0]!r}", place=source.name, remedy=_REMEDY)
    start = sheet.start[0] if sheet.start else 0
    spots = {name: spot for spot, name in enumerate(header) if name}
    for name in spots.keys() - {*COLUMNS, *LATER_COLUMNS}:
        reading.warn(f"{source.name}:1", f"unknown column {name!r}; its cells are kept as notes")
    for number, cells in enumerate(rows, start + 2):
        if number > MOST_ROWS:
            raise ListRefused(f"the workbook has more than {MOST_ROWS} rows", place=source.name, remedy=_REMEDY)
        texts = {name: _text(cells[spot]) if spot < len(cells) else "" for name, spot in spots.items()}
        if any(text.strip() for text in texts.values()):
            yield Row(f"{source.name}:{number}", texts)


def _text(cell: Any) -> str:
    """Return a cell as it would be written: a day for a date, a whole number for what Excel keeps as a float."""
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _day(text: str) -> str:
    found = read_dates(text)[0]
    return next((day for day in found if len(day) == 10), "")


def _party(number: str, rows: list[Row], reading: Reading) -> Iterator[Record]:
    kinds = {tidy(row["Type"]).lower() for row in rows}
    schema = next((_SCHEMATA[kind] for kind in kinds if kind in _SCHEMATA), None)
    if schema is None or len(kinds) > 1:
        for row in rows:
            reading.reject(row.place, f"is of type {row['Type']!r}", " | ".join(row.cells.values()))
        return
    party = Record(f"au-dfat-{number}", schema)
    for row in sorted(rows, key=lambda row: tidy(row["Name Type"]).lower() != "primary name"):
        _add_name(party, row, reading)
    described = []
    for row in rows:
        _add_details(party, row, reading)
        described += list(_documents(party, row, reading))
    yield party
    yield _sanction(party, rows, number)
    yield from described


def _add_name(party: Record, row: Row, reading: Reading) -> None:
    """State the row's name; ``(previously listed as)`` and ``(combat name)`` tell what sort of name it is."""
    printed = tidy(row["Name of Individual or Entity"])
    prop = _NAME_TYPES.get(tidy(row["Name Type"]).lower())
    if prop is None:
        reading.warn(row.place, f"unknown name type {row['Name Type']!r}; kept as an alias", printed)
        prop = "alias"
    if former := _FORMER.search(printed):
        prop = "previousName"
        add_names(party, "previousName", former[1] or "", row.place, printed=printed)
    quality: Quality = "low" if prop == "alias" and tidy(row["Alias Strength"]).lower() in ("weak", "low") else "good"
    prop = "weakAlias" if quality == "low" else prop
    name = _NAME_NOTE.sub("", _FORMER.sub("", printed))
    if party.schema == "Person" and (parts := _COMMA_NAME.fullmatch(name)):
        name = f"{parts[2]} {parts[1]}"
    if prop == "name" and party.first("name") and tidy(row["Name Type"]).lower() == "primary name":
        reading.warn(row.place, "a second primary name under one reference", printed)
    add_names(party, prop, _LANGUAGE_NOTE.sub("", name), row.place, printed=printed, quality=quality)


def _add_details(party: Record, row: Row, reading: Reading) -> None:
    is_person = party.schema == "Person"
    add_dates(party, reading, "birthDate" if is_person else "incorporationDate", row["Date of Birth"], row.place)
    for place in split_items(row["Place of Birth"]):
        if not is_absent(place):
            party.add("birthPlace" if is_person else "address", place, place=row.place)
    nationality = "nationality" if is_person else "country"
    for part in re.split(r";", row["Citizenship"]):
        add_countries(party, reading, nationality, part, row.place)
    for block in row["Address"].split(";"):
        for address in split_items(block):
            if not is_absent(address):
                party.add("address", address, place=row.place)
    if not is_absent(row["Additional Information"]):
        party.add("notes", tidy(row["Additional Information"]), place=row.place)
    _add_later(party, row)


def _add_later(party: Record, row: Row) -> None:
    """State what the columns hold that the list did not always have."""
    imo = tidy(row["IMO Number"])
    if imo and not is_absent(imo):
        party.add("imoNumber" if party.schema != "Person" else "notes", imo_number(imo) or imo, place=row.place)
    for column in row.cells.keys() - {*COLUMNS, *LATER_COLUMNS}:
        if not is_absent(row[column]):
            party.add("notes", f"{column}: {tidy(row[column])}", place=row.place)


def _documents(party: Record, row: Row, reading: Reading) -> Iterator[Record]:
    """Take passports and national numbers out of the additional information, where all of it stays as a note."""
    quiet = Reading()  # most of what stands after the word "passport" is prose: nothing is lost by passing over it
    information = row["Additional Information"]
    for schema, pattern in _DESCRIBES.items():
        for found in pattern.finditer(information):
            items = found[1].lstrip(" .:noN")
            whose = _WHOSE.search(information[: found.start()])
            text = items if items.startswith("a)") else (whose[0] if whose else "") + found[0]
            yield from documents(party, quiet, schema, text, row.place)


def _sanction(party: Record, rows: list[Row], number: str) -> Record:
    first = rows[0]
    listing = tidy(first["Listing Information"])
    listed = _LISTED.search(listing)
    record = sanction(
        party,
        first.place,
        authority="Department of Foreign Affairs and Trade",
        country="au",
        recordId=number,
        authorityId=number,
        listingDate=_day(listed[1]) if listed else _day(listing) if len(listing) == 10 else None,
        modifiedAt=max(_day(row["Control Date"]) for row in rows),
    )
    for row in rows:
        record.add("program", tidy(row["Committees"]), place=row.place)
        record.add("summary", tidy(row["Listing Information"]), place=row.place)
        record.add("summary", tidy(row["Instrument of Designation"]), place=row.place)
    return record


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether this is a workbook with the Department's columns; a look at the sheet's first row is taken."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        check_workbook(path)
        return next(_rows(path, Reading()), None) is not None
    except ListRefused:
        return False


FORMAT = ListFormat(
    name="au-dfat",
    title="Australia: Consolidated List",
    publisher="Department of Foreign Affairs and Trade, Australia",
    read=read,
    recognise=recognise,
    urls=("https://www.dfat.gov.au/sites/default/files/regulation8_consolidated.xlsx",),
)
