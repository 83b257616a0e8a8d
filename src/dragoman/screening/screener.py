"""The screener: an index opened, and queries put to it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from dragoman.errors import UnknownList, UsageError
from dragoman.model import Record
from dragoman.names import Name, acronym, tokenise
from dragoman.names.compiling import compiled, held_back
from dragoman.names.likeness import costs
from dragoman.screening import file
from dragoman.screening import kernels as plain
from dragoman.screening.alignment import align
from dragoman.screening.batch import Batch, lay_out
from dragoman.screening.build import IndexSummary
from dragoman.screening.explain import (
    Feature,
    Hit,
    Pair,
    fact_features,
    facts_shown,
    name_feature,
    number_feature,
    strength_feature,
)
from dragoman.screening.layout import Facts, Names, Scratch, Vocabulary
from dragoman.screening.lexicon import Lexicon
from dragoman.screening.numbers import numbers_of
from dragoman.screening.query import Query, as_record
from dragoman.screening.scoring import (
    DEFAULT_THRESHOLD,
    NUMBER_AGAINST_NAME_SCORE,
    NUMBER_SCORE,
    Strength,
)

#: Queries put to the kernels at once.
_BATCH = 512
#: The least threshold for which the search is held to be exact.
LEAST_THRESHOLD = 0.5


class Screener:
    """Screens queries against one index. Open one a thread; any number share the index's pages."""

    def __init__(self, path: Path, arrays: dict[str, npt.NDArray[Any]], about: dict[str, Any]) -> None:
        self.path = path
        self.lists: dict[str, str] = about["lists"]
        self.summary = IndexSummary.of(about, path)
        self._sources: list[str] = about["sources"]
        self._arrays = arrays
        self._vocabulary = Vocabulary(*(arrays[f"vocabulary_{name}"] for name in Vocabulary._fields))
        self._names = Names(*(arrays[f"names_{name}"] for name in Names._fields))
        self._facts = Facts(*(arrays[f"facts_{name}"] for name in Facts._fields))
        self._lexicon = Lexicon(self._vocabulary, arrays)
        self._scratch = self._new_scratch()
        self._asked = 0
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path | str) -> Screener:
        """Open an index file. Raises IndexUnusable if it is missing, damaged or of another format."""
        return cls(Path(path), *file.read(Path(path)))

    def screen(
        self,
        query: Query,
        *,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 5,
        lists: Collection[str] | None = None,
    ) -> list[Hit]:
        """Return the best hits of one query, at most `limit`; the search is exact for a `threshold` of 0.5 or more."""
        return next(self.screen_batch([query], threshold=threshold, limit=limit, lists=lists))

    def screen_batch(
        self,
        queries: Iterable[Query],
        *,
        threshold: float = DEFAULT_THRESHOLD,
        limit: int = 5,
        lists: Collection[str] | None = None,
    ) -> Iterator[list[Hit]]:
        """Yield the hits of each query, in order.

        `queries` is any iterable of records, mappings or names, or an Arrow table or record batch
        with property names as columns. `lists` restricts the hits to those lists; all by default.
        """
        if not 0.0 <= threshold <= 1.0:
            raise UsageError(
                f"threshold {threshold} is not between 0 and 1",
                remedy="choose one between 0.5 (exact from there on) and 1",
            )
        if limit < 0:
            raise UsageError(f"limit {limit} is below 0", remedy="ask for no hit or more")
        allowed = self._allowed(lists)
        if hasattr(queries, "to_pylist"):
            queries = queries.to_pylist()
        iterator = iter(queries)
        while chunk := list(islice(iterator, _BATCH)):
            with self._lock:
                found = self._search([as_record(query) for query in chunk], threshold, limit, allowed)
            yield from found

    def _allowed(self, lists: Collection[str] | None) -> frozenset[int] | None:
        if lists is None:
            return None
        for name in lists:
            if name not in self.lists:
                raise UnknownList(
                    f"the index holds no list {name!r}", remedy=f"it holds {', '.join(sorted(self.lists))}"
                )
        return frozenset(number for number, source in enumerate(self._sources) if source in lists)

    def _new_scratch(self) -> Scratch:
        names = len(self._names.party)
        return Scratch(
            mark=np.zeros(names, np.int32),
            credit=np.zeros(names, np.float32),
            candidates=np.empty(names, np.int32),
            like=np.zeros((len(self._vocabulary.post_start) - 1) * plain.MAX_UNITS, np.uint8),
            best=np.zeros(plain.MAX_UNITS, np.uint8),
            record_best=np.zeros(plain.MAX_UNITS, np.uint8),
            pairs=np.empty((plain.MAX_UNITS, 2), np.int32),
        )

    def _kernels(self, queries: int) -> ModuleType:
        """Return plain kernels for the very first question and while others compile, compiled ones from then on."""
        self._asked += queries
        return plain if self._asked == 1 or held_back() else compiled("dragoman.screening.kernels")

    def _search(
        self, records: Sequence[Record], threshold: float, limit: int, allowed: frozenset[int] | None
    ) -> list[list[Hit]]:
        kernels = self._kernels(len(records))
        if self._lexicon.full:
            self._lexicon.clear()
        batch = lay_out(records, threshold, self._facts, self._arrays["names_strength"], self._lexicon, kernels)
        best: list[dict[int, Pair]] = [{} for _ in records]
        for number, name, score in self._name_hits(batch, kernels):
            asker = int(batch.rules.query_of_name[number])
            party = int(self._names.party[name])
            known = best[asker].get(party)
            if known is None or score > known.score:
                best[asker][party] = Pair(score, party, number, name)
        for asker, pairs in enumerate(best):
            self._number_hits(batch, asker, pairs)
        return [self._hits(batch, asker, pairs, limit, allowed) for asker, pairs in enumerate(best)]

    def _name_hits(self, batch: Batch, kernels: ModuleType) -> Iterator[tuple[int, int, float]]:
        """Yield (query name, name, score) of every pair of names that makes a hit."""
        total = len(batch.names)
        room = 4096
        first = 0
        while first < total:
            name = np.empty(room, np.int32)
            score = np.empty(room, np.float32)
            end = np.zeros(total, np.int32)
            stopped = kernels.search_batch(
                batch.arrays,
                first,
                total,
                batch.bars,
                self._lexicon.neighbours(),
                self._vocabulary,
                self._names,
                batch.rules,
                self._scratch,
                costs().classes,
                name,
                score,
                end,
            )
            begin = 0
            for number in range(first, stopped):
                for at in range(begin, end[number]):
                    yield number, int(name[at]), float(score[at])
                begin = int(end[number])
            room = room * 4 if stopped == first else room
            first = stopped

    def _number_hits(self, batch: Batch, asker: int, pairs: dict[int, Pair]) -> None:
        """Add the parties that have an equal number, or raise them to the score that this decides."""
        hashes = self._arrays["number_hash"]
        for number in numbers_of(batch.records[asker]):
            key = np.uint64(number.hash)
            first, last = np.searchsorted(hashes, key, "left"), np.searchsorted(hashes, key, "right")
            for party in self._arrays["number_party"][first:last].tolist():
                known = pairs.get(party) or self._best_name(batch, asker, party)
                unlike = known.score == 0.0 and known.name >= 0
                score = NUMBER_AGAINST_NAME_SCORE if unlike else max(known.score, NUMBER_SCORE)
                pairs[party] = known._replace(score=score, equal=number, names_unlike=unlike)

    def _best_name(self, batch: Batch, asker: int, party: int) -> Pair:
        """Compare a party that another finding brought up; its score is 0 where the names are unlike."""
        best = Pair(0.0, party, -1, -1)
        owned = np.flatnonzero(self._names.party == party).tolist()
        for number in np.flatnonzero(batch.rules.query_of_name == asker).tolist():
            for name in owned:
                alignment = align(batch.names[number], self._name(name), self._lexicon.rarity)
                strength = int(batch.rules.strength[name])
                score = plain.judge(alignment.aligned, alignment.weight, strength, asker, party, batch.rules)
                if best.name < 0 or score > best.score:
                    best = Pair(score, party, number, name)
        return best

    def _name(self, number: int) -> Name:
        """Return name `number` as it was tokenised for the index."""
        text = self.name_text(number)
        return acronym(text) if self._arrays["names_strength"][number] == Strength.INITIALS else tokenise(text)

    def party(self, number: int) -> dict[str, Any]:
        """Return what the index keeps of party `number`: id, source, caption, schema, facts."""
        start = self._arrays["party_start"]
        found: dict[str, Any] = orjson.loads(self._arrays["party_blob"][start[number] : start[number + 1]].tobytes())
        return found

    def name_text(self, number: int) -> str:
        """Return name `number` as its list prints it."""
        start = self._arrays["text_start"]
        return bytes(self._arrays["text_blob"][start[number] : start[number + 1]]).decode()

    def _hits(
        self, batch: Batch, asker: int, pairs: dict[int, Pair], limit: int, allowed: frozenset[int] | None
    ) -> list[Hit]:
        least = float(batch.rules.threshold[asker])
        sources = self._arrays["party_source"]
        kept = [
            pair
            for pair in pairs.values()
            if pair.score >= least and (allowed is None or int(sources[pair.party]) in allowed)
        ]
        kept.sort(key=lambda pair: (-pair.score, pair.party))
        return [self._hit(batch, asker, pair) for pair in kept[:limit]]

    def _hit(self, batch: Batch, asker: int, pair: Pair) -> Hit:
        party = self.party(pair.party)
        return Hit(party, pair.score, lambda: self._explain(batch, asker, pair, party))

    def _explain(self, batch: Batch, asker: int, pair: Pair, party: dict[str, Any]) -> tuple[Feature, ...]:
        found = []
        if pair.name >= 0:
            query, record = batch.names[pair.query_name], self._name(pair.name)
            found.append(name_feature(align(query, record, self._lexicon.rarity), query.text, record.text, batch.rules))
            strength = Strength(int(batch.rules.strength[pair.name]))
            if strength is not Strength.FULL:
                found.append(strength_feature(strength, query.text, record.text))
        if pair.equal is not None:
            found.append(number_feature(pair.equal, names_unlike=pair.names_unlike))
        found += fact_features(facts_shown(batch.records[asker]), party["facts"], asker, pair.party, batch.rules)
        return tuple(found)
