"""Groups of recipients: who belongs is a pure function of the owner's signed acts.

A group that only grows brings a removed member back whenever an old copy is merged in (MISP #10899). Here each act
about a member has a number: the highest counts, whichever copy it arrives in. A group without members is nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.keys import KeyRing, PrivateKey, check_document, sign_document
from dragoman.exchange.messages_typed import typed
from dragoman.exchange.policy_onward import moment


@dataclass(frozen=True, slots=True)
class Membership:
    """The owner of a group says that a node belongs, or no longer. `number` counts the owner's acts on this group."""

    group: str
    owner: str
    node: str
    belongs: bool
    number: int
    at: datetime
    key: str = ""
    signature: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "group": self.group, "owner": self.owner, "node": self.node, "belongs": self.belongs,
            "number": self.number, "at": self.at.isoformat(),
        }  # fmt: skip

    def signed(self, key: PrivateKey) -> Membership:
        """Return the act with its signature."""
        return replace(self, key=key.public.id, signature=sign_document("membership", self.body(), key))

    def to_json(self) -> dict[str, Any]:
        """Return the act as it travels."""
        return self.body() | {"key": self.key, "signature": self.signature}

    @classmethod
    def from_json(cls, found: Any) -> Membership:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        try:
            return typed(cls(**{**found, "at": moment(found["at"])}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not a membership: {error}", remedy="ask the partner to send it again") from error

    def check(self, ring: KeyRing) -> None:
        """Check that the owner signed it. Raises SignatureRefused."""
        found = ring.find(self.key, self.at)
        if found.node != self.owner:
            raise SignatureRefused(
                f"{found.node} acts on a group of {self.owner}", remedy="only its owner changes a group"
            )
        check_document("membership", self.body(), self.signature, found.key)


def members(acts: Iterable[Membership], group: str, owner: str) -> frozenset[str]:
    """Return who belongs to the group, by checked acts in any order and with any repeats.

    Two acts of one number that contradict each other leave the node out.
    """
    last: dict[str, Membership] = {}
    for act in acts:
        if (act.group, act.owner) != (group, owner):
            continue
        known = last.get(act.node)
        if known is None or act.number > known.number or (act.number == known.number and not act.belongs):
            last[act.node] = act
    return frozenset(node for node, act in last.items() if act.belongs)
