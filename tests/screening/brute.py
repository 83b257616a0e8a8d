"""The score of every record, worked out without an index: what the search is held to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

import numpy as np

from dragoman.model import Record
from dragoman.names import Kind, Name, Token, tokenise
from dragoman.names.likeness import forms, keys
from dragoman.screening import kernels
from dragoman.screening.alignment import align
from dragoman.screening.facts import FactsBuilder
from dragoman.screening.gathering import indexed_names
from dragoman.screening.layout import Facts
from dragoman.screening.numbers import numbers_of
from dragoman.screening.scoring import (
    CALIBRATION_NAME,
    CALIBRATION_SHARE,
    NUMBER_AGAINST_NAME_SCORE,
    NUMBER_SCORE,
    POINTS,
    Rules,
)

Rarity = Callable[[Token], float]
Scores = dict[tuple[str, str], float]


@lru_cache(maxsize=200_000)
def _marks(name: Name) -> tuple[frozenset[int | str], tuple[str, ...]]:
    """Return the keys and families of a name's words, and their sounds."""
    words = [token for token in name.tokens if token.kind is not Kind.INITIAL] + [token for _, token in name.joins]
    found: set[int | str] = set()
    for token in words:
        found.update(token.families, *(keys(sounds, writing, token.whole) for sounds, writing in forms(token)))
    return frozenset(found), tuple(token.sounds for token in words)


def comparable(query: Name, record: Name) -> bool:
    """Whether any word of two names can be alike at all; saves aligning names that have nothing in common."""
    if not _marks(query)[0].isdisjoint(_marks(record)[0]):
        return True
    last = query.tokens[-1].sounds if query.tokens else "_"
    return any(sounds.startswith(last) for sounds in _marks(record)[1])


class Brute:
    """Scores every party among `records` against a query; `rarity` weighs tokens as the index does."""

    def __init__(self, records: Iterable[Record], rarity: Rarity) -> None:
        records = list(records)
        self.parties = [record for record in records if record.is_party]
        self.rarity = rarity
        self._names = [indexed_names(party) for party in self.parties]
        self._numbers: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for record in records:
            holders = [record.id] if record.is_party else record.values("holder")
            for holder in holders:
                self._numbers[record.source, holder] |= {number[:2] for number in numbers_of(record)}

    @cached_property
    def _facts(self) -> Facts:
        facts = FactsBuilder()
        for party in self.parties:
            facts.add(party)
        return facts.build()

    def name_score(self, query: Record, party: int) -> float:
        """Return the best score that any name of the query has with any name of a party."""
        rules = self._rules(query)
        best = 0.0
        for text in query.names:
            asked = tokenise(text)
            for name, strength in self._names[party]:
                if comparable(asked, name):
                    found = align(asked, name, self.rarity)
                    best = max(best, kernels.judge(found.aligned, found.weight, int(strength), 0, party, rules))
        return best

    def scores(self, query: Record) -> Scores:
        """Return the score of every party that has one above zero, by (source, id)."""
        found: Scores = {}
        asked = {number[:2] for number in numbers_of(query)}
        for place, party in enumerate(self.parties):
            score = self.name_score(query, place)
            if asked & self._numbers[party.source, party.id]:
                named = self._names[place] and any(tokenise(text).tokens for text in query.names)
                score = NUMBER_AGAINST_NAME_SCORE if named and score == 0.0 else max(score, NUMBER_SCORE)
            if score > 0.0:
                found[party.source, party.id] = score
        return found

    def _rules(self, query: Record) -> Rules:
        facts = FactsBuilder()
        facts.add(query)
        return Rules(
            POINTS,
            self._facts,
            facts.build(),
            np.zeros(1, np.uint8),
            np.zeros(1, np.int32),
            np.zeros(1, np.float32),
            CALIBRATION_NAME,
            CALIBRATION_SHARE,
        )


def difference(found: Scores, expected: Scores, threshold: float, within: float = 1e-4) -> dict[object, object]:
    """Return where a search and brute force differ: {party: (found, expected)}.

    A score closer to the threshold than `within` may be in or out.
    """
    wrong: dict[object, object] = {}
    for key in {*found, *expected}:
        got, due = found.get(key), expected.get(key, 0.0)
        if got is None:
            if due >= threshold + within:
                wrong[key] = (None, due)
        elif abs(got - due) > within or due < threshold - within:
            wrong[key] = (got, due)
    return wrong
