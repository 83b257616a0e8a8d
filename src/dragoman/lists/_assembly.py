"""A party being put together from what one publisher says of it, with the records that describe it.

Used by readers whose parties come with documents, wallets and links: each lands on the party, so that it
can be screened alone, and in a record of its own, which keeps type, country and dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.lists._statements import slug, tidy
from dragoman.lists.reading import Reading
from dragoman.model import Record, schemata
from dragoman.model.identifiers import bic, imo_company_number, imo_number, lei
from dragoman.model.record import Quality
from dragoman.model.wallets import WalletCheck, check_wallet, normalise_wallet

_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV"})
_VERIFIED = {
    "imoNumber": lambda text: imo_number(text) or imo_company_number(text),
    "leiCode": lei,
    "swiftBic": bic,
}


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name printed as ``LAST, First``: in natural order, and its parts where the print tells them apart."""

    full: str
    last: str | None = None
    first: str | None = None
    suffix: str | None = None


def person_name(printed: str) -> PersonName:
    """Read ``LAST, First``, ``LAST, First, Jr.`` and ``LAST, JR., First``; a name without comma stays whole."""
    parts = [part for part in map(tidy, printed.split(",")) if part]
    suffix = next((part for part in parts[1:] if part.rstrip(".").upper() in _SUFFIXES), None)
    parts = [part for part in parts if part is not suffix]
    if len(parts) < 2:
        return PersonName(" ".join([*parts, *filter(None, [suffix])]), suffix=suffix)
    last, first = parts[0], " ".join(parts[1:])
    return PersonName(" ".join(filter(None, [first, last, suffix])), last, first, suffix)


@dataclass(slots=True)
class Document:
    """A document as printed: its number and what stands around it. Dates are in the EDTF subset, country is a code."""

    number: str
    kind: str
    country: str | None = None
    issued: str | None = None
    expires: str | None = None
    printed: str | None = None
    authority: str | None = None


@dataclass(slots=True)
class Assembly:
    """The party, its sanction, and the records that describe it; `place` is where the reader stands."""

    party: Record
    sanction: Record
    reading: Reading
    place: str
    described: list[Record] = field(default_factory=list)

    @classmethod
    def begin(cls, identity: str, schema: str, reading: Reading, place: str) -> Assembly:
        """Start a party of that id and schema, with its sanction."""
        party, sanction = Record(identity, schema), Record(f"{identity}-sanction", "Sanction")
        sanction.add("entity", identity, place=place)
        return cls(party, sanction, reading, place)

    def records(self) -> Iterator[Record]:
        """Yield the party, then its sanction, then the others."""
        yield self.party
        yield self.sanction
        yield from self.described

    def note(self, text: str) -> None:
        """Keep a text that no property is made for."""
        self.party.add("notes", text, place=self.place)

    def state(self, prop: str, value: str | None, original: str | None = None) -> bool:
        """State a value of the party; False where its schema has no such property."""
        if prop not in schemata.properties(self.party.schema):
            return False
        self.party.add(prop, value, original=original, place=self.place)
        return True

    def become_company(self) -> None:
        """Turn an organisation into a company, once something is said of it that only companies have."""
        if self.party.schema == "Organization":
            self.party.schema = "Company"

    def name(self, prop: str, printed: str, *, quality: Quality = "good", lang: str | None = None) -> None:
        """State a name; a person's is put into natural order, as printed in `original`."""
        value = person_name(printed).full if self.party.schema == "Person" else tidy(printed)
        self.party.add(prop, value, original=printed, place=self.place, quality=quality, lang=lang)

    def document(self, schema: str, prop: str, document: Document) -> None:
        """State a document's number on the party, and add the record of the document."""
        number = "".join(document.number.split())
        verify = _VERIFIED.get(prop)
        if verify is not None and (checked := verify(number)) is not None:
            number = checked
        elif verify is not None and prop == "leiCode":  # other registers' numbers go by the same label
            prop = "registrationNumber"
        elif verify is not None:
            self.reading.warn(self.place, f"the {prop} does not verify and is kept as printed", document.number)
        if prop in ("bikCode", "isinCode"):
            self.become_company()
        original = document.printed or document.number
        if not self.state(prop, number, original) and not self.state("idNumber", number, original):
            self.note(f"{document.kind} {original}")
        self._add(self._document_record(schema, number, document))

    def _document_record(self, schema: str, number: str, document: Document) -> Record:
        record = Record(f"{self.party.id}-{slug(document.kind)}-{slug(number)}", schema)
        record.add("holder", self.party.id, place=self.place)
        record.add("number", number, original=document.number, place=self.place)
        if schema == "Passport":
            record.add("passportNumber", number, original=document.number, place=self.place)
        record.add("type", document.kind, place=self.place)
        record.add("country", document.country, place=self.place)
        record.add("startDate", document.issued, place=self.place)
        record.add("endDate", document.expires, place=self.place)
        record.add("authority", document.authority, place=self.place)
        record.add("description", document.printed if document.printed != document.number else None, place=self.place)
        return record

    def wallet(self, printed: str, currency: str | None) -> None:
        """Add a wallet that the party holds."""
        wallet, _ = wallet_record(f"{self.party.id}-wallet", printed, currency, self.reading, self.place)
        wallet.add("holder", self.party.id, place=self.place)
        self._add(wallet)

    def _add(self, record: Record) -> None:
        """Add a record, or what it says beyond a record of the same id."""
        for known in self.described:
            if known.id == record.id:
                for stated in record.statements:
                    known.add(stated.prop, stated.value, original=stated.original, place=stated.place)
                return
        self.described.append(record)


def wallet_record(
    prefix: str, printed: str, currency: str | None, reading: Reading, place: str
) -> tuple[Record, WalletCheck]:
    """Return a wallet's record, its address verified. One whose checksum fails is kept, with a note and a warning."""
    check = check_wallet(printed, currency)
    address = normalise_wallet(printed)
    wallet = Record(f"{prefix}-{slug(address)}", "CryptoWallet")
    if not address.islower():  # base58 addresses may differ in case alone
        wallet.id = f"{prefix}-{''.join(letter for letter in address if letter.isalnum())}"
    wallet.add("publicKey", address, original=printed, place=place)
    wallet.add("currency", check.currency, original=currency, place=place)
    if check.valid is False:
        wallet.add("notes", f"address kept although it does not verify: {check.reason}", place=place)
        reading.warn(place, f"wallet address does not verify: {check.reason}", printed)
    if check.folded:
        wallet.add("notes", "look-alike letters of other alphabets were folded to Latin", place=place)
        reading.warn(place, "wallet address holds look-alike letters of other alphabets, folded", printed)
    return wallet, check


def first_bytes(path: Path, count: int = 4096) -> bytes:
    """Return the beginning of a file, by which to recognise the one file of a folder."""
    with path.open("rb") as stream:
        return stream.read(count)
