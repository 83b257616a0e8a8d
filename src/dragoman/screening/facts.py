"""What is known of a party beside its names, as numbers that the kernels compare."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.errors import ValueRefused
from dragoman.model import NAME_PROPERTIES, Record
from dragoman.model.dates import PartialDate
from dragoman.model.schemata import lineage
from dragoman.names import tokenise
from dragoman.screening.layout import Facts
from dragoman.screening.pieces import Ints, Pieces, rows, take

#: Kinds of thing that are never one another. A schema that fits none (LegalEntity, Thing) may be any.
GROUPS = {"Person": 1, "Organization": 2, "Vessel": 3, "Airplane": 4, "Value": 5, "UserAccount": 5}

DATES = ("birthDate", "incorporationDate", "buildDate")
COUNTRIES = (
    "nationality",
    "citizenship",
    "country",
    "birthCountry",
    "jurisdiction",
    "mainCountry",
    "flag",
    "pastFlags",
)
PLACES = ("birthPlace",)
_FACT = {
    prop: kind
    for kind, props in {"date": DATES, "country": COUNTRIES, "place": PLACES, "gender": ("gender",)}.items()
    for prop in props
}
_GENDERS = {"male": 1, "m": 1, "female": 2, "f": 2}


@lru_cache(maxsize=256)
def group_of(schema: str) -> int:
    """Return the group of a schema, 0 where it may be any."""
    ancestors = lineage(schema)
    if "Company" in ancestors:  # a Company is an Organization and an Asset
        return GROUPS["Organization"]
    return next((number for name, number in GROUPS.items() if name in ancestors), 0)


@lru_cache(maxsize=65536)
def _reach(text: str) -> tuple[int, int, bool] | None:
    try:
        date = PartialDate.parse(text)
    except ValueRefused:
        return None
    return date.first.toordinal(), date.last.toordinal(), date.approximate


def _country_code(text: str) -> int | None:
    text = text.strip().lower()
    if 2 <= len(text) <= 4 and text.isascii() and text.isalpha():
        return int.from_bytes(text.encode(), "big")
    return None


@lru_cache(maxsize=65536)
def _place_words(text: str) -> tuple[int, ...]:
    words = {token.skeleton or token.sounds for token in tokenise(text).tokens if len(token.sounds) >= 3}
    return tuple(int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big") for word in sorted(words))


class FactsBuilder:
    """Collects facts record by record; `build` gives the arrays."""

    def __init__(self) -> None:
        self._dates: list[tuple[int, int, bool]] = []
        self._countries: list[int] = []
        self._places: list[int] = []
        self._cuts: list[tuple[int, int, int]] = [(0, 0, 0)]
        self._genders: list[int] = []
        self._groups: list[int] = []

    def add(self, record: Record) -> None:
        """Add the facts of the next record."""
        if all(known.prop in NAME_PROPERTIES for known in record.statements):  # most queries: a name and no more
            self._cuts.append((len(self._dates), len(self._countries), len(self._places)))
            self._genders.append(0)
            self._groups.append(group_of(record.schema))
            return
        stated: dict[str, dict[str, None]] = {"date": {}, "country": {}, "place": {}, "gender": {}}
        for known in record.statements:
            if known.prop in _FACT:
                stated[_FACT[known.prop]][known.value] = None
        self._dates.extend(reach for text in stated["date"] if (reach := _reach(text)) is not None)
        self._countries.extend(_distinct(_country_code(text) for text in stated["country"]))
        self._places.extend(_distinct(word for text in stated["place"] for word in _place_words(text)))
        self._cuts.append((len(self._dates), len(self._countries), len(self._places)))
        genders = {_GENDERS.get(text.lower(), 0) for text in stated["gender"]} - {0}
        self._genders.append(genders.pop() if len(genders) == 1 else 0)
        self._groups.append(group_of(record.schema))

    def build(self) -> Facts:
        """Return the arrays of all records added."""
        cuts = np.array(self._cuts, np.int32)
        dates = np.array(self._dates, np.int32).reshape(-1, 3)
        return Facts(
            date_start=cuts[:, 0].copy(),
            date_first=dates[:, 0].copy(),
            date_last=dates[:, 1].copy(),
            date_soft=dates[:, 2].astype(np.uint8),
            country_start=cuts[:, 1].copy(),
            country=np.array(self._countries, np.int32),
            place_start=cuts[:, 2].copy(),
            place=np.array(self._places, np.uint64),
            gender=np.array(self._genders, np.uint8),
            group=np.array(self._groups, np.uint8),
        )


def facts_taken(former: Facts, new: Facts, numbers: Ints) -> Facts:
    """Return the facts of the parties of these numbers, which count through the former ones and then the new ones."""

    def pieces(facts: Facts, start: str, *columns: str) -> Pieces:
        return Pieces(getattr(facts, start), tuple(getattr(facts, column) for column in columns))

    found: dict[str, npt.NDArray[Any]] = {}
    for names in (
        ("date_start", "date_first", "date_last", "date_soft"),
        ("country_start", "country"),
        ("place_start", "place"),
    ):
        start, columns = take(pieces(former, *names), pieces(new, *names), numbers)
        found |= dict(zip(names, (start.astype(np.int32), *columns), strict=True))
    return Facts(gender=rows(former.gender, new.gender, numbers), group=rows(former.group, new.group, numbers), **found)


def _distinct(values: Iterable[int | None]) -> list[int]:
    return list(dict.fromkeys(value for value in values if value is not None))
