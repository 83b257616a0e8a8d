"""A batch of queries, laid out for the kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from dragoman.model import Record
from dragoman.names import Name, tokenise
from dragoman.screening.facts import FactsBuilder
from dragoman.screening.layout import U8, Facts, QueryNames
from dragoman.screening.lexicon import Lexicon, Row
from dragoman.screening.scoring import CALIBRATION_NAME, CALIBRATION_SHARE, NAME_FLOOR, POINTS, Rules


@dataclass(slots=True)
class Batch:
    """Queries, their names, and both as arrays. `names` and `bars` count query names, `records` queries."""

    records: Sequence[Record]
    names: list[Name]
    arrays: QueryNames
    rules: Rules
    bars: npt.NDArray[np.float32]


def lay_out(
    records: Sequence[Record], threshold: float, parties: Facts, strength: U8, lexicon: Lexicon, kernels: ModuleType
) -> Batch:
    """Tokenise the queries, look up what their tokens are like, and set the least name score that each needs."""
    facts = FactsBuilder()
    names: list[Name] = []
    owners: list[int] = []
    columns: list[Row] = []
    start = [0]
    for asker, record in enumerate(records):
        facts.add(record)
        for text in record.names:
            name = tokenise(text)
            if not name.tokens:
                continue
            names.append(name)
            owners.append(asker)
            columns += lexicon.rows(name)
            start.append(len(columns))
    lexicon.find_new(kernels)
    token, first, span, weight, opening, initial = zip(*columns, strict=True) if columns else ((),) * 6
    arrays = QueryNames(
        np.array(start, np.int32),
        np.array(token, np.int32),
        np.array(first, np.uint8),
        np.array(span, np.uint8),
        np.array(weight, np.float32),
        np.array(opening, np.uint8),
        np.array(initial, np.uint8),
    )
    rules = Rules(
        POINTS,
        parties,
        facts.build(),
        strength,
        np.array(owners, np.int32),
        np.full(len(records), threshold, np.float32),
        CALIBRATION_NAME,
        CALIBRATION_SHARE,
    )
    bars = np.array([_bar(rules, asker, threshold) for asker in owners], np.float32)
    return Batch(records, names, arrays, rules, bars)


def _bar(rules: Rules, asker: int, threshold: float) -> float:
    """Return the least name score with which a query can still reach the threshold if all else agrees."""
    best = 0.0
    for start, points in (
        (rules.queries.date_start, POINTS.date_same),
        (rules.queries.country_start, POINTS.country_same),
        (rules.queries.place_start, POINTS.place_same),
    ):
        if start[asker + 1] > start[asker]:
            best += points
    share = 1.0 / (1.0 + (1.0 - threshold) / threshold * math.exp(best)) if 0.0 < threshold < 1.0 else threshold
    name = float(np.interp(share, CALIBRATION_SHARE, CALIBRATION_NAME))
    return max(NAME_FLOOR, name - 1e-4)
