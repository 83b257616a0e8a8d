"""Deconfliction: two nodes have an interest in one subject; each is told so, and whose only if both agreed.

Interests are kept by whoever both trust to compare them (a node that both have an agreement with). What they are about
is an opaque token, made alike by all (private matching), so that who compares learns no name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragoman.errors import MessageRefused
from dragoman.exchange.messages_typed import texts, typed
from dragoman.exchange.policy_onward import moment


@dataclass(frozen=True, slots=True)
class Interest:
    """A node has an interest in what the token stands for, from `at` until `ends`.

    `open_to` are the nodes that may learn whose interest it is: ``None`` all of them, empty nobody. `contact` is the
    desk that they may then call.
    """

    node: str
    token: str
    at: datetime
    ends: datetime
    open_to: frozenset[str] | None = frozenset()
    contact: str = ""

    def shows_to(self, node: str) -> bool:
        """Tell whether that node may learn whose interest it is."""
        return self.open_to is None or node in self.open_to

    def to_json(self) -> dict[str, Any]:
        """Return the interest as it travels."""
        found = {
            "node": self.node, "token": self.token, "at": self.at.isoformat(), "ends": self.ends.isoformat(),
            "contact": self.contact,
        }  # fmt: skip
        return found if self.open_to is None else found | {"open_to": sorted(self.open_to)}

    @classmethod
    def from_json(cls, found: Any) -> Interest:
        """Read what `to_json` wrote. Raises MessageRefused."""
        try:
            open_to = frozenset(texts(found["open_to"])) if "open_to" in found else None
            at, ends = moment(found["at"]), moment(found["ends"])
            return typed(cls(**{**found, "at": at, "ends": ends, "open_to": open_to}))
        except (TypeError, ValueError, KeyError) as error:
            raise MessageRefused(f"not an interest: {error}", remedy="ask the partner to send it again") from error


@dataclass(frozen=True, slots=True)
class Overlap:
    """What one node is told: somebody else has an interest in this token too.

    `other` and `contact` only where both agreed.
    """

    to: str
    token: str
    other: str = ""
    contact: str = ""


def deconflict(interests: Iterable[Interest], now: datetime) -> tuple[Overlap, ...]:
    """Return what is to be told to whom, in a fixed order.

    Names are told only where each is open to the other. Those who stay unnamed are one overlap, however many they
    are: a count would tell more than that there is an interest.
    """
    current: dict[tuple[str, str], Interest] = {}
    for each in sorted(interests, key=lambda each: each.at):
        if each.at <= now < each.ends:
            current[each.token, each.node] = each
    told: set[Overlap] = set()
    by_token: dict[str, list[Interest]] = {}
    for each in current.values():
        by_token.setdefault(each.token, []).append(each)
    for token, together in by_token.items():
        for one in together:
            for other in together:
                if one is not other:
                    both = one.shows_to(other.node) and other.shows_to(one.node)
                    told.add(Overlap(one.node, token, other.node if both else "", other.contact if both else ""))
    return tuple(sorted(told, key=lambda each: (each.token, each.to, each.other)))
