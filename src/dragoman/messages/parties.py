"""A message as read: its parties with their roles, and what else of it is screened, shown or mapped.

Every reader of messages is a module with two functions:

``recognise(head: bytes) -> bool``
    tells by the first 64 KiB whether the input is of its format. Raises nothing.
``read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]``
    yields messages one by one, in constant memory; `name` is what the source is called in places.
    What is wrong with one message is among its `problems`, and reading goes on. Where it cannot go
    on, what was read of the last message has been yielded, and QueryRefused says what was expected
    and found, and how much was read before.

A file of many transactions gives one message for each of them. What they share (the debtor of a
batch, the agents of the envelope) is the very same `Party` in each, so it need be screened only once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from dragoman.errors import QueryRefused
from dragoman.model import Record


class Fact(msgspec.Struct, frozen=True, gc=False):
    """A piece of a message that is no statement of a party's record, in the message's own words.

    `kind` says what it is: ``remittance``, ``regulatory_reporting``, ``end_to_end_id``,
    ``clearing_member``, ``payment_card`` (masked), ``seat``, ...
    """

    kind: str
    value: str
    place: str


class Amount(msgspec.Struct, frozen=True, gc=False):
    """An amount as a decimal text with a point (``15669.38``), its currency (ISO 4217), and of what it is."""

    kind: str
    value: str
    currency: str
    place: str


class BankAccount(msgspec.Struct, frozen=True, gc=False):
    """An account: `kind` is ``iban``, ``proxy`` (a phone number, an alias), ``wallet`` or ``other``.

    `valid` is the verdict of the check digits or checksum; None where there are none to verify.
    """

    number: str
    kind: str
    valid: bool | None
    place: str
    currency: str | None = None


class IdentityDocument(msgspec.Struct, frozen=True, gc=False):
    """A document that a party bears: `kind` is passport, visa, identity_card, ... or the code as written.

    `country` is who issued it (FollowTheMoney's code), `expiry` and `issued` are days (``2030-11-15``).
    """

    kind: str
    number: str
    country: str | None
    expiry: str | None
    place: str
    issued: str | None = None


class Party(msgspec.Struct, frozen=True):
    """One party in one role.

    `role` is a word of the field: debtor, creditor, ultimate_debtor, ultimate_creditor, initiating_party,
    debtor_agent, creditor_agent, instructing_agent, instructed_agent, intermediary_agent_1 to 3,
    previous_instructing_agent_1 to 3, account_owner, account_servicer, sender, receiver, traveller, ...
    `underlying_` before it means the customer transfer that a cover payment covers, `original_` the
    payment that is returned, cancelled or reported on. `record` is what is screened; it bears the
    account numbers too. `place` is where the party stands in the input.
    """

    role: str
    record: Record
    place: str
    accounts: tuple[BankAccount, ...] = ()
    facts: tuple[Fact, ...] = ()
    documents: tuple[IdentityDocument, ...] = ()


class Leg(msgspec.Struct, frozen=True):
    """One leg of a journey.

    Places are IATA or UN/LOCODE codes as written. Times are ISO 8601 to the precision given, local to
    their place (``2024-05-01T13:05``), with an offset where one is known.
    """

    origin: str | None
    destination: str | None
    departs: str | None
    arrives: str | None
    carrier: str | None
    number: str | None
    place: str
    facts: tuple[Fact, ...] = ()


class Journey(msgspec.Struct, frozen=True):
    """Legs in the order of travel."""

    legs: tuple[Leg, ...]
    place: str


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Something of a message that could not be read: where, what was expected, what was found (shortened)."""

    place: str
    expected: str
    found: str


class Message(msgspec.Struct, frozen=True):
    """One message, or one transaction of a message of many.

    `format` is the message's own name of its type (``pacs.008.001.08``, ``MT103``, ``IVMS101``, ``PAXLST``).
    `id` is the sender's reference. `place` is where it stands: file, and path or line within. A message
    with `problems` was read in part.
    """

    format: str
    id: str | None
    place: str
    parties: tuple[Party, ...] = ()
    amounts: tuple[Amount, ...] = ()
    texts: tuple[Fact, ...] = ()
    references: tuple[Fact, ...] = ()
    dates: tuple[Fact, ...] = ()
    journeys: tuple[Journey, ...] = ()
    problems: tuple[Problem, ...] = ()

    def by_role(self, role: str) -> list[Party]:
        """Return the parties in that role, in the message's order."""
        return [party for party in self.parties if party.role == role]

    def to_json(self) -> dict[str, Any]:
        """Return plain values, no empty parts; a record is ``{"id", "schema", "properties": {name: [values]}}``."""
        plain: dict[str, Any] = _plain(self)
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        properties: dict[str, list[str]] = {}
        for known in value.statements:
            properties.setdefault(known.prop, []).append(known.value)
        return {"id": value.id, "schema": value.schema, "properties": properties}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, msgspec.Struct):
        pairs = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {key: _plain(part) for key, part in pairs if part is not None and part != ()}
    return value


def refusal(place: str, expected: str, found: str, read: int) -> QueryRefused:
    """Return the error for an input that cannot be read on: `read` messages were read before `place`."""
    so_far = "nothing was read before" if not read else f"{read} message{'s were' if read > 1 else ' was'} read before"
    return QueryRefused(
        f"expected {expected}, found {found}; {so_far}",
        place=place,
        remedy="what follows was not read and is not screened: ask the sender for the whole message",
    )


@contextmanager
def opened(source: Path | BinaryIO, name: str | None = None) -> Iterator[tuple[BinaryIO, str]]:
    """Yield the byte stream of a source and what to call it. Raises QueryRefused where a path cannot be opened."""
    if not isinstance(source, Path):
        yield source, name or str(getattr(source, "name", "") or "input")
        return
    try:
        stream = source.open("rb")
    except OSError as error:
        raise QueryRefused(
            f"cannot be opened: {error.strerror}", place=name or source.name, remedy="check the path"
        ) from error
    with stream:
        yield stream, name or source.name
