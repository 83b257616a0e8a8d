"""One pass over the records: what the index holds of each, made now or found in the former index."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from dragoman.model import NAME_PROPERTIES, Record
from dragoman.names import Name, acronym, acronyms, tokenise
from dragoman.screening.facts import COUNTRIES, DATES, GROUPS, PLACES, FactsBuilder, facts_taken, group_of
from dragoman.screening.former import DIGEST, Former, digest_of
from dragoman.screening.layout import Facts
from dragoman.screening.name_arrays import Entry
from dragoman.screening.numbers import numbers_of
from dragoman.screening.pieces import Arrays, Pieces, take
from dragoman.screening.scoring import Strength

#: Properties kept beside the names, for the explanation of a hit.
_SHOWN = (*DATES, *COUNTRIES, *PLACES, "gender")


class Gathering:
    """What the index keeps of the records. Parties are numbered through: those of the former index, then new ones.

    `numbers` holds the number of each party in the order of the records; `entries` the names of the new ones.
    """

    def __init__(self, former: Former) -> None:
        self.former = former
        self.numbers: list[int] = []
        self.entries: list[Entry] = []
        self.source_numbers: dict[str, int] = {}
        self._new: list[bytes] = []
        self._digests: list[bytes] = []
        self._sources: list[int] = []
        self._facts = FactsBuilder()
        self._places: dict[tuple[str, str], int] = {}
        self._hashes: list[int] = []
        self._holders: list[int | tuple[str, str]] = []

    @property
    def made(self) -> int:
        """How many parties were not found in the former index."""
        return len(self._new)

    def add(self, record: Record) -> bool:
        """Take in one record: a party, or the numbers of one; tell which."""
        if not record.is_party:
            for holder in record.values("holder"):
                self._number(record, (record.source, holder))
            return False
        place = self._places[record.source, record.id] = len(self.numbers)
        self._sources.append(self.source_numbers.setdefault(record.source, len(self.source_numbers)))
        self._number(record, place)
        digest = digest_of(record)
        self._digests.append(digest)
        known = self.former.number(digest)
        self.numbers.append(self._make(record) if known is None else known)
        return True

    def _make(self, record: Record) -> int:
        new = len(self._new)
        self._new.append(_party_json(record))
        self._facts.add(record)
        self.entries.extend(Entry(name, new, strength) for name, strength in indexed_names(record))
        return self.former.parties + new

    def _number(self, record: Record, holder: int | tuple[str, str]) -> None:
        for number in numbers_of(record):
            self._hashes.append(number.hash)
            self._holders.append(holder)

    def arrays(self) -> Arrays:
        """Return what is kept of the parties beside their names."""
        former, numbers = self.former.arrays, np.array(self.numbers, np.int64)
        parties = take(Pieces(former["party_start"], (former["party_blob"],)), Pieces.of(self._new), numbers)
        known = Facts(*(former[f"facts_{name}"] for name in Facts._fields))
        facts = facts_taken(known, self._facts.build(), numbers)
        return {
            "party_start": parties.start,
            "party_blob": parties.columns[0],
            "party_digest": np.frombuffer(b"".join(self._digests), np.uint8).reshape(-1, DIGEST),
            "party_source": np.array(self._sources, np.uint16),
            **{f"facts_{name}": value for name, value in facts._asdict().items()},
            **self._number_arrays(),
        }

    def _number_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the numbers' hashes, ascending, and the party that each belongs to."""
        places = [self._places.get(holder) if isinstance(holder, tuple) else holder for holder in self._holders]
        pairs = sorted({(h, place) for h, place in zip(self._hashes, places, strict=True) if place is not None})
        return {
            "number_hash": np.array([pair[0] for pair in pairs], np.uint64),
            "number_party": np.array([pair[1] for pair in pairs], np.int32),
        }


class IndexedName(NamedTuple):
    """A name to compare, and how much the publisher stands behind it: `Strength`."""

    name: Name
    strength: Strength


def indexed_names(record: Record) -> list[IndexedName]:
    """Return the names by which a record is found: those it states, and the initials an organisation may go by."""
    found: dict[str, bool] = {}
    for statement in record.statements:
        if statement.prop in NAME_PROPERTIES:
            weak = statement.prop in ("weakAlias", "abbreviation") or statement.quality in ("low", "weak")
            found[statement.value] = found.get(statement.value, True) and weak
    stated = {text: tokenise(text) for text in found}
    initials: dict[str, None] = {}
    if group_of(record.schema) != GROUPS["Person"]:
        initials = {short: None for name in stated.values() for short in acronyms(name)}
    # A weak alias that the party's own name spells out is more than weak.
    strength = {True: Strength.WEAK, False: Strength.FULL}
    names = [
        IndexedName(name, Strength.SPELLED if found[text] and text.upper() in initials else strength[found[text]])
        for text, name in stated.items()
    ]
    names.extend(IndexedName(acronym(short), Strength.INITIALS) for short in initials if short not in found)
    return [named for named in names if named.name.tokens]


def _party_json(record: Record) -> bytes:
    stated: dict[str, dict[str, None]] = {}
    for known in record.statements:
        if known.prop in _SHOWN:
            stated.setdefault(known.prop, {})[known.value] = None
    return orjson.dumps(
        {
            "id": record.id,
            "source": record.source,
            "caption": record.caption,
            "schema": record.schema,
            "facts": {prop: list(stated[prop]) for prop in _SHOWN if prop in stated},
        }
    )
