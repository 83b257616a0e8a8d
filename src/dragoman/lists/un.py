"""The United Nations Security Council Consolidated List (XML).

Schema: https://scsanctions.un.org/resources/xsd/sc-sanctions.xsd. One INDIVIDUAL or ENTITY is one party. Its id
comes from REFERENCE_NUMBER (``CDi.001``), which stays when DATAID changes. VERSIONNUM never
changes and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.errors import ListRefused
from dragoman.lists._documents import document_number, documents_in, record_of
from dragoman.lists._printed_names import PrintedNames, is_latin, language, read_names
from dragoman.lists._statements import add_countries, is_absent
from dragoman.lists._un_births import births_in, read_birth
from dragoman.lists._un_documents import read_document
from dragoman.lists._xml import begins_with_element, child_text, children, iter_elements, local_name, read_root, text_of
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Quality, Record
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates

if TYPE_CHECKING:
    from lxml import etree

NAME = "un-sc"
AUTHORITY = "United Nations Security Council"

_ROOT = "CONSOLIDATED_LIST"
_NAME_PARTS = (
    ("FIRST_NAME", "firstName"),
    ("SECOND_NAME", "secondName"),
    ("THIRD_NAME", "middleName"),
    ("FOURTH_NAME", "lastName"),
)
#: QUALITY of an alias, to the property that takes it and its grade. Entities have a.k.a. and f.k.a. instead.
_QUALITIES: dict[str, tuple[str, Quality]] = {
    "good": ("alias", "good"),
    "low": ("weakAlias", "low"),
    "a.k.a.": ("alias", "good"),
    "f.k.a.": ("previousName", "good"),
}
_PLACE_PARTS = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
#: Romanised names in the note of an alias in another script: ``Yunis al-Mauritani; Younis al-Mauritani``.
_BARE_NAMES = re.compile(r"(?:^|\()([^()\d:]*;[^()\d:]*)(?:\)|$)")
_SILENT = frozenset({"VERSIONNUM", "LIST_TYPE", "SORT_KEY", "SORT_KEY_LAST_MOD", "DATAID"})


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, followed by its documents and its Sanction.

    Raises ListRefused where the file is truncated, is no consolidated list, or lists nobody.
    """
    name, attributes = read_root(source)
    if name != _ROOT:
        raise ListRefused(
            f"the document element is {name}, not {_ROOT}",
            place=source.name,
            remedy="take the consolidated list in XML from https://scsanctions.un.org",
        )
    published = read_dates(attributes.get("dateGenerated", ""))[0]
    reading.published = published[0] if published else None
    seen: set[str] = set()
    for place, element in iter_elements(source, {"INDIVIDUAL", "ENTITY"}):
        yield from _party(element, place, reading, seen)
    if not seen:
        raise ListRefused("the file lists nobody", place=source.name, remedy="fetch the file again from its publisher")


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the file begins as the consolidated list."""
    return begins_with_element(head, _ROOT)


def _party(element: etree._Element, place: str, reading: Reading, seen: set[str]) -> Iterator[Record]:
    reference = "".join(child_text(element, "REFERENCE_NUMBER").split())
    id_ = reference or child_text(element, "DATAID")
    if not id_:
        reading.reject(place, "neither REFERENCE_NUMBER nor DATAID", text_of(element))
        return
    if id_ in seen:
        reading.warn(place, f"{id_} stands more than once; kept under its DATAID too", text_of(element))
        id_ = f"{id_}-{child_text(element, 'DATAID') or len(seen)}"
    seen.add(id_)
    party = Record(f"{NAME}-{id_}", "Person" if local_name(element) == "INDIVIDUAL" else "Organization", source=NAME)
    described = _Reader(party, element, place, reading).read()
    if not party.names:
        reading.reject(place, "no name", text_of(element))
        return
    yield party
    for record in [*described, _sanction(party, element, place, reference)]:
        record.source = NAME
        yield record


def _sanction(party: Record, element: etree._Element, place: str, reference: str) -> Record:
    sanction = Record(f"{party.id}-sanction", "Sanction")
    sanction.add("entity", party.id, place=place)
    sanction.add("authority", AUTHORITY, place=place)
    sanction.add("program", child_text(element, "UN_LIST_TYPE"), place=place)
    sanction.add("unscId", reference, original=child_text(element, "REFERENCE_NUMBER"), place=place)
    for tag, prop in (("LISTED_ON", "listingDate"), ("LAST_DAY_UPDATED", "modifiedAt"), ("DELISTED_ON", "endDate")):
        for printed in _values(element, tag):
            for day in read_dates(printed)[0]:
                sanction.add(prop, day, original=printed, place=place)
    submitter = child_text(element, "SUBMITTED_BY")
    submitted = child_text(element, "SUBMITTED_ON")
    for label, text in (("Submitted by", submitter), ("Submitted on", submitted)):
        sanction.add("description", f"{label}: {text}" if text else None, place=place)
    return sanction


class _Reader:
    """Reads one INDIVIDUAL or ENTITY into `party`; each tag has its method."""

    def __init__(self, party: Record, element: etree._Element, place: str, reading: Reading) -> None:
        self.party = party
        self.element = element
        self.place = place
        self.reading = reading
        self.described: dict[str, Record] = {}

    def read(self) -> list[Record]:
        """State everything on the party; return the records of its documents."""
        self._name()
        tags = {
            "NAME_ORIGINAL_SCRIPT": self._original_script,
            "ALIAS": self._alias,
            "DATE_OF_BIRTH": self._birth_date,
            "PLACE_OF_BIRTH": self._birth_place,
            "ADDRESS": self._address,
            "DOCUMENT": self._document,
            "NATIONALITY": self._nationality,
            "TITLE": self._title,
            "DESIGNATION": self._designation,
            "GENDER": self._gender,
            "LISTED_ON": self._dates,
            "LAST_DAY_UPDATED": self._dates,
            "DELISTED_ON": self._dates,
        }
        known = {tag for tag, _ in _NAME_PARTS} | _SILENT | {"REFERENCE_NUMBER", "UN_LIST_TYPE"}
        known |= {"SUBMITTED_BY", "SUBMITTED_ON"}
        for child in self.element:
            tag = local_name(child).removeprefix("INDIVIDUAL_").removeprefix("ENTITY_")
            if tag in tags:
                tags[tag](child)
            elif tag not in known:
                self._note(text_of(child), tag)
        self._add("topics", "sanction")
        return list(self.described.values())

    def _add(
        self, prop: str, value: str | None, printed: str | None = None, quality: Quality | None = None, where: str = ""
    ) -> None:
        lang = language(value) if value and quality else None
        place = f"{self.place}/{where}" if where else self.place
        self.party.add(prop, value, original=printed, place=place, lang=lang, quality=quality)

    def _note(self, text: str, tag: str) -> None:
        """Keep a text that is no statement of its own, under the tag it stood in (comments stand alone)."""
        if not text or is_absent(text):
            return
        if not re.fullmatch(r"COMMENTS\d|NOTE", tag):
            text = f"{tag}: {text}"
        self._add("notes", text, where=tag)

    def _name(self) -> None:
        parts = [(prop, child_text(self.element, tag)) for tag, prop in _NAME_PARTS]
        parts = [(prop, part) for prop, part in parts if part and not is_absent(part)]
        whole = " ".join(part for _, part in parts)
        if self.party.schema == "Person":
            self._add("name", whole, quality="good")
            for prop, part in parts:
                self._add(prop, part)
            return
        self._state_names(read_names(whole), "name", whole, "good", "FIRST_NAME")

    def _state_names(self, found: PrintedNames, prop: str, printed: str, quality: Quality, where: str) -> None:
        for number, name in enumerate(found.names):
            if not is_absent(name):
                self._add("alias" if prop == "name" and number else prop, name, printed, quality, where)
        for short in found.short:
            self._add("abbreviation", short, printed, quality, where)
        for remark in found.remarks:
            self._birth_in(remark)
            self._note(f"{printed} ({remark})" if remark not in printed else printed, where)

    def _original_script(self, child: etree._Element) -> None:
        printed = text_of(child)
        self._state_names(read_names(printed), "alias", printed, "good", "NAME_ORIGINAL_SCRIPT")

    def _alias(self, child: etree._Element) -> None:
        printed = child_text(child, "ALIAS_NAME")
        note = child_text(child, "NOTE")
        graded = child_text(child, "QUALITY")
        if printed and graded.lower() not in _QUALITIES:
            self.reading.warn(self.place, f"alias of unknown quality {graded!r} taken as good", printed)
        prop, quality = _QUALITIES.get(graded.lower(), ("alias", "good"))
        found = read_names(printed)
        self._state_names(found, prop, printed, quality, "ALIAS")
        if note and printed and not is_latin(printed) and (romanised := _BARE_NAMES.search(note)):
            self._state_names(read_names(romanised[1]), prop, note, quality, "ALIAS")
        elif note and (other := re.search(r"[Aa]rabic(?: script)?: ([^\W\d_a-zA-Z][^a-zA-Z]*)", note)):
            self._state_names(read_names(other[1]), prop, note, quality, "ALIAS")
        self._birth_of_alias(child, printed, note)
        for document in documents_in(note or printed):
            record = record_of(document, self.party, self.place)
            self.described.setdefault(record.id, record)

    def _birth_of_alias(self, child: etree._Element, printed: str, note: str) -> None:
        """State when and where the holder of a (often false) identity was born, and that it belongs to the alias."""
        born = child_text(child, "DATE_OF_BIRTH")
        for day in read_dates(born)[0]:
            self._add("birthDate", day, born, where="ALIAS")
        self._birth_in(note)
        town, country = child_text(child, "CITY_OF_BIRTH"), child_text(child, "COUNTRY_OF_BIRTH")
        where = _joined([town, country])
        self._add("birthPlace", where, where="ALIAS")
        self._add("birthCountry", country_code(country), country, where="ALIAS")
        said = "; ".join(
            filter(None, (f"born {' in '.join(filter(None, (born, where)))}" if born or where else "", note))
        )
        if said:
            self._note(f"{printed}: {said}" if printed else said, "ALIAS")

    def _birth_in(self, prose: str) -> None:
        for day in births_in(prose):
            self._add("birthDate", day, prose, where="ALIAS")

    def _birth_date(self, child: etree._Element) -> None:
        birth = read_birth(child)
        for day in birth.dates:
            self._add("birthDate", day, birth.printed, where="DATE_OF_BIRTH")
        self._note(birth.note, "DATE_OF_BIRTH")
        if birth.unread:
            self.reading.warn(self.place, "part of the date of birth is no date and is kept as a note", birth.printed)

    def _birth_place(self, child: etree._Element) -> None:
        country = child_text(child, "COUNTRY")
        where = _joined([child_text(child, tag) for tag in _PLACE_PARTS])
        note = child_text(child, "NOTE")
        self._add("birthPlace", where or note, where="PLACE_OF_BIRTH")
        if country:
            self._countries("birthCountry", country)
        if where:
            self._note(note, "PLACE_OF_BIRTH")

    def _address(self, child: etree._Element) -> None:
        parts = [child_text(child, tag) for tag in _PLACE_PARTS]
        note = child_text(child, "NOTE")
        whole = _joined(parts)
        self._add("address", whole or note, where="ADDRESS")
        if parts[-1]:
            self._countries("country", parts[-1])
        if whole and note and note not in whole:
            self._note(f"{whole} ({note})", "ADDRESS")

    def _document(self, child: etree._Element) -> None:
        document = read_document(child)
        if document is None:
            return
        record = record_of(document, self.party, f"{self.place}/DOCUMENT")
        if record.id in self.described:  # the same number again, in another language or under another type
            for known in record.statements:
                self.described[record.id].add(known.prop, known.value, original=known.original, place=known.place)
        else:
            self.described[record.id] = record
        if document.number is None or not document_number(document.printed):
            self.reading.warn(self.place, "a document without a number is kept as described", text_of(child))

    def _nationality(self, child: etree._Element) -> None:
        for printed in _texts(child):
            plain = re.sub(r"^possibly | by birth$| citizenship withdrawn.*", "", printed, flags=re.IGNORECASE)
            plain = re.sub(r"\. also believed to hold (\w+) nationality", r" and \1", plain, flags=re.IGNORECASE)
            self._countries("nationality", plain, printed)

    def _countries(self, prop: str, text: str, printed: str | None = None) -> None:
        before = len(self.party.statements)
        add_countries(self.party, self.reading, prop, text, self.place)
        if printed and printed != text and len(self.party.statements) > before:
            self._note(printed, prop.upper())

    def _title(self, child: etree._Element) -> None:
        for title in _texts(child):
            self._add("title", title)

    def _designation(self, child: etree._Element) -> None:
        for position in _texts(child):
            if not is_absent(position):
                self._add("position" if self.party.schema == "Person" else "description", position)

    def _gender(self, child: etree._Element) -> None:
        printed = text_of(child)
        if not is_absent(printed):
            self._add("gender", {"male": "male", "female": "female"}.get(printed.lower(), "other"), printed)

    def _dates(self, child: etree._Element) -> None:
        """Check what `_sanction` states, and keep on the party when it was last modified."""
        for printed in _texts(child):
            found, left = read_dates(printed)
            if left or not found:
                self.reading.warn(self.place, f"{local_name(child)} is no date and is kept as a note", printed)
                self._note(printed, local_name(child))
            if local_name(child) == "LAST_DAY_UPDATED":
                for day in found:
                    self._add("modifiedAt", day, printed)


def _texts(element: etree._Element) -> list[str]:
    """The texts of the VALUE children, or of the element itself where it has none."""
    found = [text_of(child) for child in element] or [text_of(element)]
    return [text for text in found if text]


def _values(element: etree._Element, tag: str) -> list[str]:
    return [text for child in children(element, tag) for text in _texts(child)]


def _joined(parts: list[str]) -> str:
    """Join the parts of a place, leaving out one that another already ends with."""
    kept: list[str] = []
    for part in parts:
        if part and not is_absent(part) and part not in kept:
            kept.append(part)
    return ", ".join(kept)


FORMAT = ListFormat(
    name=NAME,
    title="United Nations Security Council Consolidated List",
    publisher=AUTHORITY,
    read=read,
    recognise=recognise,
    urls=("https://scsanctions.un.org/resources/xml/en/consolidated.xml",),
)
