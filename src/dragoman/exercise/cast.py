"""Who is in the exercise: listed parties, customers, and what is to be found out about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from dragoman.exercise.wallets import wallet_address

Answer = Literal["match", "namesake", "near miss", "clear"]


@dataclass(frozen=True, slots=True)
class Party:
    """A listed party. `born` is a date or a year; `country` an English name; `imo` seven digits.

    `since` ``second`` says that the party came with the second release of its list, `until` ``first`` that it left
    with it; `added` are aliases that are new in the second.
    """

    key: str
    list: str
    schema: str
    given: str = ""
    family: str = ""
    name: str = ""
    native: str = ""
    good: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    born: str = ""
    place: str = ""
    country: str = ""
    gender: str = ""
    passport: str = ""
    imo: str = ""
    programme: str = ""
    since: str = "first"
    until: str = "second"
    lookalike: bool = False

    @property
    def latin(self) -> str:
        """The name in Latin letters, given name first; empty where the list has none."""
        return self.name or " ".join(filter(None, (self.given, self.family)))

    @property
    def wallet(self) -> str:
        """The address of a wallet: made from its name, so that nobody holds the key."""
        return wallet_address(self.name) if self.schema == "CryptoWallet" else ""

    @property
    def number(self) -> int:
        """A number of six digits for the publisher to know the party by, the same in every release."""
        return 900_000 + int.from_bytes(sha256(self.key.encode()).digest()[:4], "big") % 100_000


@dataclass(frozen=True, slots=True)
class Customer:
    """A query of which the answer is known; `party` is the key of the listed party that the answer is about."""

    answer: Answer
    why: str
    party: str = ""
    name: str = ""
    schema: str = "Person"
    born: str = ""
    country: str = ""
    passport: str = ""
    imo: str = ""
    wallet: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """All parties and all customers, the planted ones first."""

    parties: tuple[Party, ...]
    customers: tuple[Customer, ...] = field(default=())

    def party(self, key: str) -> Party:
        """Return the party of a key."""
        return next(party for party in self.parties if party.key == key)

    def listed(self, name: str) -> list[Party]:
        """Return the parties of one list, in the order in which it prints them."""
        return [party for party in self.parties if party.list == name]


def cast() -> World:
    """Return the planted parties and customers."""
    table = load_table("cast")
    parties = tuple(_party(row) for row in table["parties"])
    known = {party.key: party for party in parties}
    customers = []
    for row in table["customers"]:
        wallet = known[row["party"]].wallet if row.get("schema") == "CryptoWallet" else ""
        customers.append(Customer(**row, wallet=wallet))
    return World(parties, tuple(customers))


def _party(row: dict[str, Any]) -> Party:
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Party(**values)


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return a table of the exercise: ``cast`` or ``crowd``."""
    import yaml

    text = files("dragoman.exercise").joinpath(f"data/{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
