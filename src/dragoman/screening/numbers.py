"""Numbers that tell a party apart: documents, registrations, vessels, wallets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

from dragoman.model import Record
from dragoman.model.identifiers import normalise_identifier
from dragoman.model.schemata import properties
from dragoman.model.wallets import normalise_wallet

#: Which numbers may equal one another: a passport number in one source is an identity number in the next.
KINDS = {
    "document": ("passportNumber", "idNumber", "socialSecurityNumber", "number"),
    "registration": (
        "registrationNumber",
        "taxNumber",
        "vatCode",
        "innCode",
        "ogrnCode",
        "okpoCode",
        "uscCode",
        "dunsCode",
    ),
    "lei": ("leiCode",),
    "bank": ("swiftBic",),
    "vessel": ("imoNumber",),
    "radio": ("mmsi",),
    "aircraft": ("serialNumber", "icaoCode"),
    "wallet": ("publicKey", "cryptoAddress"),
    "account": ("accountNumber", "iban", "accountId"),
    "licence": ("licenseNumber",),
    "contact": ("email", "phone"),
}
_KIND_OF = {prop: kind for kind, props in KINDS.items() for prop in props}

#: Numbers shorter than this are too common to tell anyone apart.
_SHORTEST = 5


class Number(NamedTuple):
    """One number: its kind, its normal form, and as it was written."""

    kind: str
    value: str
    written: str

    @property
    def hash(self) -> int:
        """64-bit hash of kind and normal form."""
        return int.from_bytes(blake2b(f"{self.kind}:{self.value}".encode(), digest_size=8).digest(), "big")


@cache
def numbered_properties(schema: str) -> dict[str, str]:
    """Return the properties of a schema that hold numbers, with their kind."""
    return {prop: _KIND_OF[prop] for prop in properties(schema) if prop in _KIND_OF}


def numbers_of(record: Record) -> Iterator[Number]:
    """Yield the numbers of a record that can tell a party apart."""
    for statement in record.statements:
        kind = _KIND_OF.get(statement.prop)
        if kind is None:
            continue
        value = normalise_wallet(statement.value) if kind == "wallet" else normalise_identifier(statement.value)
        if kind == "vessel":
            value = value.removeprefix("IMO")
        digits = sum(char.isdigit() for char in value)
        if len(value) >= _SHORTEST and (kind in ("wallet", "bank", "contact") or digits >= _SHORTEST - 1):
            yield Number(kind, value, statement.value)
