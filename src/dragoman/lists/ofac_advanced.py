"""OFAC's advanced XML, of the SDN list and of the consolidated list: the same parties as the legacy files, in full.

Beyond them it has name parts, scripts, dates with their bounds, documents, and relations with their type.
The file is streamed; only places, documents and numbers of parties are kept until its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.errors import ListRefused
from dragoman.lists._assembly import Assembly, Document
from dragoman.lists._xml import attributes, begins_with_element, child_text, children, iter_elements, read_root
from dragoman.lists.ofac_advanced_values import (
    References,
    read_day,
    read_document,
    read_location,
    read_period,
    read_values,
)
from dragoman.lists.ofac_names import NameParts, read_names
from dragoman.lists.ofac_remarks import read_feature, read_remark
from dragoman.lists.reading import Reading
from dragoman.model import Record

if TYPE_CHECKING:
    from lxml import etree

_TAGS = (
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
)
_SCHEMATA = {"vessel": "Vessel", "aircraft": "Airplane", "individual": "Person", "entity": "Organization"}
_HEAD, _TAIL = 4 << 20, 1 << 18


@dataclass(slots=True)
class _File:
    """What has been learnt of the file so far; `parties` has the record id of each profile."""

    references: References
    reading: Reading
    parties: dict[str, str]


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Read the advanced XML: parties with what describes them, then relations and sanctions. Raises ListRefused."""
    name, _ = read_root(source)
    if name != "Sanctions":
        raise ListRefused(
            f"the document element is <{name}>, not <Sanctions>",
            place=source.name,
            remedy="give OFAC's sdn_advanced.xml or cons_advanced.xml",
        )
    known = _File(References(), reading, {})
    for place, element in iter_elements(source, _TAGS):
        kind = place.partition("[")[0]
        if kind == "DateOfIssue":
            day = read_day(element)
            reading.published = day.isoformat() if day else None
        elif kind == "ReferenceValueSets":
            read_values(element, known.references)
        elif kind == "Location":
            read_location(element, known.references, reading, place)
        elif kind == "IDRegDocument":
            read_document(element, known.references, reading, place)
        elif kind == "DistinctParty":
            yield from _party(element, known, place)
        elif kind == "ProfileRelationship":
            yield from _relation(element, known, place)
        else:
            yield from _sanction(element, known, place)
    if not known.parties:
        raise ListRefused("the list holds no party", place=source.name, remedy="fetch the file again")


def _party(element: etree._Element, known: _File, place: str) -> Iterator[Record]:
    number = element.get("FixedRef", "")
    profiles = children(element, "Profile")
    if not number or not profiles:
        known.reading.reject(place, "the party has no number or no profile", number)
        return
    for index, profile in enumerate(profiles):
        # One profile a party is the rule; others are parties of their own, told apart by their number.
        identity = f"ofac-{number}" if index == 0 else f"ofac-{number}-{profile.get('ID')}"
        known.parties[profile.get("ID", "")] = identity
        assembly = Assembly.begin(identity, _schema(profile, known, place), known.reading, place)
        for holder in (element, profile):
            for comment in children(holder, "Comment"):
                assembly.note(" ".join("".join(map(str, comment.itertext())).split()))
        for one in children(profile, "Identity"):
            _identity(one, assembly, known)
        for feature in children(profile, "Feature"):
            _feature(feature, assembly, known)
        for external in children(profile, "ExternalReference"):
            assembly.note(f"External reference: {' '.join(' '.join(map(str, external.itertext())).split())}")
        if not assembly.party.names:
            known.reading.warn(place, "the party has no name", number)
        yield assembly.party
        if len(assembly.sanction.statements) > 1:  # provisions come as features, the entry itself at the file's end
            yield assembly.sanction
        yield from assembly.described


def _schema(profile: etree._Element, known: _File, place: str) -> str:
    number = profile.get("PartySubTypeID", "")
    subtype = known.references.text("PartySubType", number, known.reading, place).lower()
    kind = known.references.text("PartyType", known.references.party_types.get(number), known.reading, place).lower()
    schema = _SCHEMATA.get(subtype) or _SCHEMATA.get(kind)
    if schema is None:
        known.reading.warn(place, f"unknown type of party {subtype or number!r}, read as a legal entity")
    return schema or "LegalEntity"


def _identity(identity: etree._Element, assembly: Assembly, known: _File) -> None:
    for names in read_names(identity, assembly, known.references):
        _state_name(assembly, names)
    if identity.get("False") in ("true", "1"):
        assembly.note("One of the identities is false")
    for held in known.references.documents.pop(identity.get("ID", ""), ()):
        text = f"{held.kind} {held.number}".strip()
        remark = read_remark(text)
        for comment in held.remarks:
            assembly.note(f"{text}: {comment}")
        if not held.number:
            assembly.note(text)
            continue
        schema = "Passport" if remark.kind == "passport" else "Identification"
        prop = remark.prop if remark.kind in ("passport", "document") else "idNumber"
        number, kind = held.number, re.sub(r"\s*(?:No\.?|Number|#)$", "", held.kind)
        if re.match(r"IMO\s*\d{7}$", number):
            prop, number = "imoNumber", number[3:].strip()
        document = Document(number, kind, held.country, held.issued, held.expires, held.number, held.authority)
        assembly.document(schema, prop, document)


def _state_name(assembly: Assembly, name: NameParts) -> None:
    add = assembly.party.add
    add(name.prop, name.full, original=name.printed, place=assembly.place, quality=name.quality)
    if name.prop == "name" and assembly.party.schema == "Person":
        assembly.state("lastName", name.last)
        assembly.state("firstName", name.first)
    if name.prop == "name" and assembly.party.schema == "Airplane":
        assembly.state("registrationNumber", "".join(name.full.split()), name.full)


def _feature(feature: etree._Element, assembly: Assembly, known: _File) -> None:
    """State each version of a feature: a text, a value of a reference set, a date or a place."""
    label = known.references.text("FeatureType", feature.get("FeatureTypeID"), known.reading, assembly.place)
    for version in children(feature, "FeatureVersion"):
        texts = [_detail(detail, known, assembly.place) for detail in children(version, "VersionDetail")]
        value = ", ".join(filter(None, texts))
        for number in (located.get("LocationID", "") for located in children(version, "VersionLocation")):
            _located(label, number, assembly, known)
        dates = [read_period(period, known.reading, assembly.place) for period in children(version, "DatePeriod")]
        for date in filter(None, dates):
            read_feature(label, value, date, assembly)
        if value and not any(dates):
            read_feature(label, value, None, assembly)
        if comment := child_text(version, "Comment"):
            assembly.note(f"{label}: {comment}")
        reliability = known.references.texts["Reliability"].get(version.get("ReliabilityID", ""), "")
        if "false" in reliability.lower():
            assembly.note(f"{label} {value}: {reliability}")


def _detail(detail: etree._Element, known: _File, place: str) -> str:
    text = " ".join("".join(map(str, detail.itertext())).split())
    return text or known.references.text("DetailReference", detail.get("DetailReferenceID"), known.reading, place)


def _located(label: str, number: str, assembly: Assembly, known: _File) -> None:
    """State a place: an address, a birthplace, or the country of a nationality or flag."""
    where = known.references.places.get(number)
    if where is None:
        known.reading.warn(assembly.place, f"Location {number} is not defined in the file")
        return
    full = where.full
    remark = read_remark(f"{label} {full}")
    if label == "Location":
        assembly.state("address", full)
        assembly.state("country", where.country, where.country_name)
    elif remark.kind == "country" and where.country:
        if not assembly.state(remark.prop, where.country, full):
            assembly.note(f"{label} {full}")
    else:
        read_feature(label, full, None, assembly)


def _relation(element: etree._Element, known: _File, place: str) -> Iterator[Record]:
    ends = [known.parties.get(element.get(name, "")) for name in ("From-ProfileID", "To-ProfileID")]
    if None in ends:
        known.reading.reject(place, "the relation points to a party that the file lacks", str(attributes(element)))
        return
    link = Record(f"ofac-relation-{element.get('ID')}", "UnknownLink")
    link.add("subject", ends[0], place=place)
    link.add("object", ends[1], place=place)
    relation = known.references.text("RelationType", element.get("RelationTypeID"), known.reading, place)
    quality = known.references.texts["RelationQuality"].get(element.get("RelationQualityID", ""), "")
    link.add("role", relation, place=place)
    link.add("status", "former" if element.get("Former") in ("true", "1") else None, place=place)
    link.add("summary", quality if quality.lower() != "unknown" else None, place=place)
    link.add("description", child_text(element, "Comment"), place=place)
    for period in children(element, "DatePeriod"):
        link.add("date", read_period(period, known.reading, place), place=place)
    yield link


def _sanction(element: etree._Element, known: _File, place: str) -> Iterator[Record]:
    party = known.parties.get(element.get("ProfileID", ""))
    if party is None:
        known.reading.reject(place, "the entry is about a party that the file lacks", str(attributes(element)))
        return
    entry = Record(f"ofac-entry-{element.get('ID')}", "Sanction")
    entry.add("entity", party, place=place)
    entry.add("authority", "Office of Foreign Assets Control", place=place)
    entry.add("country", "us", place=place)
    entry.add("authorityId", party.removeprefix("ofac-"), place=place)
    entry.add("summary", known.references.texts["List"].get(element.get("ListID", "")), place=place)
    entry.add("provisions", child_text(element, "LimitationsToListing"), place=place)
    for event in children(element, "EntryEvent"):
        for day in map(read_day, children(event, "Date")):
            entry.add("listingDate", day.isoformat() if day else None, place=place)
        entry.add("reason", known.references.texts["LegalBasis"].get(event.get("LegalBasisID", "")), place=place)
        entry.add("description", child_text(event, "Comment"), place=place)
    for measure in children(element, "SanctionsMeasure"):
        kind = known.references.text("SanctionsType", measure.get("SanctionsTypeID"), known.reading, place)
        comment = child_text(measure, "Comment")
        entry.add("program" if kind == "Program" and comment else "provisions", comment or kind, place=place)
    for info in children(element, "SupportingInfo"):
        entry.add("description", child_text(info, "Text"), place=place)
        entry.add("sourceUrl", child_text(info, "DirectURL"), place=place)
    yield entry


def recognise_list(source: Path, head: bytes | None = None) -> str | None:
    """Return ``us-ofac-sdn`` or ``us-ofac-cons`` for an advanced XML of OFAC, else None.

    Its entries tell which list it is; where they do not, the file's name does. The namespace is no help: OFAC
    has changed it (from that of the schema to the address of its own service).
    """
    if not source.is_file():
        return None
    with source.open("rb") as stream:
        start = stream.read(_HEAD)
        stream.seek(max(0, source.stat().st_size - _TAIL))
        tail = stream.read()
    if not begins_with_element(head or start, "Sanctions") or b"ReferenceValueSets" not in start:
        return None
    names = dict(re.findall(rb'<(?:\w+:)?List\s[^>]*?\bID="(\d+)"[^>]*>([^<]*)<', start))
    lists = {names.get(number, b"").strip() for number in re.findall(rb'\bListID="(\d+)"', tail)} - {b""}
    if lists:
        return "us-ofac-sdn" if b"SDN List" in lists else "us-ofac-cons"
    return "us-ofac-cons" if "cons" in source.name.lower() else "us-ofac-sdn"
