"""Special service requests and contact texts of bookings: documents, visas, addresses, infants, seats, telephones.

Source: IATA PNRGOV implementation guide (EDIFACT, versions 11.1 to 15.1), segments SSR, IFT, TIF and FOP; the texts
themselves follow AIRIMP (``/P/GBR/123456789/GBR/12JUL64/M/23AUG19/SMITH/JOHN/ROBERT``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from dragoman.messages.edifact import Segment
from dragoman.messages.journeys import read_day
from dragoman.messages.parties import IdentityDocument, Problem
from dragoman.messages.travellers import (
    Traveller,
    country_of,
    document_kind,
    email_of,
    gender_of,
    is_code,
    masked,
    squeezed,
    without_title,
)

_CONTACT = re.compile(r"(?:^|\s)CTC ?([A-Z])\b[ /]*(.*)|(?:^|\s)CTC[A-Z]{3}\b(.*)", re.DOTALL)
#: The letter after CTC: e-mail, mobile, home, business, travel agent, ...
_CONTACTS = {
    "A": "address",
    "B": "business",
    "E": "email",
    "F": "fax",
    "H": "home",
    "M": "mobile",
    "P": "phone",
    "T": "travel_agent",
}
#: No name and birth is longer.
_LONGEST = 200
_INFANT = re.compile(r"(?P<surname>[^/]+)/(?P<given>[^/]*?) ?(?P<birth>\d{1,2}[A-Z]{3}\d{2,4})? ?")


@dataclass(frozen=True, slots=True)
class Papers:
    """What a DOCS text says of its bearer, and whom the booking says that it is of.

    `infant`: it is of one who travels on another's lap (FI, MI).
    """

    code: str
    issuer: str
    number: str
    nationality: str
    birth: str
    gender: str
    expiry: str
    surname: str
    given: str
    ref: str
    place: str
    infant: bool = False


def special_text(segment: Segment) -> str:
    """Return the free text of an SSR: its ninth component and what an unreleased separator cut off it."""
    return ":".join(segment.elements[0][8:]).strip() if segment.elements else ""


def reference(segment: Segment) -> str:
    """Return the traveller that an SSR refers to (``+::43576``), '' where it refers to none."""
    return next((parts[2].strip() for parts in segment.elements[1:] if len(parts) > 2 and parts[2].strip()), "")


def papers(segment: Segment) -> Papers:
    """Read a DOCS text. Blanks inside come from wrapped lines; in codes, numbers and days they are taken out."""
    parts = [part.strip() for part in special_text(segment).split("/")]
    if parts and parts[0] == "":
        parts = parts[1:]
    parts += [""] * (10 - len(parts))
    code, issuer, number, nationality, birth, gender, expiry = ("".join(part.split()).upper() for part in parts[:7])
    given = " ".join(part for part in parts[8:10] if part)
    first, _, _ = without_title(parts[8])
    if first != parts[8]:
        given = " ".join(part for part in (first, parts[9]) if part)
    stated = (code, issuer, number, nationality, birth, gender, expiry, parts[7], given)
    return Papers(*stated, reference(segment), segment.place, infant=gender in ("FI", "MI"))


def bear(who: Traveller, found: Papers, near: date | None) -> list[Problem]:
    """State on a traveller what a DOCS text says, and return what of it is not understood."""
    wrong: list[tuple[str, str]] = []
    birth = read_day(found.birth, "DDMMYY", near=near, past=True) if found.birth else None
    if found.birth and birth is None:
        wrong.append(("a birth such as 12JUL64", found.birth))
    who.state("birthDate", birth.isoformat() if birth else None, found.birth, found.place)
    gender, known = gender_of(found.gender)
    if not known:
        wrong.append(("M, F, MI, FI, X or U", found.gender))
    who.state("gender", gender, found.gender, found.place)
    who.state("nationality", country_of(found.nationality), found.nationality, found.place)
    wrong += [("a country code", code) for code in (found.nationality, found.issuer) if code and not is_code(code)]
    wrong += _number(who, found, near)
    _other_name(who, found)
    return [Problem(found.place, expected, what) for expected, what in wrong]


def _number(who: Traveller, found: Papers, near: date | None) -> list[tuple[str, str]]:
    expiry = read_day(found.expiry, "DDMMYY", near=near) if found.expiry else None
    if found.number:
        kind, prop = document_kind(found.code)
        who.state(prop or "", found.number if prop else None, place=found.place)
        until = expiry.isoformat() if expiry else None
        paper = IdentityDocument(kind, found.number, country_of(found.issuer), until, found.place)
        if not any((known.kind, known.number) == (kind, found.number) for known in who.documents):
            who.documents.append(paper)
    return [("an expiry such as 23AUG19", found.expiry)] if found.expiry and expiry is None else []


def _other_name(who: Traveller, found: Papers) -> None:
    full = " ".join(part for part in (found.given, found.surname) if part)
    plain, title, sure = without_title(who.given)
    stated = squeezed(found.given)
    if title and not sure and stated.startswith(squeezed(plain)) and not stated.startswith(squeezed(who.given)):
        who.given = f"{plain} {title}"  # the document has the name without it: it is a title
    if full and squeezed(full) not in (squeezed(f"{plain}{who.surname}"), squeezed(f"{who.given}{who.surname}")):
        who.state("alias", full, place=found.place)


def visa(who: Traveller, segment: Segment, near: date | None) -> None:
    """State on a traveller what a DOCO text says: birthplace/V/number/place of issue/day of issue/country."""
    parts = [part.strip() for part in special_text(segment).split("/")]
    if parts and parts[0] == "" and len(parts) > 1 and parts[1] not in ("V", "R", "K"):
        parts = parts[1:]
    parts += [""] * (6 - len(parts))
    who.state("birthPlace", parts[0], place=segment.place)
    if parts[2]:
        kind, _ = document_kind(parts[1])
        issued = read_day("".join(parts[4].split()), "DDMMYY", near=near)
        day = issued.isoformat() if issued else None
        who.documents.append(IdentityDocument(kind, parts[2], country_of(parts[5]), None, segment.place, day))
        who.fact("visa_issued_at", parts[3], segment.place)
    who.fact("visa_for", parts[5] if country_of(parts[5]) else "", segment.place)


def address(who: Traveller, segment: Segment) -> None:
    """State on a traveller what a DOCA text says: D (destination), R (residence) or B (birth)/country/street/city."""
    parts = [part.strip() for part in special_text(segment).split("/")]
    if parts and parts[0] == "":
        parts = parts[1:]
    kind, country, *lines = [*parts, "", ""]
    text = ", ".join(line for line in [*lines, country] if line)
    if kind == "R":
        who.state("address", text, place=segment.place)
        who.state("country", country_of(country), country, segment.place)
    elif kind == "B":
        who.state("birthPlace", text, place=segment.place)
        who.state("birthCountry", country_of(country), country, segment.place)
    else:
        who.fact("destination_address" if kind == "D" else "address", text, segment.place)


def infant(segment: Segment) -> tuple[str, str, str] | None:
    """Return surname, given name and birth of an INFT text (``DYE/ARCHER 15APR12``), None where it names nobody."""
    match = _INFANT.fullmatch(" ".join(special_text(segment)[:_LONGEST].split()))
    return (match["surname"].strip(), match["given"].strip(), match["birth"] or "") if match else None


def seats(segment: Segment) -> list[tuple[str, str]]:
    """Return the seats of an SSR and the travellers they are for ('' for all): ``+15A::1+15B::2``."""
    found = []
    for parts in segment.elements[1:]:
        seat = parts[0].strip()
        if seat and seat != "XXX":
            found.append((seat, parts[2].strip() if len(parts) > 2 else ""))
    text = special_text(segment)
    if not found and text:
        found.append((text, reference(segment)))
    return found


def contacts(text: str) -> list[tuple[str, str]]:
    """Return the contacts of an OSI text (``CTCE ANNA..DOE//EXAMPLE.COM``): what each is, and itself."""
    match = _CONTACT.search(text)
    if match is None:
        return []
    if match[3] is not None:
        return [("phone", match[3].strip())] if match[3].strip() else []
    kind = _CONTACTS.get(match[1], "contact")
    value = match[2].strip()
    if not value:
        return []
    return [(kind, email_of(value) if kind == "email" else value)]


def payments(segment: Segment) -> list[tuple[str, str]]:
    """Return how was paid (FOP): ``payment_card`` masked with its scheme and expiry, or ``payment`` with the form."""
    found = []
    for parts in segment.elements:
        form, _, amount, scheme, account, expiry, *_ = [part.strip() for part in [*parts, *[""] * 6]]
        if form == "CC" and (account or scheme):
            text = " ".join(part for part in (scheme, masked(account), expiry and f"until {expiry}") if part)
            found.append(("payment_card", text))
        elif form:
            found.append(("payment", " ".join(part for part in (form, amount, masked(account)) if part)))
    return found
