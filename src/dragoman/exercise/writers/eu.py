"""The European Union's consolidated financial sanctions list, as XML of schema 1.1."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET  # it writes, and reads nothing  # nosec B405

from dragoman.exercise.cast import Party
from dragoman.exercise.writers._xml import child, write
from dragoman.model.countries import country_code

_NAMESPACE = "http://eu.europa.ec/fpi/fsd/export"
_ACT = {
    "regulationType": "regulation",
    "publicationDate": "2024-05-06",
    "numberTitle": "2024/0000 (OJ L0)",
    "publicationUrl": "https://example.test/act",
}
_DETAIL = {"regulationLanguage": "en", "logicalId": "1"}


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the party."""
    return f"eu-fsf-{party.number}"


def write_list(parties: Iterable[Party], path: Path, day: str) -> None:
    """Write the list as generated on `day` (``YYYY-MM-DD``)."""
    root = ET.Element(
        "export", {"xmlns": _NAMESPACE, "generationDate": f"{day}T00:00:00.000+01:00", "globalFileId": "1"}
    )
    for party in parties:
        _entity(root, party)
    write(root, path)


def _entity(root: ET.Element, party: Party) -> None:
    entity = child(
        root, "sanctionEntity", designationDate="2024-05-06", designationDetails="", unitedNationId="",
        euReferenceNumber=f"EU.{party.number}.00", logicalId=str(party.number),
    )  # fmt: skip
    child(entity, "remark", "Invented for the training exercise.")
    act = {key: _ACT[key] for key in ("regulationType", "publicationDate", "numberTitle")}
    regulation = child(
        entity, "regulation", organisationType="council", entryIntoForceDate="2024-05-07",
        programme=party.programme, logicalId="1", **act,
    )  # fmt: skip
    child(regulation, "publicationUrl", _ACT["publicationUrl"])
    person = party.schema == "Person"
    child(entity, "subjectType", code="person" if person else "enterprise", classificationCode="P" if person else "E")
    _names(entity, party)
    country = {
        "countryIso2Code": (country_code(party.country) or "00").upper(),
        "countryDescription": party.country.upper(),
    }
    if not person:
        _detail(entity, "address", asAtListingTime="false", **country)
        return
    _detail(entity, "citizenship", region="", **country)
    if party.born:
        day = {"birthdate": party.born} if "-" in party.born else {}
        birth = {"circa": "false", "calendarType": "GREGORIAN", "city": party.place, "year": party.born[:4]}
        _detail(entity, "birthdate", **birth, **day, **country)
    if party.passport:
        document = {"identificationTypeCode": "passport", "identificationTypeDescription": "National passport"}
        _detail(entity, "identification", number=party.passport, **document, **country)


def _names(entity: ET.Element, party: Party) -> None:
    person = party.schema == "Person"
    parts = {"firstName": party.given, "lastName": party.family} if person else {}
    if party.gender:
        parts["gender"] = party.gender[:1]
    _detail(entity, "nameAlias", wholeName=party.latin, nameLanguage="", strong="true", **parts)
    for name, strong in (
        *((name, True) for name in (*party.good, party.native) if name),
        *((name, False) for name in party.weak),
    ):
        _detail(entity, "nameAlias", wholeName=name, nameLanguage="", strong=str(strong).lower())


def _detail(entity: ET.Element, tag: str, **attributes: str) -> None:
    child(child(entity, tag, **attributes, **_DETAIL), "regulationSummary", **_ACT)
