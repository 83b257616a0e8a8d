"""Two parties side by side, without an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from dragoman.errors import QueryRefused
from dragoman.model import Record
from dragoman.names import Token
from dragoman.screening import kernels
from dragoman.screening.alignment import Alignment, align
from dragoman.screening.explain import (
    Feature,
    fact_features,
    facts_shown,
    name_feature,
    number_feature,
    strength_feature,
)
from dragoman.screening.facts import FactsBuilder
from dragoman.screening.gathering import indexed_names
from dragoman.screening.numbers import numbers_of
from dragoman.screening.query import Query, as_record
from dragoman.screening.rarity import first_key, rarity, world_share
from dragoman.screening.scoring import (
    CALIBRATION_NAME,
    CALIBRATION_SHARE,
    DEFAULT_THRESHOLD,
    NUMBER_AGAINST_NAME_SCORE,
    NUMBER_SCORE,
    POINTS,
    Rules,
    Strength,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two parties may be one: score, match at the default threshold, and the features behind it."""

    score: float
    features: tuple[Feature, ...]

    @property
    def match(self) -> bool:
        """Whether the score reaches the default threshold."""
        return self.score >= DEFAULT_THRESHOLD

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return {
            "score": round(self.score, 4),
            "match": self.match,
            "features": [feature.to_json() for feature in self.features],
        }


@lru_cache(maxsize=65536)
def _world_rarity(sounds: str) -> float:
    key = first_key(sounds)
    return rarity(0, 0, world_share().get(key, 0.0))


def world_rarity(token: Token) -> float:
    """Weigh a token by how common it is in the world; no list is known here."""
    return _world_rarity(token.sounds)


class _Best(NamedTuple):
    """The best pair of names: score, alignment, both texts, and what stands behind the weaker of them."""

    score: float
    alignment: Alignment
    query: str
    record: str
    strength: Strength


def compare(left: Query, right: Query) -> Comparison:
    """Score `left` as a query against `right` as a record. Raises QueryRefused where either has nothing to compare."""
    query, record = as_record(left), as_record(right)
    if any(not side.names and next(numbers_of(side), None) is None for side in (query, record)):
        raise QueryRefused("nothing to compare", remedy="give both sides a name or a number")
    rules = _rules(query, record)
    best = _best_names(query, record, rules)
    score, features = 0.0, []
    if best is not None:
        score = best.score
        features.append(name_feature(best.alignment, best.query, best.record, rules))
        if best.strength is not Strength.FULL:
            features.append(strength_feature(best.strength, best.query, best.record))
    equal = {number[:2]: number for number in numbers_of(query)}
    shared = next((equal[number[:2]] for number in numbers_of(record) if number[:2] in equal), None)
    if shared is not None:
        unlike = best is not None and score == 0.0
        features.append(number_feature(shared, names_unlike=unlike))
        score = max(score, NUMBER_AGAINST_NAME_SCORE if unlike else NUMBER_SCORE)
    features += fact_features(facts_shown(query), facts_shown(record), 0, 0, rules)
    return Comparison(score, tuple(features))


def _rules(query: Record, record: Record) -> Rules:
    """Return the rules for one query and one party."""
    facts = FactsBuilder(), FactsBuilder()
    facts[0].add(query)
    facts[1].add(record)
    none = np.zeros(1, np.uint8)
    bar = np.full(1, DEFAULT_THRESHOLD, np.float32)
    return Rules(
        POINTS,
        facts[1].build(),
        facts[0].build(),
        none,
        none.astype(np.int32),
        bar,
        CALIBRATION_NAME,
        CALIBRATION_SHARE,
    )


def _best_names(query: Record, record: Record, rules: Rules) -> _Best | None:
    """Score every name of the query, and its initials, against every name of the record, and its initials."""
    best: _Best | None = None
    for asked, listed in product(indexed_names(query), indexed_names(record)):
        # What a query calls weak is still what it asks; only initials made here say less.
        strength = Strength.INITIALS if asked.strength is Strength.INITIALS else listed.strength
        alignment = align(asked.name, listed.name, world_rarity)
        score = kernels.judge(alignment.aligned, alignment.weight, int(strength), 0, 0, rules)
        if best is None or (score, alignment.telling) > (best.score, best.alignment.telling):
            best = _Best(score, alignment, asked.name.text, listed.name.text, strength)
    return best
