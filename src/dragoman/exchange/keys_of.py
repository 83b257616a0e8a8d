"""Keys of a record or query: what private matching compares.

A key is a kind and a text in one spelling: a document number with its country, an IBAN, a wallet, a phone
(E.164), an e-mail address, a handle, or a pair of a name's words with a day or year of birth.
Both sides make them with this module; a change of its rules is a change of `VERSION`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, get_args

from dragoman.errors import ValueRefused
from dragoman.exchange.indicators import email_address, phone_number, read_indicator
from dragoman.exchange.keys_of_names import birth_keys, lone_word, name_pairs
from dragoman.model import Record
from dragoman.model.identifiers import iban, normalise_identifier
from dragoman.model.wallets import normalise_wallet

KeyKind = Literal["document", "iban", "wallet", "phone", "email", "handle", "name-day", "name-year"]
KINDS: tuple[KeyKind, ...] = get_args(KeyKind)
#: Kinds that say who is meant by themselves. ``name-year`` meets strangers, too: see the documentation.
SURE_KINDS: tuple[KeyKind, ...] = KINDS[:-1]

#: Part of every key. Lists and questions made by different rules never meet, rather than meet by half.
VERSION = "dragoman-key-1"

_NUMBERS = ("passportNumber", "idNumber", "number", "socialSecurityNumber", "personalNumber")
_NATIONS = ("country", "nationality", "citizenship", "jurisdiction")
#: Shorter numbers are too easily guessed or shared.
_SHORTEST = 5


class MatchKey(NamedTuple):
    """A kind and a text in one spelling, such as ``("document", "ng:A01234567")``."""

    kind: KeyKind
    text: str

    @property
    def content(self) -> bytes:
        """What the oblivious function is computed of."""
        return f"{VERSION}\x1f{self.kind}\x1f{self.text}".encode()


def keys_of(record: Record, kinds: Iterable[KeyKind] = KINDS, *, region: str | None = None) -> list[MatchKey]:
    """Return the distinct keys of a record, of the kinds asked for.

    Documents and wallets that stand in records of their own (property ``holder``) give their own keys;
    whoever publishes a list puts all its records in. `region` is the country (ISO 3166) of phone
    numbers without country code.
    """
    wanted = set(kinds)
    found = (*_documents(record), *_accounts(record), *_contacts(record, region), *_named(record))
    return list(dict.fromkeys(key for key in found if key.kind in wanted))


def keys_of_all(
    records: Iterable[Record], kinds: Iterable[KeyKind] = KINDS, *, region: str | None = None
) -> Iterator[tuple[MatchKey, str]]:
    """Yield every key of some records with the id of its record (of its holder, where it has one)."""
    wanted = tuple(kinds)
    for record in records:
        owner = record.first("holder", "owner") or record.id
        for key in keys_of(record, wanted, region=region):
            yield key, owner


def document_key(number: str, country: str) -> MatchKey | None:
    """Return the key of a document number and the country (ISO 3166, two letters) that issued it, if it has one."""
    plain, nation = normalise_identifier(number), country.strip().lower()
    if len(plain) < _SHORTEST or not any(char.isdigit() for char in plain) or not nation:
        return None
    return MatchKey("document", f"{nation}:{plain}")


def _documents(record: Record) -> Iterator[MatchKey]:
    """A number without country is asked under each country of the person: lists often leave the issuer out."""
    nations = record.values(*_NATIONS)
    for number in record.values(*_NUMBERS):
        for nation in nations:
            if key := document_key(number, nation):
                yield key


def _accounts(record: Record) -> Iterator[MatchKey]:
    for text in record.values("iban", "accountNumber"):
        if number := iban(text):
            yield MatchKey("iban", number)
    for text in record.values("publicKey", "cryptoAddress"):
        if address := normalise_wallet(text):
            yield MatchKey("wallet", address)


def _contacts(record: Record, region: str | None) -> Iterator[MatchKey]:
    for text in record.values("phone"):
        if phone := phone_number(text, region):
            yield MatchKey("phone", phone)
    for text in record.values("email"):
        if address := email_address(text):
            yield MatchKey("email", address)
    for name in record.values("username"):
        for service in record.values("service") or [""]:
            try:
                yield MatchKey("handle", read_indicator("handle", name, service=service).text)
            except ValueRefused:  # a name without its service says too little to be a key
                continue


def _named(record: Record) -> Iterator[MatchKey]:
    births = [birth_keys(date) for date in record.values("birthDate")]
    days = dict.fromkeys(day for listed, _ in births for day in listed)
    years = dict.fromkeys(year for _, listed in births for year in listed)
    if not years and not days:
        return
    pairs = dict.fromkeys(pair for name in record.names for pair in name_pairs(name))
    for pair in pairs:
        yield from (MatchKey("name-day", f"{pair}@{day}") for day in days)
        yield from (MatchKey("name-year", f"{pair}@{year}") for year in years)
    if not pairs:  # one word says too little to be asked with no more than a year
        words = dict.fromkeys(word for name in record.names for word in lone_word(name))
        yield from (MatchKey("name-day", f"{word}@{day}") for word in words for day in days)
