"""The cells of the Official Journal's designations: several values to a cell, remarks among the numbers."""

from __future__ import annotations

import csv
import re
from io import StringIO

from dragoman.lists._documents import Document, country_in, document_number, record_of
from dragoman.lists._printed_names import language, read_names
from dragoman.lists._statements import add_countries, add_dates, is_absent, split_items, tidy
from dragoman.lists.reading import Reading
from dragoman.model import Quality, Record, schemata

#: Columns with dates of birth or incorporation.
DATES = ("birthDate", "incorporationDate")
#: Columns with numbers by which a party is told from its namesakes.
NUMBERS = (
    "passportNumber",
    "idNumber",
    "registrationNumber",
    "taxNumber",
    "innCode",
    "ogrnCode",
    "kppCode",
    "okpoCode",
    "leiCode",
    "swiftBic",
    "ticker",
    "imoNumber",
    "mmsi",
)
_NAMES: dict[str, Quality] = {"name": "good", "alias": "good", "weakAlias": "weak", "previousName": "good"}
_COUNTRIES = ("country", "nationality", "jurisdiction", "flag")
#: Columns that `eu_journal` states on the Sanction.
_OF_THE_ACT = frozenset(
    {"celex", "amendedCelex", "amendmentCelex", "recordId", "programKey", "annex", "measure", "startDate", "reason"}
)
_LABELLED = re.compile(
    r"\b(KPP|OKPO|INN|OGRN|ИНН|КПП|ОГРН)\b[\s:.]*+(?=\d)|(?<!\s)\s++(?:/\s++|and\s++(?=\d))|/\s++(?=\d)"
    r"|,\s++(?=[A-Z]{0,3}\d{4})",
    re.IGNORECASE,
)
_BIC = re.compile(r"\b[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\b")
#: Columns for one sort of number, where a second number in the cell is of another sort.
_SINGLE = frozenset({"innCode", "ogrnCode"})
#: What separates contacts; an e-mail address or web address holds neither blank nor comma.
_BETWEEN_CONTACTS = re.compile(r"[\s,]+(?:and\s+)?|;")


def values(cell: str) -> list[str]:
    """Return the values of a cell, which are joined by ``;`` and quoted where they hold one themselves."""
    if not cell:
        return []
    if ";" not in cell and '"' not in cell:
        return [cell]
    try:
        rows = list(csv.reader(StringIO(cell, newline=""), delimiter=";", skipinitialspace=True))
    except csv.Error:
        return [cell]
    return list(dict.fromkeys(kept for row in rows for value in row if (kept := tidy(value))))


def numbers(text: str, column: str = "") -> list[str]:
    """Return the numbers in one value: ``5404154492 / 540501001``, ``(a) 223611 (Libyan)  (b) C00146605``."""
    if column == "swiftBic":
        return _BIC.findall(text)
    parts = [part for item in split_items(text) for part in _LABELLED.split(item) if part]
    return list(dict.fromkeys(filter(None, map(document_number, parts))))


class State:
    """States the cells of one row on `record`; documents are gathered in `documents` by id."""

    def __init__(self, record: Record, documents: dict[str, Record], place: str, reading: Reading) -> None:
        self.record = record
        self.documents = documents
        self.place = place
        self.reading = reading

    def row(self, row: dict[str, str]) -> None:
        """State every cell; a column that the schema lacks is kept as a note."""
        known = schemata.properties(self.record.schema)
        for column, cell in row.items():
            if not cell or column in _OF_THE_ACT or column == "schema":
                continue
            printed = [tidy(cell)] if column == "name" else values(cell)
            for value in printed:
                if column not in known:
                    self._note(column, value)
                elif not is_absent(value):
                    self._state(column, value)

    def _state(self, column: str, value: str) -> None:
        if column in _NAMES:
            self._names(column, value)
        elif column in DATES:
            add_dates(self.record, self.reading, column, value, self.place)
        elif column in _COUNTRIES:
            add_countries(self.record, self.reading, column, value, self.place)
        elif column in NUMBERS:
            self._numbers(column, value)
        elif column in ("email", "website"):
            self._contacts(column, value)
        elif column == "gender":
            plain = value.lower().strip(" .")
            self._add(column, plain if plain in ("male", "female") else "other", value)
        else:
            self._add(column, value)

    def _add(self, prop: str, value: str, printed: str | None = None, quality: Quality | None = None) -> None:
        lang = language(value) if quality else None
        self.record.add(prop, value, original=printed, place=self.place, lang=lang, quality=quality)

    def _note(self, column: str, value: str) -> None:
        self._add("notes", f"{column}: {value}")

    def _names(self, column: str, value: str) -> None:
        quality = _NAMES[column]
        short = "abbreviation" if "abbreviation" in schemata.properties(self.record.schema) else "alias"
        found = read_names(value)
        if value.endswith(":"):  # "Chinese:" labels the value that follows
            self._note(column, value)
            return
        for number, name in enumerate(found.names):
            self._add("alias" if column == "name" and number else column, name, value, quality)
        for acronym in found.short if self.record.schema != "Person" else ():
            self._add(short, acronym, value, quality)
        for former in found.former:
            self._add("previousName", former, value, quality)
        if found.remarks:
            self._note(column, value)

    def _numbers(self, column: str, value: str) -> None:
        found = numbers(value, column)
        if not found:
            self._note(column, value)
            self.reading.warn(self.place, f"{column} holds no number and is kept as a note", value)
        for number in found:
            self._add("registrationNumber" if column in _SINGLE and number != found[0] else column, number, value)
            if column in ("passportNumber", "idNumber"):
                kind = "Passport" if column == "passportNumber" else "Identification"
                note = value if value != number else ""
                document = Document(kind, kind, number, value, country_in(value), note=note)
                record = record_of(document, self.record, self.place)
                record.source = self.record.source
                self.documents.setdefault(record.id, record)

    def _contacts(self, column: str, value: str) -> None:
        mark = "@" if column == "email" else "."
        parts = [part.strip(".,") for part in _BETWEEN_CONTACTS.split(value) if part]
        if all(mark in part for part in parts):
            for part in parts:
                self._add(column, part, value)
        else:
            self._add(column, value)
