"""Documents as lists describe them: the number is somewhere among the words.

``Libyan passport No. 513519``, ``R00012098, South Sudan``, ``381110042 (Expired 25 Jan. 2016)``, and
documents that stand in a note only: ``Tunisian passport number L 191609 issued on 28 Feb. 1996``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dragoman.model import Record
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates

#: What is screened as a passport, in whichever language it is called one.
PASSPORT = re.compile(r"passe?port|pasaporte|laissez|travel document", re.IGNORECASE)
#: Brackets beside a number; those inside of one stay ("12/YAKANA(N)006981").
_BRACKETS = re.compile(r"(?<!\w)\([^()]*\)|\([^()]*\)(?!\w)")
_SERIES = re.compile(r"(?<![\w-])(?!(?:ID|CR|VAT|TAX)\b)([^\Wa-z_]{1,4})\s+No\.?\s*(?=\d)")
_AFTERWARDS = re.compile(
    r"\b(?:issued?|expir\w*|exp\.|valid|date of|under (?:the )?name|in the name|made out|born)\b", re.IGNORECASE
)
#: What stands before a number: as a word where a digit follows on its line, see `_behind_label`. Nothing is given back
#: that was taken, so that a long run of dots or blanks costs no more than its length.
_LABEL = re.compile(
    r"(?P<word>(?:\b(?:number|no|nr|code|ssn)\b|\bn[°º])[.:]*+\s*+(?:n[°º])?+)|^no(?=\d)|:\s", re.IGNORECASE
)
#: Words in the longest name of a country ("Democratic Republic of the Congo" has five); the longest is tried first, for
#: the last three words of "Democratic Republic of Congo" name another country.
_LONGEST_NAME = 6
_TOKEN = re.compile(r"[^\W_][\w/.()-]*")

#: "Passport No. 284158" and the like in the note of an alias; before it at most six words that may name a country, so
#: that a long run of capitals costs no more than its length.
_IN_PROSE = re.compile(
    r"((?:[A-Z][a-z]{1,30} (?:of )?){0,6})\b[Pp]assport (?:[Nn]o|[Nn]umber)[.:]*\s*"
    r"((?:[A-Z]{1,3} )?[A-Z]{0,3}\d[A-Z0-9/-]{3,})"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One document as printed: `kind` is ``Passport`` or ``Identification``, `number` has no blanks."""

    kind: str
    type: str
    number: str | None
    printed: str
    country: str | None = None
    issued: str = ""
    note: str = ""


def documents_in(prose: str) -> Iterator[Document]:
    """Yield the passports that a note names by number."""
    for match in _IN_PROSE.finditer(prose):
        number = match[2].replace(" ", "")
        yield Document("Passport", "Passport", number, match[0].strip(), country_in(match[1]), note=prose)


def document_number(text: str) -> str | None:
    """Return the number among the words of `text`, without blanks; None where there is none.

    A series before it belongs to it: ``series 6023 No 090380`` is ``6023090380``.
    """
    text = re.sub(r"[\u2010-\u2015]", "-", text)
    text = _BRACKETS.sub(" ", _AFTERWARDS.split(text)[0]).strip(" ,.;()")
    text = _SERIES.sub(r"\1 ", re.sub(r"-\s+(?=\d)", "-", text))
    tokens = re.split(r"[\s,]+", _behind_label(text))
    start = next((index for index, token in enumerate(tokens) if _has_digit(token)), None)
    if start is None:
        return None
    if start and re.fullmatch(r"[^\Wa-z_\d]{1,3}(?:-[A-Z]{1,2})?-?", tokens[start - 1]):
        start -= 1
    kept = [tokens[start].upper()]
    for token in tokens[start + 1 :]:
        if not _TOKEN.fullmatch(token) or token != token.upper():
            break
        kept.append(token)
    return "".join(kept).strip(".-:") or None


def _behind_label(text: str) -> str:
    """Return what stands behind the first label of a number, or the text where there is none."""
    line_end, last_digit = -1, -1
    start = 0
    while label := _LABEL.search(text, start):
        if label["word"] is None:
            return text[label.end() :]
        if label.end() > line_end:
            line_end = text.find("\n", label.end())
            line_end = line_end if line_end >= 0 else len(text)
            line = range(line_end - 1, label.end() - 1, -1)
            last_digit = next((place for place in line if text[place].isdecimal()), -1)
        if last_digit >= label.end():
            return text[label.end() :]
        start = label.start() + 1
    return text


def country_in(text: str) -> str | None:
    """Return the country named at the start, the end or in brackets: ``Libyan passport``, ``123, Chad``, ``(US)``."""
    for aside in _BRACKETS.findall(text):
        if found := country_code(aside.strip("()")) or country_in(aside.strip("()")):
            return found
    words = re.findall(r"[^\W\d]+", _BRACKETS.sub(" ", text))
    for length in range(_LONGEST_NAME, 0, -1):
        for part in (words[:length], words[-length:]):
            phrase = " ".join(part)
            if len(phrase) > 3 and (found := country_code(phrase)):
                return found
    return None


def record_of(document: Document, holder: Record, place: str) -> Record:
    """Return the document's record and state its number on the holder.

    The id is made of the number (or of the text, where there is none), so that it is the same in every release.
    """
    mark = document.number or hashlib.sha256(f"{document.printed}{document.note}".encode()).hexdigest()[:12]
    mark = re.sub(r"[^A-Za-z0-9]+", "-", mark).strip("-").lower()
    record = Record(f"{holder.id}-{document.kind.lower()}-{mark}", document.kind)
    record.add("holder", holder.id, place=place)
    record.add("number", document.number, original=document.printed, place=place)
    if document.kind == "Passport":
        record.add("passportNumber", document.number, original=document.printed, place=place)
    record.add("type", document.type, place=place)
    record.add("country", document.country, place=place)
    for day in read_dates(document.issued)[0]:
        record.add("startDate", day, original=document.issued, place=place)
    record.add("description", document.note, place=place)
    own = "passportNumber" if document.kind == "Passport" else "idNumber"
    holder.add(own, document.number, original=document.printed, place=place)
    return record


def _has_digit(token: str) -> bool:
    return any(char.isdigit() for char in token)
