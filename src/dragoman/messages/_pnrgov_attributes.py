"""What the attributes of PNRGOV XML say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dragoman.messages._xml_names import LOCAL
from dragoman.messages.journeys import read_day
from dragoman.messages.pnrgov_special import Papers

if TYPE_CHECKING:
    from lxml.etree import _Element


def near(element: _Element) -> date | None:
    """Return the day by which two-digit years of a booking are understood."""
    for name in ("PNR_TransDate", "PNR_CreationDate", "DepartureDateTime"):
        if found := read_day(element.get(name, "")[:10].replace("-", ""), "YYMMDD"):
            return found
    return None


def digits_of(day: str) -> str:
    """Return a day of ISO 8601 as DDMMYYYY; other forms as they are."""
    parts = day[:10].split("-")
    return f"{parts[2]}{parts[1]}{parts[0]}" if len(parts) == 3 and len(parts[0]) == 4 else day.strip()


def code_of(element: _Element | None, name: str) -> str | None:
    """Return an attribute, None where it is empty or there is no element."""
    return (element.get(name) or None) if element is not None else None


def place_of(element: _Element) -> str:
    """Where an element stands: ``line 12 (Passenger)``."""
    return f"line {element.sourceline} ({LOCAL[element.tag]})"


def papers_of(found: _Element, ref: str) -> Papers:
    """Return what an element DOCS says."""
    get = found.get
    return Papers(
        code=get("TravelDocType", ""),
        issuer=get("IssuingLoc", ""),
        number=get("TravelDocNbr", ""),
        nationality=get("PaxNationality", ""),
        birth=digits_of(get("DateOfBirth", "")),
        gender=get("Gender", ""),
        expiry=digits_of(get("ExpiryDate", "")),
        surname=get("Surname", ""),
        given=" ".join(part for part in (get("FirstGivenName"), get("SecondGivenName")) if part),
        ref=ref,
        place=place_of(found),
        infant=get("Gender", "") in ("FI", "MI"),
    )
