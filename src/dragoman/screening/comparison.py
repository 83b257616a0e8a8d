"""Two parties side by side, without an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from dragoman.errors import QueryRefused
from dragoman.names import Token, tokenise
from dragoman.screening import kernels
from dragoman.screening.alignment import Alignment, align
from dragoman.screening.build import indexed_names
from dragoman.screening.explain import (
    Feature,
    fact_features,
    facts_shown,
    name_feature,
    number_feature,
    weak_feature,
)
from dragoman.screening.facts import FactsBuilder
from dragoman.screening.numbers import numbers_of
from dragoman.screening.query import Query, as_record
from dragoman.screening.rarity import first_key, rarity, world_share
from dragoman.screening.scoring import (
    CALIBRATION_NAME,
    CALIBRATION_SHARE,
    DEFAULT_THRESHOLD,
    NUMBER_ONLY_SCORE,
    NUMBER_SCORE,
    POINTS,
    Rules,
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


def compare(left: Query, right: Query) -> Comparison:
    """Score `left` as a query against `right` as a record. Raises QueryRefused where either has nothing to compare."""
    query, record = as_record(left), as_record(right)
    if any(not side.names and next(numbers_of(side), None) is None for side in (query, record)):
        raise QueryRefused("nothing to compare", remedy="give both sides a name or a number")
    facts = FactsBuilder(), FactsBuilder()
    facts[0].add(query)
    facts[1].add(record)
    named = indexed_names(record)
    weak = np.array([is_weak for _, is_weak in named], np.uint8)
    rules = Rules(
        POINTS,
        facts[1].build(),
        facts[0].build(),
        weak,
        np.zeros(len(query.names), np.int32),
        np.full(1, DEFAULT_THRESHOLD, np.float32),
        CALIBRATION_NAME,
        CALIBRATION_SHARE,
    )
    best: tuple[float, Alignment, str, int] | None = None
    for text in query.names:
        for number, (other, _) in enumerate(named):
            alignment = align(tokenise(text), tokenise(other), world_rarity)
            score = kernels.judge(alignment.aligned, alignment.weight, int(weak[number]), 0, 0, rules)
            if best is None or (score, alignment.telling) > (best[0], best[1].telling):
                best = (score, alignment, text, number)
    equal = {number[:2]: number for number in numbers_of(query)}
    shared = next((equal[number[:2]] for number in numbers_of(record) if number[:2] in equal), None)
    score, features = 0.0, []
    if best is not None:
        score, alignment, text, number = best
        features = [name_feature(alignment, text, named[number][0], rules)]
        if weak[number]:
            features.append(weak_feature(text, named[number][0]))
    if shared is not None:
        features.append(number_feature(shared, score > 0.0))
        score = max(score, NUMBER_SCORE if score > 0.0 else NUMBER_ONLY_SCORE)
    features += fact_features(facts_shown(query), facts_shown(record), 0, 0, rules)
    return Comparison(score, tuple(features))
