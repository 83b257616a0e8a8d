"""The parts of OFAC's advanced XML that parties point to: reference values, places, documents, dates.

Schema: ``sdn_advanced.xsd`` of OFAC, after the sanctions data model of the United Nations and the Wolfsberg Group.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from dragoman.lists._xml import attributes, child_text, children, local_name, text_of
from dragoman.lists.reading import Reading
from dragoman.model.countries import country_code
from dragoman.model.dates import PartialDate

if TYPE_CHECKING:
    from lxml import etree

_PART_ORDER = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "POSTAL CODE", "REGION")


@dataclass(frozen=True, slots=True)
class Place:
    """A location: its parts in the order of an address, and the code and name of its country."""

    text: str
    country: str | None
    country_name: str

    @property
    def full(self) -> str:
        """The parts and the country, as one line."""
        return ", ".join(filter(None, (self.text, self.country_name)))


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """An identity or registration document, as one identity bears it."""

    kind: str
    number: str
    country: str | None
    authority: str
    issued: str | None
    expires: str | None
    remarks: tuple[str, ...]


@dataclass(slots=True)
class References:
    """What the head of the file defines and the parties point to by number."""

    texts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    countries: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    area_countries: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    party_types: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    documents: dict[str, list[IdentityDocument]] = field(default_factory=lambda: defaultdict(list))

    def text(self, kind: str, number: str | None, reading: Reading, place: str) -> str:
        """Return the value of that reference, empty where the file does not define it."""
        if number is None:
            return ""
        if number not in self.texts[kind]:
            reading.warn(place, f"{kind} {number} is not defined in the file")
        return self.texts[kind].get(number, "")


def read_values(element: etree._Element, references: References) -> None:
    """Take in the ReferenceValueSets."""
    for sets in element:
        for value in sets:
            kind, marks = local_name(value), attributes(value)
            number = marks.get("ID", "")
            references.texts[kind][number] = text_of(value)
            if kind == "Country":
                code = country_code(marks.get("ISO2", "")) or country_code(text_of(value))
                references.countries[number] = code, text_of(value)
            elif kind == "AreaCode" and "CountryID" in marks:
                references.area_countries[number] = marks["CountryID"]
            elif kind == "Script":
                references.scripts[number] = marks.get("ScriptCode", "").lower()
            elif kind == "PartySubType":
                references.party_types[number] = marks.get("PartyTypeID", "")
            elif kind == "LegalBasis" and "LegalBasisShortRef" in marks:
                references.texts[kind][number] = text_of(value) or marks["LegalBasisShortRef"]


def read_location(element: etree._Element, references: References, reading: Reading, place: str) -> None:
    """Take in one Location."""
    parts: list[tuple[int, str]] = []
    for part in children(element, "LocationPart"):
        kind = references.text("LocPartType", part.get("LocPartTypeID"), reading, place).upper()
        rank = _PART_ORDER.index(kind) if kind in _PART_ORDER else len(_PART_ORDER)
        texts = (child_text(value, "Value") for value in children(part, "LocationPartValue"))
        parts.extend((rank, text) for text in texts if text)
    countries = [child.get("CountryID") for child in children(element, "LocationCountry")]
    areas = [child.get("AreaCodeID") for child in children(element, "LocationAreaCode")]
    numbers = [number for number in countries if number] or [
        references.area_countries[area] for area in areas if area in references.area_countries
    ]
    code, name = references.countries.get(numbers[0], (None, "")) if numbers else (None, "")
    text = ", ".join(text for _, text in sorted(parts, key=lambda ranked: ranked[0]))
    if comment := child_text(element, "Comment"):
        text = f"{text} ({comment})" if text else comment
    references.places[element.get("ID", "")] = Place(text, code, name)


def read_document(element: etree._Element, references: References, reading: Reading, place: str) -> None:
    """Take in one IDRegDocument; it belongs to an identity."""
    dates: dict[str, str] = {}
    for dated in children(element, "DocumentDate"):
        kind = references.text("IDRegDocDateType", dated.get("IDRegDocDateTypeID"), reading, place).lower()
        for period in children(dated, "DatePeriod"):
            dates["expires" if "expir" in kind else "issued"] = read_period(period, reading, place) or ""
    country = element.get("IssuedBy-CountryID")
    issued_in = references.places.get(element.get("IssuedIn-LocationID", ""))
    validity = references.text("Validity", element.get("ValidityID"), reading, place)
    remarks = [child_text(element, "Comment"), "" if validity.lower() in ("", "valid") else validity]
    remarks.append(f"issued in {issued_in.full}" if issued_in else "")
    references.documents[element.get("IdentityID", "")].append(
        IdentityDocument(
            kind=references.text("IDRegDocType", element.get("IDRegDocTypeID"), reading, place),
            number=child_text(element, "IDRegistrationNo"),
            country=references.countries.get(country, (None, ""))[0] if country else None,
            authority=child_text(element, "IssuingAuthority"),
            issued=dates.get("issued") or None,
            expires=dates.get("expires") or None,
            remarks=tuple(filter(None, remarks)),
        )
    )


def read_period(period: etree._Element, reading: Reading, place: str) -> str | None:
    """Return a DatePeriod in the EDTF subset; None (and a warning) where its numbers are no date."""
    points: list[date] = []
    approximate = False
    for name in ("Start", "End"):
        for boundary in children(period, name):
            approximate = approximate or boundary.get("Approximate") in ("true", "1")
            days = (read_day(point) for point in boundary if local_name(point) in ("From", "To"))
            points.extend(day for day in days if day is not None)
    if not points:
        reading.warn(place, "a date period gives no date", text_of(period))
        return None
    return str(PartialDate(min(points), max(points), approximate))


def read_day(element: etree._Element) -> date | None:
    """Return the day of Year, Month and Day; None where there is none such."""
    parts = [child_text(element, name) for name in ("Year", "Month", "Day")]
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None
