"""A party of the EU's consolidated financial sanctions file, put together from the details that legal acts give.

Each act brings its own names, births and addresses, so the same detail comes again and again: it is
stated once, and every act is a Sanction that tells by ``namesMentioned`` which names it used.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dragoman.lists._documents import PASSPORT, Document, document_number, record_of
from dragoman.lists._printed_names import language, read_names
from dragoman.lists._statements import add_countries, is_absent
from dragoman.lists.reading import Reading
from dragoman.model import Quality, Record, schemata
from dragoman.model.printed_dates import read_dates

NAME = "eu-fsf"
AUTHORITY = "Council of the European Union"

#: Codes of identification types to the property for their number; passports and all others are documents.
_NUMBERS = {
    "fiscalcode": "taxNumber",
    "taxid": "taxNumber",
    "regnumber": "registrationNumber",
    "swiftbic": "swiftBic",
    "bic": "swiftBic",
    "imo": "imoNumber",
    "lei": "leiCode",
}


@dataclass(frozen=True, slots=True)
class Act:
    """A legal act: its number as printed, date, programme and address."""

    number: str
    date: str = ""
    programme: str = ""
    url: str = ""


class Party:
    """Gathers what the file says of one party; `records` gives the party, its documents and its Sanctions."""

    def __init__(self, logical_id: str, schema: str, place: str, reading: Reading) -> None:
        self.record = Record(f"{NAME}-{logical_id}", schema, source=NAME)
        self.place = place
        self.reading = reading
        self._documents: dict[str, Record] = {}
        self._sanctions: dict[tuple[str, str], Record] = {}

    def records(self) -> Iterator[Record]:
        """Yield the party, then what describes it."""
        self.record.add("topics", "sanction", place=self.place)
        yield self.record
        yield from self._documents.values()
        yield from self._sanctions.values()

    def act(self, act: Act, mentioned: str = "") -> Record:
        """State the act as a Sanction, once, and which name it mentions; a detail may leave the programme out."""
        same = (known for known in self._sanctions if known[0] == act.number and act.programme in ("", known[1]))
        key = next(same, (act.number, act.programme))
        if key not in self._sanctions:
            mark = "" if not self._sanctions else "-" + hashlib.sha256("|".join(key).encode()).hexdigest()[:8]
            sanction = Record(f"{self.record.id}-sanction{mark}", "Sanction", source=NAME)
            self._sanctions[key] = sanction
            sanction.add("entity", self.record.id, place=self.place)
            sanction.add("authority", AUTHORITY, place=self.place)
            sanction.add("authorityId", act.number, place=self.place)
            sanction.add("program", act.programme, place=self.place)
        sanction = self._sanctions[key]
        for day in read_dates(act.date)[0]:
            sanction.add("startDate", day, original=act.date, place=self.place)
        sanction.add("sourceUrl", act.url, place=self.place)
        sanction.add("namesMentioned", mentioned, place=self.place)
        return sanction

    def add(self, prop: str, value: str, printed: str | None = None) -> None:
        """State a plain value; one that the schema has no property for becomes a note."""
        if not value or is_absent(value):
            return
        if prop not in schemata.properties(self.record.schema):
            prop, value = "notes", f"{prop}: {value}"
        self.record.add(prop, value, original=printed, place=self.place)

    def name(self, whole: str, *, main: bool, strong: bool = True, lang: str = "") -> None:
        """State a name: the `main` one as name, a weak one as weak alias; `lang` is a two-letter code or empty."""
        quality: Quality = "good" if strong else "weak"
        found = read_names(whole)
        prop = "name" if main else "alias" if strong else "weakAlias"
        for number, name in enumerate(found.names):
            self._name(prop if number == 0 or prop != "name" else "alias", name, whole, quality, lang)
        for short in found.short if self.record.schema != "Person" else ():
            self._name("abbreviation", short, whole, quality, "")
        for former in found.former:
            self._name("previousName", former, whole, quality, lang)
        if found.remarks:
            self.note(whole)

    def _name(self, prop: str, name: str, whole: str, quality: Quality, lang: str) -> None:
        if not any(name == known.value for known in self.record.statements if known.quality):
            code = _language(lang) or language(name)
            self.record.add(prop, name, original=whole, place=self.place, lang=code, quality=quality)

    def birth(self, day: str, printed: str = "") -> None:
        """State the dates that `day` prints; what is no date is kept as a note and warned of."""
        found, left = read_dates(day)
        for value in found:
            self.record.add("birthDate", value, original=printed or day, place=self.place)
        if day and (left or not found):
            self.note(f"birthDate: {printed or day}")
            self.reading.warn(self.place, "part of birthDate is no date and is kept as a note", printed or day)

    def country(self, prop: str, text: str) -> None:
        """State a country given by name or code."""
        if not text or text in ("00", "UNKNOWN"):
            return
        if prop not in schemata.properties(self.record.schema):
            prop = "country"
        add_countries(self.record, self.reading, prop, text, self.place)

    def note(self, text: str) -> None:
        """Keep a remark."""
        text = " ".join(text.split())
        while re.fullmatch(r"\([^()]*\)", text) or re.fullmatch(r"\(\(.*\)\)", text):
            text = text[1:-1]
        self.record.add("notes", text, place=self.place)

    def document(
        self, printed: str, code: str, description: str, country: str | None, *, note: str = "", issued: str = ""
    ) -> None:
        """State a number on the party, and a document where it is one; `code` is the file's type of identification."""
        number = document_number(printed)
        if number is None:
            self.note(f"{description or code}: {printed} {note}")
            if not is_absent(printed):
                self.reading.warn(self.place, "a document without a number is kept as a note", f"{printed} {note}")
            return
        prop = _NUMBERS.get(code.lower())
        if prop and prop in schemata.properties(self.record.schema):
            self.record.add(prop, number, original=printed, place=self.place)
            self.record.add("notes", f"{number}: {note}" if note else None, place=self.place)
            return
        is_passport = bool(PASSPORT.search(f"{code} {description}")) or note.lower().startswith("passport")
        kind = "Passport" if is_passport and self.record.schema == "Person" else "Identification"
        record = record_of(
            Document(kind, description or code, number, printed, country, issued, note), self.record, self.place
        )
        record.source = NAME
        known = self._documents.setdefault(record.id, record)
        if known is not record:
            for stated in record.statements:
                known.add(stated.prop, stated.value, original=stated.original, place=stated.place)


def _language(code: str) -> str | None:
    """Return the ISO 639-3 code that FollowTheMoney uses for a two-letter one."""
    from rigour.langs import iso_639_alpha3

    return iso_639_alpha3(code.lower()) if code else None
