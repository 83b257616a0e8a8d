"""Records to an index file."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from dragoman.model import NAME_PROPERTIES, Record
from dragoman.names import Name, acronym, acronyms, tokenise
from dragoman.screening import file
from dragoman.screening.facts import COUNTRIES, DATES, GROUPS, PLACES, FactsBuilder, group_of
from dragoman.screening.name_arrays import Entry, name_arrays
from dragoman.screening.numbers import numbers_of
from dragoman.screening.scoring import Strength
from dragoman.screening.vocabulary import Vocabulary

Progress = Callable[[int], None]

#: Properties kept beside the names, for the explanation of a hit.
_SHOWN = (*DATES, *COUNTRIES, *PLACES, "gender")


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What an index holds: parties, names, distinct tokens; its size in bytes and when it was built (ISO 8601, UTC)."""

    parties: int
    names: int
    tokens: int
    bytes: int
    built: str
    lists: dict[str, str]

    @classmethod
    def of(cls, about: Mapping[str, Any], path: Path) -> IndexSummary:
        """Return the summary of an index file, from what it says of itself."""
        kept = {name: about[name] for name in ("parties", "names", "tokens", "built", "lists")}
        return cls(bytes=path.stat().st_size, **kept)


def build_index(
    path: Path, records: Iterable[Record], lists: Mapping[str, str], progress: Progress | None = None
) -> IndexSummary:
    """Build the index of all parties among `records` and write it to `path`, replacing it atomically.

    `records` is the stream of all lists' records, each with source and version set; a record that
    describes a party (``holder``) adds its numbers to that party. `lists` maps each list to its version.
    `progress` is called with the number of parties read so far.
    """
    with _without_collecting():
        return _build(path, records, lists, progress)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold the garbage collector: millions of tuples without cycles are made, and looking for any took a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(path: Path, records: Iterable[Record], lists: Mapping[str, str], progress: Progress | None) -> IndexSummary:
    gathered = _Gathered()
    for record in records:
        gathered.add(record)
        if progress is not None and record.is_party:
            progress(len(gathered.parties))
    entries = sorted(gathered.entries, key=lambda entry: entry.has_initial)
    vocabulary = Vocabulary()
    arrays = name_arrays(entries, vocabulary)
    arrays |= _blob("party", gathered.parties)
    arrays |= _blob("text", [entry.name.text.encode() for entry in entries])
    arrays |= {f"facts_{name}": value for name, value in gathered.facts.build()._asdict().items()}
    arrays |= gathered.number_arrays()
    arrays["party_source"] = np.array(gathered.sources, np.uint16)
    about = {
        "lists": dict(lists),
        "sources": list(gathered.source_numbers),
        "parties": len(gathered.parties),
        "names": len(entries),
        "tokens": len(vocabulary.tokens),
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    file.write(path, arrays, about)
    return IndexSummary.of(about, path)


class _Gathered:
    """What the index keeps of the records, gathered in one pass."""

    def __init__(self) -> None:
        self.parties: list[bytes] = []
        self.entries: list[Entry] = []
        self.sources: list[int] = []
        self.source_numbers: dict[str, int] = {}
        self.facts = FactsBuilder()
        self._places: dict[tuple[str, str], int] = {}
        self._hashes: list[int] = []
        self._holders: list[int | tuple[str, str]] = []

    def add(self, record: Record) -> None:
        """Take in one record: a party, or the numbers of one."""
        if not record.is_party:
            for holder in record.values("holder"):
                self._number(record, (record.source, holder))
            return
        place = self._places[record.source, record.id] = len(self.parties)
        self.parties.append(_party_json(record))
        self.sources.append(self.source_numbers.setdefault(record.source, len(self.source_numbers)))
        self.facts.add(record)
        self._number(record, place)
        self.entries.extend(Entry(name, place, strength) for name, strength in indexed_names(record))

    def _number(self, record: Record, holder: int | tuple[str, str]) -> None:
        for number in numbers_of(record):
            self._hashes.append(number.hash)
            self._holders.append(holder)

    def number_arrays(self) -> dict[str, npt.NDArray[Any]]:
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


def _blob(name: str, pieces: list[bytes]) -> dict[str, npt.NDArray[Any]]:
    start = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=start[1:])
    return {f"{name}_start": start, f"{name}_blob": np.frombuffer(b"".join(pieces), np.uint8)}
