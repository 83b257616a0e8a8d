"""Handling: what may be done with a statement, a record, or anything else that is exchanged.

A restriction that is not there is ``None``; one that is empty lets nobody, or no purpose, through. The two are never
taken for each other (an empty group that meant everybody is how MISP published to all, #4200).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Any

from dragoman.errors import MessageRefused
from dragoman.exchange.handling_words import words


class Colour(IntEnum):
    """TLP 2.0 (FIRST, 2022), from the freest to the strictest."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The colour as it is printed: ``TLP:AMBER+STRICT``."""
        return f"TLP:{self.word}"

    @property
    def word(self) -> str:
        """The colour as it stands in documents: ``AMBER+STRICT``."""
        return self.name.replace("_", "+")

    @property
    def onward(self) -> str:
        """Whether a recipient may share it with another agency: ``free``, or with ``leave`` of its source."""
        return words().onward[self.word]

    @classmethod
    def read(cls, text: str) -> Colour:
        """Read ``TLP:AMBER+STRICT`` or ``amber+strict``; WHITE of TLP 1.0 is CLEAR. Raises MessageRefused."""
        word = text.upper().strip().removeprefix("TLP:").strip()
        word = {"WHITE": "CLEAR"}.get(word, word)
        for each in cls:
            if each.word == word:
                return each
        known = ", ".join(each.word for each in cls)
        raise MessageRefused(f"{text!r} is no colour of TLP 2.0", remedy=f"use one of {known}")


@dataclass(frozen=True, slots=True)
class Handling:
    """What may be done with something.

    `codes` are handling codes (H0 to H3), `restrictions` the texts that H3 speaks of. `purposes` and `recipients`
    (node ids) narrow where they are not None. `originators` are the nodes whose it is, `basis` the laws it was
    gathered under, `keep_until` the last day on which it may be kept, `agreements` the hashes of those it came under.
    """

    colour: Colour
    originators: frozenset[str]
    codes: frozenset[str] = frozenset()
    purposes: frozenset[str] | None = None
    recipients: frozenset[str] | None = None
    restrictions: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    keep_until: date | None = None
    agreements: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = sorted(self.codes - words().codes.keys())
        if unknown:
            raise MessageRefused(f"no handling code {unknown[0]!r}", remedy="use H0, H1, H2 or H3")
        if bool(self.restrictions) != ("H3" in self.codes):
            raise MessageRefused("H3 and the text of its restriction go together", remedy="give both, or neither")
        if self.colour is Colour.RED and self.recipients is None:
            raise MessageRefused("TLP:RED names its recipients", remedy="list them, or choose another colour")

    def kept_at(self, moment: datetime) -> bool:
        """Tell whether it may still be kept: until the end of the day `keep_until`, in UTC."""
        return self.keep_until is None or moment < end_of(self.keep_until)

    def to_json(self) -> dict[str, Any]:
        """Return the handling as a JSON object, without what it does not restrict."""
        found: dict[str, Any] = {"tlp": self.colour.word, "originators": sorted(self.originators)}
        for name in ("codes", "agreements"):
            if getattr(self, name):
                found[name] = sorted(getattr(self, name))
        for name in ("purposes", "recipients"):
            if getattr(self, name) is not None:
                found[name] = sorted(getattr(self, name))
        for name in ("restrictions", "basis"):
            if getattr(self, name):
                found[name] = list(getattr(self, name))
        if self.keep_until is not None:
            found["keep_until"] = self.keep_until.isoformat()
        return found

    @classmethod
    def from_json(cls, found: Any) -> Handling:
        """Read what `to_json` wrote. Raises MessageRefused; an unknown key is refused, as it may be a restriction."""
        if not isinstance(found, dict) or not found.keys() <= _KEYS or not isinstance(found.get("tlp"), str):
            raise MessageRefused(
                "not a handling", remedy=f"give an object with tlp and, of {sorted(_KEYS)}, no other key"
            )
        until = found.get("keep_until")
        try:
            keep_until = None if until is None else date.fromisoformat(until)
        except (ValueError, TypeError) as error:
            raise MessageRefused(f"{until!r} is no day", remedy="write keep_until as 2027-12-31") from error
        return cls(
            colour=Colour.read(found["tlp"]),
            originators=frozenset(_texts(found, "originators") or ()),
            codes=frozenset(_texts(found, "codes") or ()),
            purposes=_narrowed(found, "purposes"),
            recipients=_narrowed(found, "recipients"),
            restrictions=tuple(_texts(found, "restrictions") or ()),
            basis=tuple(_texts(found, "basis") or ()),
            keep_until=keep_until,
            agreements=frozenset(_texts(found, "agreements") or ()),
        )


_KEYS = frozenset(
    ("tlp", "originators", "codes", "purposes", "recipients", "restrictions", "basis", "keep_until", "agreements")
)


def combine(handlings: Iterable[Handling]) -> Handling:
    """Return the handling of a whole whose parts have these: the strictest of each."""
    parts = list(handlings)
    if not parts:
        raise MessageRefused("nothing has no handling", remedy="say how it is to be handled")
    days = [each.keep_until for each in parts if each.keep_until is not None]
    return Handling(
        colour=max(each.colour for each in parts),
        originators=frozenset().union(*(each.originators for each in parts)),
        codes=frozenset().union(*(each.codes for each in parts)),
        purposes=_intersection(each.purposes for each in parts),
        recipients=_intersection(each.recipients for each in parts),
        restrictions=_in_order(text for each in parts for text in each.restrictions),
        basis=_in_order(text for each in parts for text in each.basis),
        keep_until=min(days, default=None),
        agreements=frozenset().union(*(each.agreements for each in parts)),
    )


def end_of(day: date) -> datetime:
    """Return the moment at which the day is over, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def _intersection(sets: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    given = [each for each in sets if each is not None]
    return frozenset.intersection(*given) if given else None


def _in_order(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def _texts(found: dict[str, Any], key: str) -> list[str] | None:
    given = found.get(key)
    if given is None:
        if key in found:
            raise MessageRefused(f"{key} is null", remedy="leave it out where it restricts nothing")
        return None
    if not isinstance(given, list) or not all(isinstance(each, str) and each for each in given):
        raise MessageRefused(f"{key} is not a list of texts", remedy="give a list, which may be empty")
    return given


def _narrowed(found: dict[str, Any], key: str) -> frozenset[str] | None:
    given = _texts(found, key)
    return None if given is None else frozenset(given)
