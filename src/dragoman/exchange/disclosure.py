"""The ledger of disclosures: each object, to whom it went, under what, when; its receipt; and where it went from there.

Pure functions over rows; the node keeps the rows and hands in those of an object.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from dragoman.errors import MessageRefused
from dragoman.exchange.canonical import digest
from dragoman.exchange.messages_typed import typed
from dragoman.exchange.policy_onward import moment


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One object that one node gave to one recipient: a row of the ledger.

    `digest` is of the object's content, `agreement` a hash and `clause` what allowed it, `letter` what it travelled in.
    """

    object: str
    digest: str
    giver: str
    recipient: str
    agreement: str
    clause: str
    purpose: str
    data_class: str
    at: datetime
    letter: str

    @property
    def id(self) -> str:
        """The same on both sides: the digest of what a row says."""
        return digest(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """Return the row as it travels: a holder tells the originator of what it passed on."""
        row = {name: getattr(self, name) for name in self.__slots__}
        return row | {"at": self.at.isoformat()}

    @classmethod
    def from_json(cls, found: Any) -> Disclosure:
        """Read what `to_json` wrote. Raises MessageRefused."""
        try:
            return typed(cls(**{**found, "at": moment(found["at"])}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not a disclosure: {error}", remedy="ask the partner to send it again") from error


@dataclass(frozen=True, slots=True)
class Receipt:
    """The recipient has what a disclosure says, since `at`. It is part of a signed letter."""

    disclosure: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return the receipt as it travels."""
        return {"disclosure": self.disclosure, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, found: Any) -> Receipt:
        """Read what `to_json` wrote. Raises MessageRefused."""
        try:
            return typed(cls(found["disclosure"], moment(found["at"])))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not a receipt: {error}", remedy="ask the partner to send it again") from error


class Ledger(Protocol):
    """Where the rows are kept."""

    def of_object(self, object_id: str) -> Iterable[Disclosure]:
        """Return all disclosures of an object that are known here: own ones, and onward ones that holders told of."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A node that holds an object, what it received it by, and those that it passed it on to."""

    node: str
    by: Disclosure
    received: datetime | None
    onward: tuple[Holder, ...] = field(default=())


def holders(giver: str, rows: Iterable[Disclosure], receipts: Iterable[Receipt]) -> tuple[Holder, ...]:
    """Return who holds an object, as a tree that begins at `giver`.

    A node stands once on each way to it; circles end.
    """
    known = {receipt.disclosure: receipt.at for receipt in receipts}
    by_giver: dict[str, list[Disclosure]] = {}
    for row in sorted(set(rows), key=lambda row: (row.at, row.recipient)):
        by_giver.setdefault(row.giver, []).append(row)

    def below(node: str, above: frozenset[str]) -> tuple[Holder, ...]:
        latest = {row.recipient: row for row in by_giver.get(node, ()) if row.recipient not in above}
        return tuple(Holder(name, row, known.get(row.id), below(name, above | {name})) for name, row in latest.items())

    return below(giver, frozenset({giver}))


def reach(tree: Iterable[Holder]) -> frozenset[str]:
    """Return all nodes that hold an object, onward ones included."""
    return frozenset(node for holder in tree for node in (holder.node, *reach(holder.onward)))


def without_receipt(rows: Iterable[Disclosure], receipts: Iterable[Receipt]) -> list[Disclosure]:
    """Return the disclosures that the recipient has not confirmed."""
    known = {receipt.disclosure for receipt in receipts}
    return [row for row in rows if row.id not in known]
