"""The Security Council's consolidated list, as XML (https://scsanctions.un.org/resources/xsd/sc-sanctions.xsd)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET  # it writes, and reads nothing  # nosec B405

from dragoman.exercise.cast import Party
from dragoman.exercise.writers._xml import child, write

_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def reference(party: Party) -> str:
    """Return the permanent reference number, ``XMi.912345``: regime XM (the exercise), individual or entity."""
    return f"XM{'i' if party.schema == 'Person' else 'e'}.{party.number}"


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the party."""
    return f"un-sc-{reference(party)}"


def write_list(parties: Iterable[Party], path: Path, day: str) -> None:
    """Write the list as generated on `day` (``YYYY-MM-DD``)."""
    root = ET.Element("CONSOLIDATED_LIST", {"dateGenerated": f"{day}T00:00:00.000Z"})
    individuals, entities = child(root, "INDIVIDUALS"), child(root, "ENTITIES")
    for party in parties:
        if party.schema == "Person":
            _individual(child(individuals, "INDIVIDUAL"), party)
        else:
            _entity(child(entities, "ENTITY"), party)
    write(root, path)


def _head(element: ET.Element, party: Party, names: list[str]) -> None:
    child(element, "DATAID", str(party.number))
    child(element, "VERSIONNUM", "1")
    for tag, name in zip(_PARTS, names, strict=False):
        child(element, tag, name)
    child(element, "UN_LIST_TYPE", party.programme)
    child(element, "REFERENCE_NUMBER", reference(party))
    child(element, "LISTED_ON", "2024-05-06")
    if party.gender:
        child(element, "GENDER", party.gender)
    if party.native:
        child(element, "NAME_ORIGINAL_SCRIPT", party.native)
    child(element, "COMMENTS1", "Invented for the training exercise.")


def _individual(element: ET.Element, party: Party) -> None:
    _head(element, party, [*party.given.split(" ", 2), party.family])
    child(child(element, "NATIONALITY"), "VALUE", party.country)
    for quality, names in (("Good", party.good), ("Low", party.weak)):
        for name in names:
            _alias(element, "INDIVIDUAL_ALIAS", quality, name)
    birth = child(element, "INDIVIDUAL_DATE_OF_BIRTH")
    child(birth, "TYPE_OF_DATE", "EXACT")
    child(birth, "DATE" if "-" in party.born else "YEAR", party.born)
    place = child(element, "INDIVIDUAL_PLACE_OF_BIRTH")
    child(place, "CITY", party.place)
    child(place, "COUNTRY", party.country)
    document = child(element, "INDIVIDUAL_DOCUMENT")
    if party.passport:
        child(document, "TYPE_OF_DOCUMENT", "Passport")
        child(document, "NUMBER", party.passport)


def _entity(element: ET.Element, party: Party) -> None:
    _head(element, party, [party.name])
    for name in party.good:
        _alias(element, "ENTITY_ALIAS", "a.k.a.", name)
    child(child(element, "ENTITY_ADDRESS"), "COUNTRY", party.country)


def _alias(element: ET.Element, tag: str, quality: str, name: str) -> None:
    alias = child(element, tag)
    child(alias, "QUALITY", quality)
    child(alias, "ALIAS_NAME", name)
