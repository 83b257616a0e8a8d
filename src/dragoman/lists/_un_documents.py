"""INDIVIDUAL_DOCUMENT of the UN list, whose number may stand in NUMBER, in NOTE or in TYPE_OF_DOCUMENT2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dragoman.lists._documents import PASSPORT, Document, country_in, document_number
from dragoman.lists._xml import child_text
from dragoman.model.countries import country_code

if TYPE_CHECKING:
    from lxml import etree


def read_document(element: etree._Element) -> Document | None:
    """Read an INDIVIDUAL_DOCUMENT; None where it is empty."""
    names = (
        "TYPE_OF_DOCUMENT",
        "TYPE_OF_DOCUMENT2",
        "NUMBER",
        "NOTE",
        "ISSUING_COUNTRY",
        "CITY_OF_ISSUE",
        "COUNTRY_OF_ISSUE",
    )
    kind, precise, number, note, issuer, city, place = (child_text(element, name) for name in names)
    if not any((precise, number, note, issuer, city, place)):
        return None
    printed = number or next((text for text in (note, precise) if document_number(text)), "")
    issued_at = ", ".join(filter(None, (city, place)))
    return Document(
        kind="Passport" if PASSPORT.search(f"{kind} {precise}") else "Identification",
        type=precise or kind,
        number=document_number(printed),
        printed=printed,
        country=country_code(issuer) or country_in(printed) or country_code(place) or country_code(city),
        issued=child_text(element, "DATE_OF_ISSUE"),
        note="; ".join(filter(None, (f"issued at: {issued_at}" if issued_at else "", issuer, kind, note))),
    )
