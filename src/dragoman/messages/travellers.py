"""Travellers of passenger messages on the way to becoming parties: names, documents, contacts, cards."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from dragoman.messages.mrz_layout import states, table
from dragoman.messages.parties import Fact, IdentityDocument, Party
from dragoman.model import Record, Statement

#: Names are compared by no more letters than this.
_LONGEST_NAME = 200
_GENDERS = {"M": "male", "F": "female", "MI": "male", "FI": "female", "X": "other", "U": None, "UN": None, "": None}


@cache
def _countries() -> dict[str, str]:
    by_code = {code: state.country for code, state in states().items() if state.country}
    by_code |= {"DEU": "de", **{country.upper(): country for country in by_code.values()}}
    return by_code


def country_of(code: str) -> str | None:
    """Return FollowTheMoney's country of an alpha-2 or alpha-3 code or of one of Doc 9303, None where it is none."""
    return _countries().get(code.strip().upper())


def is_code(code: str) -> bool:
    """Tell whether a code is one of Doc 9303 part 3, also one that names no country (XXA)."""
    code = code.strip().upper()
    return code in states() or code in _countries()


def gender_of(code: str) -> tuple[str | None, bool]:
    """Return the gender that a code means, and whether the code is known (``U`` is, and means none)."""
    code = code.strip().upper()
    return _GENDERS.get(code), code in _GENDERS


@cache
def _document_kinds() -> dict[str, tuple[str, str | None]]:
    rows = (row + [""] * (3 - len(row)) for row in table("travel_documents.tsv"))
    return {row[0]: (row[1], row[2] or None) for row in rows}


def document_kind(code: str) -> tuple[str, str | None]:
    """Return the kind of a document by its code, and the property its number is stated by; the code if unknown."""
    code = code.strip().upper()
    return _document_kinds().get(code) or _document_kinds().get(code[:1]) or (code or "unknown", "idNumber")


@cache
def _titles() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = table("pnr_titles.tsv")
    every = "|".join(row[0] for row in rows)
    attached = "|".join(sorted((row[0] for row in rows if row[1:] == ["yes"]), key=len, reverse=True))
    return re.compile(rf"(.*\S)\s+({every})\.?"), re.compile(rf"(.{{3,}}?)({attached})")


def without_title(given: str) -> tuple[str, str | None, bool]:
    """Return given names without the title at their end, the title, and whether it is sure to be one.

    ``ANNA MRS`` is sure; ``JOHNMR`` is not: it may be a name that ends in a title's letters (WILLIAMS).
    """
    apart, attached = _titles()
    if match := apart.fullmatch(given):
        return match[1], match[2], True
    if match := attached.fullmatch(given):
        return match[1], match[2], False
    return given, None, True


@dataclass(slots=True)
class Traveller:
    """One traveller while a message is read. `ref` is the message's own number of the traveller, `kind` as it says."""

    place: str
    surname: str = ""
    given: str = ""
    middle: str = ""
    kind: str = ""
    ref: str = ""
    statements: list[Statement] = field(default_factory=list)
    facts: dict[tuple[str, str], Fact] = field(default_factory=dict)
    documents: list[IdentityDocument] = field(default_factory=list)
    role: str = "traveller"
    schema: str = "Person"

    def state(self, prop: str, value: str | None, original: str | None = None, place: str | None = None) -> None:
        """State one value of the traveller's record."""
        if value:
            self.statements.append(Statement(prop, value, original if original != value else None, place or self.place))

    def fact(self, kind: str, value: str, place: str) -> None:
        """Keep something that is no statement; empty texts and what is known already are left out."""
        if value and (kind, value) not in self.facts:
            self.facts[kind, value] = Fact(kind, value, place)

    def party(self, id_: str, called: str) -> Party:
        """Return the traveller as a party, the names first; `called` is what the input is called in places."""
        record = Record(id_, self.schema)
        stated = {(each.prop, each.value): each for each in reversed((*self._names(), *self.statements))}
        record.statements = list(reversed(stated.values()))
        place = f"{called}: {self.place}"
        papers = sorted(self.documents, key=lambda paper: paper.kind == "visa")
        return Party(self.role, record, place, (), tuple(self.facts.values()), tuple(papers))

    def _names(self) -> list[Statement]:
        given, title, sure = without_title(self.given)
        plain = " ".join(part for part in (self.given, self.middle, self.surname) if part)
        spoken = " ".join(part for part in (given, self.middle, self.surname) if part)
        # MS ends many names (WILLIAMS): as printed first, and the other reading as an alias.
        best, other = (plain, spoken) if title == "MS" and not sure else (spoken, plain)
        if self.schema != "Person":
            return [Statement("name", plain, None, self.place)] if plain else []
        pairs = [("name", best), ("alias", other if not sure and other != best else ""), ("firstName", given)]
        pairs += [("middleName", self.middle), ("lastName", self.surname), ("title", title if title and sure else "")]
        return [Statement(prop, value, None, self.place) for prop, value in pairs if value]


def masked(number: str) -> str:
    """Return a payment card's number with at most the first six and the last four characters (PCI DSS 3.4.1)."""
    number = "".join(number.split())
    if len(number) <= 8:
        return "X" * max(0, len(number) - 4) + number[-4:] if len(number) > 4 else "X" * len(number)
    first = 6 if len(number) >= 13 else 0
    return number[:first] + "X" * (len(number) - first - 4) + number[-4:]


def email_of(text: str) -> str:
    """Return an address as bookings write it: ``//`` for @, ``..`` for _, ``./`` for - (IATA AIRIMP, SSR CTCE)."""
    return text.strip().replace("//", "@").replace("..", "_").replace("./", "-").lower()


def squeezed(text: str) -> str:
    """Return the letters of a name alone, in capitals, by which names of one message are compared."""
    return _squeezed(text[:_LONGEST_NAME])


@lru_cache(maxsize=16384)
def _squeezed(text: str) -> str:
    return "".join(filter(str.isalpha, text.upper()))
