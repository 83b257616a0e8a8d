"""Designations transcribed from the Official Journal of the European Union (CSV, one file an act).

A file is one act or a folder of them, consolidated (column ``celex``) or amending (``amendedCelex`` and
``amendmentCelex``). A row is one party in one legal context, so the same party stands in several rows.

Rows are one party, with a Sanction for each row, where all of this is equal:

* the kind of party (a person, a vessel, a thing, a body of whatever form),
* the name, letters and digits only and case set aside,
* the dates of birth or incorporation, as read (``22.8.1960`` equals ``22 August 1960``),
* the numbers (passports, registrations, IMO and the like), blanks and remarks in brackets set aside.

Otherwise they are separate parties, even where a person would see one: to join them is a judgement. An id
comes from kind and name; of several parties with one name, all but the first have their dates and numbers in it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists._eu_cells import DATES, NUMBERS, State, numbers, values
from dragoman.lists._table import read_records
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record, schemata
from dragoman.model.printed_dates import read_dates

NAME = "eu-journal"
AUTHORITY = "Council of the European Union"

_SCHEMAS = ("Person", "LegalEntity", "Organization", "Company", "Vessel", "Asset")
_REQUIRED = frozenset({"recordId", "programKey", "measure", "startDate", "reason", "schema", "name"})
_HEADS = (b"celex,recordId,programKey,", b"amendedCelex,amendmentCelex,recordId,programKey,")

_Key = tuple[str, str, frozenset[str], frozenset[str]]


@dataclass(slots=True)
class _Party:
    """A party with the rows that told of it so far."""

    record: Record
    documents: dict[str, Record] = field(default_factory=dict)
    sanctions: dict[str, Record] = field(default_factory=dict)


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, followed by its documents and its Sanctions, in the order in which they first stand.

    Holds the parties in memory, because any later file may tell more of one. Raises ListRefused where a file
    is cut short or lacks columns, and where no file is found.
    """
    parties: dict[_Key, _Party] = {}
    names: dict[tuple[str, str], int] = {}
    paths = sorted(source.rglob("*.csv")) if source.is_dir() else [source]
    if not paths:
        raise ListRefused("the folder holds no CSV file", place=str(source), remedy="give the folder of the acts")
    for path in paths:
        for place, row in _rows(path, reading):
            key = _key(row)
            if key not in parties:
                nth = names.setdefault(key[:2], 0)
                names[key[:2]] += 1
                parties[key] = _Party(Record(_id(key, nth), row["schema"], source=NAME))
            _tell(parties[key], row, place, reading)
    for party in parties.values():
        yield party.record
        yield from party.documents.values()
        yield from party.sanctions.values()


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether this is such a file, or a folder whose first CSV file is one."""
    if path.is_dir():
        first = next(iter(sorted(path.rglob("*.csv"))), None)
        if first is None:
            return False
        with first.open("rb") as stream:
            head = stream.read(256)
    return head.removeprefix(b"\xef\xbb\xbf").startswith(_HEADS)


def _rows(path: Path, reading: Reading) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows that name a party of a known kind; reject the others."""
    checked = False
    for place, row in read_records(path, reading):
        if not checked:
            _check_columns(path, row)
            checked = True
        if row["schema"] not in _SCHEMAS:
            reading.reject(place, f"unknown schema {row['schema']!r}", " | ".join(row.values()))
        elif not any(char.isalnum() for char in row["name"]):
            reading.reject(place, "no name", " | ".join(row.values()))
        else:
            yield place, row


def _check_columns(path: Path, row: dict[str, str]) -> None:
    missing = sorted(_REQUIRED - row.keys())
    if missing or not ({"celex", "amendmentCelex"} & row.keys()):
        lacking = ", ".join(missing or ["celex"])
        raise ListRefused(
            f"the header lacks {lacking}", place=path.name, remedy="give consolidated or amendment files of the journal"
        )


def _key(row: dict[str, str]) -> _Key:
    days: set[str] = set()
    for column in DATES:
        for cell in values(row.get(column, "")):
            found, left = read_dates(cell)
            days.update(found or left)
    marks = {
        _fold(number) for column in NUMBERS for cell in values(row.get(column, "")) for number in numbers(cell, column)
    }
    kind = row["schema"] if row["schema"] in ("Person", "Vessel", "Asset") else "LegalEntity"
    return kind, _fold(row["name"]), frozenset(days), frozenset(filter(None, marks))


def _id(key: _Key, nth: int) -> str:
    kind, name, days, marks = key
    text = "|".join([kind, name, *([] if nth == 0 else [*sorted(days), "", *sorted(marks)])])
    return f"{NAME}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _fold(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _tell(party: _Party, row: dict[str, str], place: str, reading: Reading) -> None:
    """State what one row says of the party."""
    record = party.record
    if len(schemata.lineage(row["schema"])) > len(schemata.lineage(record.schema)):
        record.schema = row["schema"]  # a company is what another act calls a legal entity
    State(record, party.documents, place, reading).row(row)
    record.add("topics", "sanction", place=place)
    sanction = _sanction(party, row, place)
    if sanction.id in party.sanctions:
        reading.warn(place, "the same row stands twice", " | ".join(row.values()))
    party.sanctions[sanction.id] = sanction


def _sanction(party: _Party, row: dict[str, str], place: str) -> Record:
    act = row.get("amendedCelex") or row.get("celex", "")
    source = row.get("amendmentCelex") or act
    context = "|".join([source, act, *(row.get(key, "") for key in ("recordId", "programKey", "annex", "measure"))])
    context += "|" + row["startDate"] + "|" + row["reason"]
    sanction = Record(
        f"{party.record.id}-sanction-{hashlib.sha256(context.encode()).hexdigest()[:8]}", "Sanction", source=NAME
    )
    sanction.add("entity", party.record.id, place=place)
    sanction.add("authority", AUTHORITY, place=place)
    sanction.add("authorityId", act, place=place)
    sanction.add("recordId", row["recordId"], place=place)
    sanction.add("program", row["programKey"], place=place)
    sanction.add("provisions", row["measure"], place=place)
    for day in read_dates(row["startDate"])[0]:
        sanction.add("listingDate", day, original=row["startDate"], place=place)
    sanction.add("reason", row["reason"], place=place)
    sanction.add("description", f"Annex {row['annex']}" if row.get("annex") else None, place=place)
    if source:
        sanction.add("sourceUrl", f"https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:{source}", place=place)
    return sanction


FORMAT = ListFormat(
    name=NAME,
    title="European Union: designations in the Official Journal",
    publisher=AUTHORITY,
    read=read,
    recognise=recognise,
)
