"""Whom a request or an interest is about: some properties of FollowTheMoney, as people type them and as they travel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dragoman.errors import DragomanError, MessageRefused, UsageError
from dragoman.model import Record

#: What a subject may be, and what can be said of it, with the labels that people read.
SCHEMATA = {"Person": "Person", "Organization": "Organisation", "Vessel": "Vessel"}
FIELDS = {
    "name": "Name",
    "birthDate": "Date of birth",
    "nationality": "Nationality",
    "country": "Country",
    "passportNumber": "Passport",
    "idNumber": "Identity document",
    "registrationNumber": "Registration number",
    "imoNumber": "IMO number",
    "phone": "Phone",
    "email": "E-mail",
    "accountNumber": "Account (IBAN)",
}
#: Values of one property, and characters of one value, that are taken of a partner.
_MOST, _LONGEST = 50, 500


def read_form(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the subject that a form says: several values of a property are parted by semicolons.

    Raises UsageError where nothing identifies it.
    """
    properties = {prop: str(given.get(prop) or "").split(";") for prop in FIELDS}
    return of_properties(given.get("schema") or "Person", properties)


def of_properties(schema: str, properties: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the subject that some properties say. Raises UsageError where one is none, or nothing identifies it."""
    if schema not in SCHEMATA:
        raise UsageError(f"a request is about no {schema}", remedy=f"choose one of {', '.join(SCHEMATA)}")
    if unknown := sorted(properties.keys() - FIELDS.keys()):
        raise UsageError(f"a request says no {unknown[0]}", remedy=f"use some of {', '.join(FIELDS)}")
    record = Record("asked", schema)
    for prop in FIELDS:
        for value in properties.get(prop, ())[:_MOST]:
            record.add(prop, value[:_LONGEST])
    if not record.statements:
        raise UsageError("nobody is named", remedy="give a name, a document or an account")
    plain = record.to_ftm()
    return {"schema": schema, "properties": plain["properties"]}


def check(found: Any) -> dict[str, Any]:
    """Return what a partner's request is about, if it has the form that `read_form` gives. Raises MessageRefused."""
    properties: Any = found.get("properties") if isinstance(found, dict) else None
    good = isinstance(properties, dict) and found.get("schema") in SCHEMATA and 0 < len(properties) <= len(FIELDS)
    if not good or not all(_good(prop, values) for prop, values in properties.items()):
        raise MessageRefused("nobody is asked about", remedy="ask the partner which version of Dragoman it runs")
    return dict(found)


def _good(prop: str, values: Any) -> bool:
    return (
        prop in FIELDS
        and isinstance(values, list)
        and 0 < len(values) <= _MOST
        and all(isinstance(each, str) and 0 < len(each) <= _LONGEST for each in values)
    )


def record_of(subject: Any) -> Record:
    """Return the subject as a record, to search for it or to make keys of it."""
    return Record.from_ftm({"id": "asked", **check({name: subject[name] for name in ("schema", "properties")})})


def caption_of(subject: Any) -> str:
    """Return how the subject is called."""
    try:
        return record_of(subject).caption
    except (DragomanError, KeyError, TypeError):
        return ""


def shown(subject: Any) -> list[tuple[str, list[str]]]:
    """Return the label and the values of each property, in the order of the form."""
    properties = subject.get("properties", {}) if isinstance(subject, dict) else {}
    return [(label, properties[prop]) for prop, label in FIELDS.items() if prop in properties]
