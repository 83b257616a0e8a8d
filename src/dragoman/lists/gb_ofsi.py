"""United Kingdom: the consolidated list of financial-sanctions targets of HM Treasury's OFSI, CSV, in its 2018 layout.

The first line holds the date, the second the columns. A row is a name x birth date x address of a party; rows of one
``Group ID`` are one party. "Name 6" is the family name and printed first: the natural order is Name 1 to 5, then
Name 6. Cells may hold ``(1) ... (2) ...``; a day or month that is not known is ``00``. OFSI kept the list until
January 2026, with some more columns from 2022 on, which are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

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
from dragoman.lists._table import read_records, read_rows
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.printed_dates import read_dates
from dragoman.model.record import Quality

Row = tuple[str, dict[str, str]]

_REMEDY = "fetch ConList.csv again from the Office of Financial Sanctions Implementation"
_SCHEMATA = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_NEEDED = ("Name 6", "Name 1", "Group Type", "Alias Type", "Regime", "Group ID")
_NAMES = [f"Name {number}" for number in range(1, 7)]
_ADDRESSES = [f"Address {number}" for number in range(1, 7)]
_PERSONAL = ["Title", "DOB", "Town of Birth", "Country of Birth", "Nationality", "Position"]
_NUMBERS = (
    ["Passport Number", "Passport Details"],
    [
        "NI Number",
        "National Identification Number",
        "National Identification Details",
    ],
)
_LISTING = ["Other Information", "Group Type", "Alias Type", "Alias Quality", "Regime", "Listed On", "Last Updated"]
_OTHER = ["Post/Zip Code", "Country", "Group ID", "Name Non-Latin Script"]
_KNOWN = frozenset(
    [*_NAMES, *_ADDRESSES, *_PERSONAL, *_NUMBERS[0], *_NUMBERS[1], *_LISTING, *_OTHER],
)
_QUALITIES: dict[str, Quality] = {"good": "good", "low": "low", "good quality": "good", "low quality": "low"}
#: The notice prints a low-quality alias in prose: "Also referred to as X, Y and Z."
_REFERRED = re.compile(
    r"\balso (?:referred to|known) as\s+(?:the\s+)?([^.;(]{2,200}?(?:\([^)]{1,40}\)[^.;(]{0,80}){0,9})(?:[.;]|$)",
    re.IGNORECASE,
)
_UN_REFERENCE = re.compile(r"\bUN Ref\.?:?\s*\(?([A-Z]{2}[a-z]?\.?[A-Z0-9][\w.]*\d)")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, its ``Sanction`` and its documents, in the order in which groups first occur.

    Raises ListRefused on other columns, or a file that ends in the middle of a row. A row without a
    group, a name or a known type is rejected. Memory grows with the list, which is small (4 MB).
    """
    stated = next(read_rows(source), ("", [""]))[1]
    if not stated[0].strip().lower().startswith("last updated"):
        raise ListRefused("the first line does not say 'Last Updated'", place=source.name, remedy=_REMEDY)
    days = read_dates(stated[1] if len(stated) > 1 else "")[0]
    reading.published = next((day for day in days if len(day) == 10), None)
    groups: dict[str, list[Row]] = {}
    for place, row in read_records(source, reading, skip=1):
        if not groups:
            _check_columns(row, source, reading)
        if not row["Group ID"] or not _name(row) or row["Group Type"].lower() not in _SCHEMATA:
            reading.reject(place, "has no group, no name or no known type", " | ".join(row.values()))
            continue
        groups.setdefault(row["Group ID"], []).append((place, row))
    if not groups:
        raise ListRefused("the file lists no party", place=source.name, remedy=_REMEDY)
    for number, rows in groups.items():
        yield from _party(number, rows, reading)


def _check_columns(row: dict[str, str], source: Path, reading: Reading) -> None:
    missing = [name for name in _NEEDED if name not in row]
    if missing:
        raise ListRefused(f"there is no column {missing[0]!r}", place=source.name, remedy=_REMEDY)
    for name in row.keys() - _KNOWN:
        reading.warn(f"{source.name}:2", f"unknown column {name!r}; its cells are kept as notes")


def _name(row: dict[str, str]) -> str:
    return tidy(" ".join(row.get(f"Name {number}", "") for number in range(1, 7)))


def _party(number: str, rows: list[Row], reading: Reading) -> Iterator[Record]:
    party = Record(f"gb-ofsi-{number}", _SCHEMATA[rows[0][1]["Group Type"].lower()])
    described: list[Record] = []
    for place, row in sorted(
        rows, key=lambda item: item[1]["Alias Type"].lower() not in ("prime alias", "primary name")
    ):
        _add_names(party, row, place)
    for place, row in rows:
        if _SCHEMATA[row["Group Type"].lower()] != party.schema:
            reading.warn(place, f"the group's rows are of two types; kept as {party.schema}", " | ".join(row.values()))
        _add_details(party, row, place, reading)
        described += _documents(party, row, place, reading)
    yield party
    yield _sanction(party, rows, number)
    yield from described


def _add_names(party: Record, row: dict[str, str], place: str) -> None:
    """State the row's name in natural order; the original keeps the printed order, family name first."""
    printed = tidy(", ".join(filter(None, (row["Name 6"], _given(row)))))
    kind = row["Alias Type"].lower()
    quality = _QUALITIES.get(row.get("Alias Quality", "").lower(), "good")
    is_prime = kind in ("prime alias", "primary name", "primary name variation")
    prop = "previousName" if kind == "fka" else "name" if is_prime else "alias" if quality == "good" else "weakAlias"
    add_names(party, prop, _name(row), place, printed=printed, quality=quality)
    add_names(party, "alias", row.get("Name Non-Latin Script", ""), place)
    if party.schema == "Person" and is_prime and _given(row):
        party.add("firstName", tidy(row["Name 1"]), place=place)
        party.add("middleName", tidy(" ".join(row.get(f"Name {part}", "") for part in range(2, 6))), place=place)
        party.add("lastName", tidy(row["Name 6"]), place=place)


def _given(row: dict[str, str]) -> str:
    return tidy(" ".join(row.get(f"Name {number}", "") for number in range(1, 6)))


def _add_details(party: Record, row: dict[str, str], place: str, reading: Reading) -> None:
    is_person = party.schema == "Person"
    if is_person:
        add_dates(party, reading, "birthDate", row.get("DOB", ""), place)
        add_countries(party, reading, "nationality", row.get("Nationality", ""), place)
        _add_birth_places(party, row, place, reading)
    for column, prop in (("Title", "title"), ("Position", "position")):
        for item in split_items(row.get(column, "")):
            for part in item.split("/") if column == "Title" else (item,):
                party.add(prop if is_person else "notes", tidy(part), original=tidy(row[column]), place=place)
    _add_address(party, row, place)
    if not is_absent(row.get("Other Information", "")):
        party.add("notes", tidy(row["Other Information"]), place=place)
        for name in referred_names(row["Other Information"]):
            party.add("weakAlias", name, original=tidy(row["Other Information"]), place=place, quality="low")
    for column in row.keys() - _KNOWN:
        party.add("notes", f"{column}: {tidy(row[column])}" if row[column] else None, place=place)


def _add_birth_places(party: Record, row: dict[str, str], place: str, reading: Reading) -> None:
    """State towns with their countries: both cells number their items, one for the other."""
    towns, lands = split_items(row.get("Town of Birth", "")), split_items(row.get("Country of Birth", ""))
    if len(towns) == len(lands):
        for town, land in zip(towns, lands, strict=True):
            party.add("birthPlace", f"{town}, {land}", place=place)
    else:
        for text in [*towns, *lands]:
            party.add("birthPlace", text, place=place)
    add_countries(party, reading, "birthCountry", row.get("Country of Birth", ""), place)


def _add_address(party: Record, row: dict[str, str], place: str) -> None:
    lines = [row.get(f"Address {number}", "") for number in range(1, 7)]
    parts = [tidy(text).strip(" ,") for text in (*lines, row.get("Post/Zip Code", ""), row.get("Country", ""))]
    party.add("address", ", ".join(part for part in parts if part and not is_absent(part)), place=place)
    quiet = Reading()  # the country is stated in the address too, so that nothing is lost where it is unknown
    found = Record("", party.schema)
    add_countries(found, quiet, "country", row.get("Country", ""), place)
    for statement in found.statements:
        if statement.prop == "country":
            party.add("country", statement.value, original=statement.original, place=place)


def referred_names(text: str) -> list[str]:
    """Return the names after "also referred to as", which is how OFSI prints aliases of low quality."""
    found: list[str] = []
    for match in _REFERRED.finditer(text):
        for name in re.split(r",|\band\b|\bor\b", re.sub(r"\([^)]*\)", "", match[1])):
            name = tidy(name).strip(" '\"‘’“”:")
            if re.match(r"[A-Z0-9]", name) and len(name.split()) <= 6:
                found.append(name)
    return found


def _documents(party: Record, row: dict[str, str], place: str, reading: Reading) -> Iterator[Record]:
    passports, numbers = (" ".join(filter(None, (row.get(name, "") for name in names))) for names in _NUMBERS)
    if party.schema == "Person":
        yield from documents(party, reading, "Passport", passports, place)
        yield from documents(party, reading, "Identification", numbers, place)
        return
    for text in (passports, numbers):
        party.add("notes", tidy(text), place=place)


def _sanction(party: Record, rows: list[Row], number: str) -> Record:
    record = sanction(
        party,
        rows[0][0],
        authority="HM Treasury, Office of Financial Sanctions Implementation",
        country="gb",
        recordId=number,
        authorityId=number,
    )
    for place, row in rows:
        record.add("program", tidy(row["Regime"]), place=place)
        for column, prop in (("Listed On", "listingDate"), ("Last Updated", "modifiedAt")):
            for day in read_dates(row.get(column, ""))[0]:
                record.add(prop, day, original=row[column], place=place)
        if reference := _UN_REFERENCE.search(row.get("Other Information", "")):
            record.add("unscId", reference[1].rstrip("."), original=reference[0], place=place)
    return record


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the first line is ``Last Updated,<date>`` and the second begins with ``Name 6``."""
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 2)
    second = lines[1].replace(b'"', b"") if len(lines) > 1 else b""
    return lines[0].strip(b'" ').startswith(b"Last Updated") and second.startswith(b"Name 6,") and b"Group ID" in second


FORMAT = ListFormat(
    name="gb-ofsi",
    title="United Kingdom: Consolidated List of Financial Sanctions Targets (until January 2026)",
    publisher="Office of Financial Sanctions Implementation, HM Treasury",
    read=read,
    recognise=recognise,
)
