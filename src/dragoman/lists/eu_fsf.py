"""The European Union's consolidated list of persons and bodies under financial sanctions (XML).

Two schemata: 1.0 (``WHOLE`` with ``ENTITY``, upper-case elements, no longer published) and 1.1 (``export``
with ``sanctionEntity``, attributes). The id comes from ``Id`` or ``logicalId``, which is the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.errors import ListRefused
from dragoman.lists._eu_party import AUTHORITY, NAME, Act, Party
from dragoman.lists._xml import (
    attributes,
    begins_with_element,
    child_text,
    children,
    iter_elements,
    local_name,
    read_root,
    take_comments,
    text_of,
)
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates

if TYPE_CHECKING:
    from lxml import etree

#: ``AD001095 (passport-National passport) [known to be expired](issued ...)``
_DOCUMENT_10 = re.compile(r"\((?P<code>\w++)-(?P<type>[^()]*+)\)")
_CONTACT_10 = re.compile(r"\b(PHONE|FAX|EMAIL|WEB\w*)\[([^\]]*)\]")
_CONTACTS = {"PHONE": "phone", "EMAIL": "email", "WEB": "website"}
_FLAGS_11 = {
    "diplomatic": "diplomatic",
    "knownExpired": "known to be expired",
    "knownFalse": "known to be false",
    "reportedLost": "reported lost",
    "revokedByIssuer": "revoked by issuer",
}
_DETAILS_11 = ("nameAlias", "citizenship", "birthdate", "address", "identification")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, followed by its documents and a Sanction for each legal act.

    Raises ListRefused where the file is truncated, is no such list, or lists nobody.
    """
    name, head = read_root(source)
    if name not in ("WHOLE", "export"):
        raise ListRefused(
            f"the document element is {name}, neither export nor WHOLE",
            place=source.name,
            remedy="take the consolidated financial sanctions list in XML, schema 1.1",
        )
    published = read_dates(head.get("generationDate") or head.get("Date", ""))[0]
    reading.published = published[0] if published else None
    empty = True
    for place, element in iter_elements(source, {"ENTITY", "sanctionEntity"}, comments=True):
        empty = False
        party = _entity_10(element, place, reading) if name == "WHOLE" else _entity_11(element, place, reading)
        if party is None or not party.record.names:
            reading.reject(place, "no id" if party is None else "no name", text_of(element) or str(attributes(element)))
        else:
            yield from party.records()
    if empty:
        raise ListRefused("the file lists nobody", place=source.name, remedy="fetch the file again from its publisher")


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the file begins as one of the two schemata."""
    if begins_with_element(head, "export"):
        return b"http://eu.europa.ec/fpi/fsd/export" in head
    return begins_with_element(head, "WHOLE") and (b"<ENTITY " in head or b"FSD" in head)


# ---------------------------------------------------------------- schema 1.0


def _entity_10(element: etree._Element, place: str, reading: Reading) -> Party | None:
    head = attributes(element)
    if not head.get("Id"):
        return None
    party = Party(head["Id"], "Person" if head.get("Type") == "P" else "Organization", place, reading)
    sanction = party.act(_act_10(head))
    for day in read_dates(head.get("reg_date", ""))[0]:
        sanction.add("listingDate", day, place=place)
    party.note(head.get("remark", ""))
    names = children(element, "NAME")
    main = _main([child_text(name, "LANGUAGE") for name in names])
    for number, name in enumerate(names):
        _name_10(party, name, number == main)
    for child in list(element):
        tag = local_name(child)
        if not isinstance(child.tag, str):  # a comment of the publisher on the party
            party.note(_comment(child.text or ""))
        elif tag in _DETAILS_10:
            party.act(_act_10(attributes(child)))
            _DETAILS_10[tag](party, child)
        elif tag != "NAME":
            party.note(f"{tag}: {text_of(child)}")
    return party


def _act_10(head: dict[str, str]) -> Act:
    return Act(
        head.get("legal_basis", ""), head.get("reg_date", ""), head.get("programme", ""), head.get("pdf_link", "")
    )


def _main(languages: list[str]) -> int:
    """Return which name is the caption: the first that is in no language in particular or in English."""
    return next((number for number, lang in enumerate(languages) if lang.upper() in ("", "EN")), 0)


def _name_10(party: Party, name: etree._Element, main: bool) -> None:
    parts = {tag: child_text(name, tag) for tag in ("FIRSTNAME", "MIDDLENAME", "LASTNAME")}
    whole = child_text(name, "WHOLENAME") or " ".join(filter(None, parts.values()))
    party.act(_act_10(attributes(name)), whole)
    party.name(whole, main=main, lang=child_text(name, "LANGUAGE"))
    for prop, part in zip(("firstName", "middleName", "lastName"), parts.values(), strict=True):
        party.add(prop, part)
    for comment in take_comments(name):
        party.note(_comment(comment))
    party.add("title", child_text(name, "TITLE"))
    party.add("position", child_text(name, "FUNCTION"))
    _gender(party, child_text(name, "GENDER"))


def _birth_10(party: Party, birth: etree._Element) -> None:
    day = child_text(birth, "DATE")
    for comment in map(_comment, take_comments(birth)):
        if not day and read_dates(comment)[0]:  # "between 1953 and 1958", where DATE is empty
            day = comment
        party.note(f"birth {day}: {comment}" if day != comment else "")
    party.birth(day)
    party.add("birthPlace", child_text(birth, "PLACE"))
    party.country("birthCountry", child_text(birth, "COUNTRY"))


def _comment(text: str) -> str:
    return " ".join(text.removeprefix(" ").removeprefix("Comment:").split())


def _citizen_10(party: Party, citizen: etree._Element) -> None:
    party.country("nationality", child_text(citizen, "COUNTRY"))


def _address_10(party: Party, address: etree._Element) -> None:
    tags = ("NUMBER", "STREET", "ZIPCODE", "CITY", "COUNTRY")
    party.add("address", ", ".join(filter(None, (child_text(address, tag) for tag in tags[:-1]))))
    party.country("country", child_text(address, "COUNTRY"))
    other = child_text(address, "OTHER")
    for kind, value in _CONTACT_10.findall(other):
        _contact(party, kind, value)
    party.note(_CONTACT_10.sub(" ", other))


def _passport_10(party: Party, passport: etree._Element) -> None:
    printed = child_text(passport, "NUMBER")
    country = country_code(child_text(passport, "COUNTRY"))
    if match := _DOCUMENT_10.search(printed):
        number, note = printed[: match.start()].rstrip(), printed[match.end() :].lstrip()
        party.document(number, match["code"], match["type"], country, note=note)
    elif printed:
        party.document(printed, "other", "", country)


_DETAILS_10 = {"BIRTH": _birth_10, "CITIZEN": _citizen_10, "ADDRESS": _address_10, "PASSPORT": _passport_10}


# ---------------------------------------------------------------- schema 1.1


def _entity_11(element: etree._Element, place: str, reading: Reading) -> Party | None:
    take_comments(element)
    head = attributes(element)
    if not head.get("logicalId"):
        return None
    subject = next((attributes(child) for child in children(element, "subjectType")), {})
    is_person = subject.get("classificationCode") == "P" or subject.get("code", "").startswith("person")
    party = Party(head["logicalId"], "Person" if is_person else "Organization", place, reading)
    for regulation in children(element, "regulation"):
        _regulation_11(party, regulation, head, place)
    _remarks_11(party, element)
    names = children(element, "nameAlias")
    strong = [name for name in names if name.get("strong", "true") in ("true", "1")] or names
    main = strong[_main([name.get("nameLanguage", "") for name in strong])] if strong else None
    for name in names:
        _name_11(party, name, name is main)
    details = {"citizenship": _citizen_11, "birthdate": _birth_11, "address": _address_11, "identification": _ident_11}
    for child in element:
        tag = local_name(child)
        if tag in _DETAILS_11:
            _remarks_11(party, child)
            for summary in children(child, "regulationSummary"):
                party.act(_act_11(attributes(summary)), child.get("wholeName", ""))
        if tag in details:
            details[tag](party, child)
        elif tag not in ("nameAlias", "regulation", "subjectType", "remark", "additionalInformation"):
            party.note(f"{tag}: {text_of(child)} {attributes(child) or ''}")
    return party


def _regulation_11(party: Party, regulation: etree._Element, head: dict[str, str], place: str) -> None:
    act = attributes(regulation)
    url = child_text(regulation, "publicationUrl")
    sanction = party.act(_act_11(act | {"publicationUrl": url}))
    for attribute, prop in (("designationDate", "listingDate"), ("delistingDate", "endDate")):
        for day in read_dates(head.get(attribute, ""))[0]:
            sanction.add(prop, day, place=place)
    for day in read_dates(act.get("entryIntoForceDate", ""))[0]:
        sanction.add("date", day, place=place)
    sanction.add("unscId", head.get("unitedNationId"), place=place)
    sanction.add("recordId", head.get("euReferenceNumber"), place=place)
    sanction.add("reason", head.get("designationDetails"), place=place)
    _remarks_11(party, regulation)


def _act_11(act: dict[str, str]) -> Act:
    return Act(
        act.get("numberTitle", ""),
        act.get("publicationDate", ""),
        act.get("programme", ""),
        act.get("publicationUrl", ""),
    )


def _remarks_11(party: Party, element: etree._Element) -> None:
    for remark in children(element, "remark"):
        party.note(text_of(remark))
    for extra in children(element, "additionalInformation"):
        party.note(f"{extra.get('key', '')}: {extra.get('value', '')}")


def _name_11(party: Party, element: etree._Element, main: bool) -> None:
    name = attributes(element)
    parts = [(prop, name.get(prop, "")) for prop in ("firstName", "middleName", "lastName")]
    whole = name.get("wholeName") or " ".join(part for _, part in parts if part)
    strong = name.get("strong", "true") in ("true", "1")
    party.name(whole, main=main, strong=strong, lang=name.get("nameLanguage", ""))
    for prop, part in parts:
        party.add(prop, part)
    party.add("title", name.get("title", ""))
    party.add("position", name.get("function", ""))
    _gender(party, name.get("gender", ""))


def _citizen_11(party: Party, element: etree._Element) -> None:
    citizen = attributes(element)
    party.country("nationality", _country_11(citizen))
    for key in ("acquisitionDate", "disenfranchisementDate", "region"):
        party.note(f"citizenship {key}: {citizen[key]}" if citizen.get(key) else "")


def _birth_11(party: Party, element: etree._Element) -> None:
    birth = attributes(element)
    first, last = birth.get("yearRangeFrom", ""), birth.get("yearRangeTo", "")
    day = birth.get("birthdate", "")
    if not day and birth.get("year"):
        day = "-".join(
            part.zfill(2) for part in (birth["year"], birth.get("monthOfYear"), birth.get("dayOfMonth")) if part
        )
    if not day and (first or last):
        day = f"{first} - {last}" if first and last else first or last
    calendar = birth.get("calendarType", "GREGORIAN")
    if day and calendar != "GREGORIAN":
        party.birth(
            f"{day} ({calendar.lower()} calendar)" if len(day) > 4 and day[:4] > "1500" else f"{calendar} {day}"
        )
    elif day:
        party.birth(f"circa {day}" if birth.get("circa") in ("true", "1") else day, day)
    party.add("birthPlace", _place_11(birth, ("place", "city", "zipCode", "region")))
    party.country("birthCountry", _country_11(birth))


def _address_11(party: Party, element: etree._Element) -> None:
    address = attributes(element)
    whole = _place_11(address, ("street", "poBox", "place", "zipCode", "city", "region"))
    party.add("address", whole)
    party.country("country", _country_11(address))
    if address.get("asAtListingTime") in ("true", "1") and whole:
        party.note(f"{whole}: as at listing time")
    for contact in children(element, "contactInfo"):
        _contact(party, contact.get("key", ""), contact.get("value", ""))


def _ident_11(party: Party, element: etree._Element) -> None:
    ident = attributes(element)
    note = [text for flag, text in _FLAGS_11.items() if ident.get(flag) in ("true", "1")]
    labels = ("issuedBy", "nameOnDocument", "validFrom", "validTo", "region")
    note += [f"{label}: {ident[label]}" for label in labels if ident.get(label)]
    note += [text_of(remark) for remark in children(element, "remark")]
    code = ident.get("identificationTypeCode", "other")
    description = ident.get("identificationTypeDescription", "")
    country = country_code(_country_11(ident))
    for number in dict.fromkeys(filter(None, (ident.get("number"), ident.get("latinNumber")))):
        party.document(number, code, description, country, note="; ".join(note), issued=ident.get("issueDate", ""))
    if not ident.get("number") and not ident.get("latinNumber"):
        party.document("", code, description, country, note="; ".join(note))


def _country_11(detail: dict[str, str]) -> str:
    """The country by code, or by description where the code says that it is unknown."""
    code = detail.get("countryIso2Code", "")
    return code if code not in ("", "00") else detail.get("countryDescription", "")


def _place_11(detail: dict[str, str], keys: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(detail[key] for key in keys if detail.get(key)))


# ---------------------------------------------------------------- both


def _gender(party: Party, code: str) -> None:
    party.add("gender", {"M": "male", "F": "female"}.get(code, ""), code)


def _contact(party: Party, kind: str, value: str) -> None:
    prop = next((prop for start, prop in _CONTACTS.items() if kind.upper().startswith(start)), None)
    if prop:
        party.add(prop, value)
    else:
        party.note(f"{kind}: {value}")


FORMAT = ListFormat(
    name=NAME,
    title="European Union consolidated financial sanctions list",
    publisher=AUTHORITY,
    read=read,
    recognise=recognise,
    urls=("https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content?token=dG9rZW4tMjAxNw",),
)
