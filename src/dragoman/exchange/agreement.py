"""An agreement: what two nodes may exchange, as a document that both sign.

The document is JSON; its canonical bytes (RFC 8785) have one hash, which both sides evaluate and every act and
disclosure names. A changed word is another agreement: a new version, which says whose place it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from dragoman.exchange.canonical import canonical, digest_bytes
from dragoman.exchange.handling import Colour
from dragoman.exchange.handling_words import words
from dragoman.exchange.keys import PublicKey


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call at a party: a desk, not a person."""

    desk: str
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two nodes."""

    node: str
    name: str
    key: PublicKey
    contact: Contact


@dataclass(frozen=True, slots=True)
class Memorandum:
    """The memorandum, treaty or law that an agreement rests on."""

    title: str
    reference: str
    signed: date


@dataclass(frozen=True, slots=True)
class Clause:
    """What `giver` may give to `receiver`.

    `colour` is the strictest TLP colour that is taken, `codes` are the handling codes that the receiver can keep,
    `roles` those of the giver's people who may release it, `actions` what may be done (``disclose``, ``pass_on``,
    ``match``, ...).
    """

    id: str
    giver: str
    receiver: str
    actions: frozenset[str]
    classes: frozenset[str]
    purposes: frozenset[str]
    colour: Colour
    codes: frozenset[str]
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `count` of an action on a class of data within `hours`, in one direction or both alike."""

    action: str
    data_class: str
    count: int
    hours: int


@dataclass(frozen=True, slots=True)
class OwnPurpose:
    """A purpose that only these two know: what it means, and whether it is one of fighting crime (H0)."""

    title: str
    crime: bool


@dataclass(frozen=True)
class Agreement:
    """An agreement that was read and has no faults. `document` is what is signed; all else is read from it.

    `onward` is ``never``, ``leave`` (asked of the originator case by case) or ``colour`` (as TLP has it). `retention`
    gives the days a class may be kept, `answers` the hours in which a request of an urgency is answered, `authors` is
    ``named`` or ``stripped``, `references` is ``cut`` (an object may leave without what it may lack) or ``whole``.
    """

    document: Mapping[str, Any] = field(repr=False)
    id: str
    version: int
    supersedes: str | None
    title: str
    memorandum: Memorandum
    parties: tuple[Party, Party]
    clauses: tuple[Clause, ...]
    onward: str
    retention: Mapping[str, int]
    quotas: tuple[Quota, ...]
    answers: Mapping[str, int]
    authors: str
    references: str
    own_purposes: Mapping[str, OwnPurpose]
    starts: datetime
    ends: datetime

    @cached_property
    def content(self) -> bytes:
        """The canonical bytes."""
        return canonical(self.document)

    @cached_property
    def hash(self) -> str:
        """What both sides evaluate: ``sha-256:`` and the digest of the canonical bytes."""
        return digest_bytes(self.content)

    @property
    def name(self) -> str:
        """How a sentence names it: its title and version."""
        return f"{self.title} (version {self.version})"

    @cached_property
    def crime(self) -> frozenset[str]:
        """The purposes that H0 means, own ones included."""
        return words().crime | {name for name, own in self.own_purposes.items() if own.crime}

    def party(self, node: str) -> Party | None:
        """Return the party of that node id."""
        return next((each for each in self.parties if each.node == node), None)

    def other(self, node: str) -> Party:
        """Return the party that is not that node."""
        return self.parties[1] if self.parties[0].node == node else self.parties[0]

    def purpose_title(self, purpose: str) -> str:
        """Return how a person reads the purpose."""
        own = self.own_purposes.get(purpose)
        return own.title if own is not None else words().purposes.get(purpose, purpose)
