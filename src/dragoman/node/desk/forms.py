"""What people type on the desk's pages, turned into queries and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dragoman.errors import QueryRefused
from dragoman.messages.values import build_query
from dragoman.model import Record

#: The kinds of search, each with what is typed and which property and schema it is.
KINDS = {
    "any": ("Anything", "name", None),
    "person": ("Person", "name", "Person"),
    "organization": ("Organisation", "name", "Organization"),
    "vessel": ("Vessel", "name", "Vessel"),
    "document": ("Document number", "idNumber", None),
    "wallet": ("Wallet", "publicKey", "CryptoWallet"),
    "account": ("Account", "iban", "BankAccount"),
}
_FACTS = ("birthDate", "nationality", "country", "gender", "passportNumber", "imoNumber", "birthPlace")


@dataclass(frozen=True, slots=True)
class Search:
    """A search as it was typed: text, kind, facts, lists and threshold."""

    text: str
    kind: str
    facts: dict[str, str]
    lists: tuple[str, ...]
    threshold: float

    @classmethod
    def read(cls, given: Mapping[str, str], lists: list[str]) -> Search:
        """Read a form."""
        kind = given.get("kind", "any")
        try:
            threshold = min(1.0, max(0.5, float(given.get("threshold", "") or 0.7)))
        except ValueError:
            threshold = 0.7
        facts = {name: given[name].strip() for name in _FACTS if given.get(name, "").strip()}
        return cls(given.get("q", "").strip(), kind if kind in KINDS else "any", facts, tuple(lists), threshold)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.text and not self.facts

    def query(self) -> Record:
        """Return the query. Raises QueryRefused, naming the field, where a fact is not understood."""
        _, prop, schema = KINDS[self.kind]
        cells = [(prop, self.text)] if self.text else []
        if self.kind == "document" and self.text:
            cells.append(("passportNumber", self.text))
        built = build_query("", schema, [*cells, *self.facts.items()], "search", split=False)
        if built.unread:
            bad = built.unread[0]
            raise QueryRefused(f"{bad.value!r} is not understood: {bad.reason}", place=bad.prop, remedy=_HOW[bad.prop])
        return built.record

    def pairs(self) -> list[tuple[str, str]]:
        """Return the fields of the form as they were, to be sent again."""
        given: list[tuple[str, Any]] = [("q", self.text), ("kind", self.kind), ("threshold", f"{self.threshold:.2f}")]
        return given + list(self.facts.items()) + [("lists", name) for name in self.lists]


_HOW: dict[str, str] = {
    "birthDate": "write 1971-03-04, 1971-03 or 1971",
    "nationality": "write a country's name or code",
    "country": "write a country's name or code",
    "gender": "write male, female or other",
}
