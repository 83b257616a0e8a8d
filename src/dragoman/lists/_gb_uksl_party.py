"""The fields of the UK Sanctions List, and the records that a designation's fields make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from dragoman.lists._statements import (
    add_countries,
    add_dates,
    add_names,
    document,
    document_number,
    documents,
    is_absent,
    sanction,
    slug,
    split_items,
    tidy,
)
from dragoman.lists.reading import Reading
from dragoman.model import Record, schemata
from dragoman.model.identifiers import imo_number
from dragoman.model.record import Quality

Group = dict[str, str]

_SCHEMATA = {"individual": "Person", "entity": "Organization", "ship": "Vessel"}
_OF = {"Person": "person", "Organization": "entity", "Vessel": "ship"}


@cache
def _table() -> dict[str, Any]:
    import yaml

    text = files("dragoman.lists").joinpath("data/gb_uksl.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def fields() -> dict[str, dict[str, Any]]:
    """Return the layout's single fields by their XML element."""
    return {row["element"]: row for row in _table()["fields"]}


@cache
def groups() -> dict[str, dict[str, list[str]]]:
    """Return the elements that hold several fields which belong together, with their columns."""
    found: dict[str, dict[str, list[str]]] = _table()["groups"]
    return found


@cache
def columns() -> dict[str, tuple[str, str]]:
    """Return, for each squeezed column name of the CSV, its group (or nothing) and its element."""
    single = {squeeze(name): ("", element) for element, row in fields().items() for name in row["columns"]}
    grouped = {
        squeeze(name): (group, element)
        for group, elements in groups().items()
        for element, names in elements.items()
        for name in names
    }
    return {**single, **grouped}


def squeeze(name: str) -> str:
    """Return a column's name in lower case without blanks and punctuation."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@dataclass(slots=True)
class Designation:
    """The distinct values of a designation's fields, in the order in which they came."""

    place: str
    values: dict[str, list[str]] = field(default_factory=dict)
    grouped: dict[str, list[Group]] = field(default_factory=dict)

    def add(self, element: str, text: str) -> None:
        """Note a value unless it is empty or known."""
        text = tidy(text)
        known = self.values.setdefault(element, [])
        if text and text not in known:
            known.append(text)

    def add_group(self, name: str, group: Group) -> None:
        """Note values that belong together, unless they are all empty or known."""
        group = {element: tidy(text) for element, text in group.items() if tidy(text)}
        known = self.grouped.setdefault(name, [])
        if group and group not in known:
            known.append(group)

    @property
    def unknown(self) -> dict[str, list[str]]:
        """What the layout has no field for, by element or column; within groups too."""
        found = {name: texts for name, texts in self.values.items() if texts and name not in {*fields(), "Indicator"}}
        for name, rows in self.grouped.items():
            for row in rows:
                for element in row.keys() - groups()[name].keys():
                    found.setdefault(element, []).append(row[element])
        return found


def records(designation: Designation, reading: Reading) -> Iterator[Record]:
    """Yield the party, its ``Sanction`` and its documents; a designation without id, type or name is rejected."""
    values, place = designation.values, designation.place
    key = next(iter(values.get("UniqueID", [])), "")
    kind = next(iter(values.get("IndividualEntityShip", [])), "")
    names = [row for row in designation.grouped.get("Name", []) if _full_name(row)]
    schema = _SCHEMATA.get(kind.lower())
    if not key or schema is None or not (names or designation.grouped.get("NonLatinName")):
        reason = "has no unique id" if not key else f"is of type {kind!r}" if schema is None else "has no name"
        reading.reject(place, reason, f"{key} {values} {names}")
        return
    party = Record(f"gb-uksl-{slug(key)}", schema)
    for row in sorted(names, key=lambda row: "primary" not in row.get("NameType", "").lower()):
        _add_name(party, row, place, reading)
    for row in designation.grouped.get("NonLatinName", []):
        lang = row.get("NonLatinScriptLanguage")
        party.add("alias", row.get("NameNonLatinScript"), place=place, lang=_language(lang), quality="good")
    measure = sanction(party, place, country="gb", publisher="Foreign, Commonwealth and Development Office")
    for element, row in fields().items():
        for text in values.get(element, []):
            _add_field(party, measure, row, text, place, reading)
    for text in values.get("Indicator", []):
        measure.add("provisions", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).capitalize(), place=place)
    _add_places(party, designation, reading)
    for name, texts in designation.unknown.items():
        for text in texts:
            party.add("notes", f"{name}: {text}", place=place)
    described = list(_documents(party, designation, reading))
    yield party
    yield measure
    yield from described


def _full_name(row: Group) -> str:
    return tidy(" ".join(row.get(f"Name{number}", "") for number in range(1, 7)))


def _language(name: str | None) -> str | None:
    """Return the ISO 639-3 code of a language by its English name, None where there is none."""
    from rigour.langs import iso_639_alpha3

    return iso_639_alpha3(name) if name else None


def _add_name(party: Record, row: Group, place: str, reading: Reading) -> None:
    """State a name by its type and strength; Name 1 to 5 are given names, Name 6 the family name."""
    kind, strength = row.get("NameType", "").lower(), row.get("AliasStrength", "").lower()
    quality: Quality = "low" if "low" in strength else "good"
    given = tidy(" ".join(row.get(f"Name{number}", "") for number in range(1, 6)))
    if kind in ("primary name", "primary name variation"):
        # A variation is another spelling of the primary name: as good, but the caption comes from the first.
        prop = "name" if kind == "primary name" or not party.names else "alias"
    elif kind in ("fka", "f.k.a", "f.k.a.", "former name", "previous name"):
        prop = "previousName"
    else:
        prop = "alias" if quality == "good" else "weakAlias"
        if kind not in ("alias", "aka", "a.k.a", "a.k.a."):
            reading.warn(place, f"unknown name type {row.get('NameType')!r}; kept as an alias", _full_name(row))
    add_names(party, prop, _full_name(row), place, quality=quality)
    if prop == "name" and party.schema == "Person" and given:
        party.add("firstName", row.get("Name1"), place=place)
        party.add("middleName", tidy(" ".join(row.get(f"Name{part}", "") for part in range(2, 6))), place=place)
        party.add("lastName", row.get("Name6"), place=place)


def _add_field(party: Record, measure: Record, row: dict[str, Any], text: str, place: str, reading: Reading) -> None:
    """State one field's value on the party or its sanction, as the property's type asks."""
    owner, prop = row.get("of"), str(row.get("prop", ""))
    if owner is None or is_absent(text):
        return
    record = measure if owner == "sanction" else party
    fits = owner in ("party", "sanction", _OF[party.schema]) and prop in schemata.properties(record.schema)
    if not fits:
        party.add("notes", f"{row.get('note') or prop}: {text}", place=place)
        return
    kind = schemata.properties(record.schema)[prop]
    if kind == "date":
        # An unknown day or month is printed by its letters: dd/mm/1950.
        text = re.sub(r"\b(?:dd|mm)(?=/)", "00", text, flags=re.IGNORECASE)
        add_dates(record, reading, prop, text, place)
    elif kind == "country":
        add_countries(record, reading, prop, text, place)
    elif prop == "imoNumber":
        _add_imo(party, text, place, reading)
    else:
        _add_texts(record, prop, kind, text, place)


def _add_texts(record: Record, prop: str, kind: str, text: str, place: str) -> None:
    items = [text] if kind == "text" or prop in ("program", "reason") else split_items(text)
    for item in items:
        for part in (
            item.split("|") if prop == "provisions" else re.split(r"[; ]+", item) if prop == "email" else [item]
        ):
            value = part.strip().lower() if kind == "gender" else part
            record.add(prop, value, original=text, place=place)


def _add_imo(party: Record, text: str, place: str, reading: Reading) -> None:
    for item in split_items(text):
        number = imo_number(item)
        if number is None:
            reading.warn(place, "not an IMO number by its check digit; kept as printed", item)
        party.add("imoNumber", number or item.replace(" ", ""), original=item, place=place)


def _add_places(party: Record, designation: Designation, reading: Reading) -> None:
    """State addresses with their countries and, for a person, places of birth."""
    for row in designation.grouped.get("Address", []):
        party.add(
            "address", ", ".join(row[part] for part in groups()["Address"] if part in row), place=designation.place
        )
        add_countries(party, reading, "country", row.get("AddressCountry", ""), designation.place)
    for row in designation.grouped.get("Location", []):
        text = ", ".join(row[part] for part in groups()["Location"] if part in row)
        if party.schema == "Person":
            party.add("birthPlace", text, place=designation.place)
            add_countries(party, reading, "birthCountry", row.get("CountryOfBirth", ""), designation.place)
        else:
            party.add("notes", f"Place of birth: {text}", place=designation.place)


def _documents(party: Record, designation: Designation, reading: Reading) -> Iterator[Record]:
    """Yield a record for each passport and national identifier, whose number stands on the party as well."""
    for name, schema, prop in (
        ("Passport", "Passport", "passportNumber"),
        ("NationalIdentifier", "Identification", "idNumber"),
    ):
        for row in designation.grouped.get(name, []):
            text, more = row.get(f"{name}Number", ""), row.get(f"{name}AdditionalInformation", "")
            if party.schema != "Person":
                party.add("notes", f"{name}: {text} {more}", place=designation.place)
            elif len(split_items(text)) != 1:
                yield from documents(party, reading, schema, text or more, designation.place)
            else:
                number = document_number(text) or text.replace(" ", "")
                party.add(prop, number, original=text, place=designation.place)
                yield document(party, schema, number, f"{text} ({more})" if more else text, designation.place)
