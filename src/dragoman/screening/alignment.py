"""Two names, unit by unit: the alignment that the index search scores, for one pair and with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.names import Name, Token
from dragoman.names.compiling import compiled, is_compiled
from dragoman.names.likeness import costs, likeness
from dragoman.screening import kernels
from dragoman.screening.units import Unit, units

_KERNELS = "dragoman.screening.kernels"


@dataclass(frozen=True, slots=True)
class Paired:
    """Two units that stand for each other, and how alike they are (0 to 1)."""

    query: Unit
    record: Unit
    like: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two names compare: score, the weight that agrees, the pairs, and what either side has over."""

    aligned: float
    weight: float
    pairs: tuple[Paired, ...]
    query_rest: tuple[Unit, ...]
    record_rest: tuple[Unit, ...]

    @property
    def telling(self) -> float:
        """The name score: `aligned`, held down where only common words agree."""
        return kernels.telling(self.aligned, self.weight)


@lru_cache(maxsize=65536)
def _token_likeness(left: Token, right: Token) -> float:
    """Return the likeness of two tokens in the steps that the index keeps."""
    return int(likeness(left, right) * kernels.STEPS + kernels.STEP_SLACK) / kernels.STEPS


def unit_likeness(left: Unit, right: Unit) -> float:
    """Return the likeness of two units: of their tokens, or of an initial to the word it may stand for."""
    if left.span > 1 and right.span > 1:
        return 0.0
    if left.initial or right.initial:
        if left.span > 1 or right.span > 1:
            return 0.0
        return kernels.initial_likeness(left.opening, left.initial, right.opening, right.initial, costs().classes)
    like = _token_likeness(left.token, right.token)
    if left.cut and like < kernels.CUT_LIKENESS and goes_on(left.token, right.token):
        return kernels.CUT_LIKENESS
    return like


def goes_on(cut: Token, whole: Token) -> bool:
    """Tell whether a token cut short may have been the other."""
    if cut.exact or whole.exact:
        return False
    return cut.writing == whole.writing and len(cut.sounds) < len(whole.sounds) and whole.sounds.startswith(cut.sounds)


def align(query: Name, record: Name, rarity: Callable[[Token], float]) -> Alignment:
    """Align a query's name with a record's; `rarity` weighs their tokens."""
    left, right = units(query, rarity, query=True), units(record, rarity)
    like = np.array([[unit_likeness(a, b) for b in right] for a in left], np.float32).reshape(len(left), len(right))
    pairs = np.empty((kernels.MAX_UNITS, 2), np.int32)
    module = compiled(_KERNELS) if is_compiled(_KERNELS) else kernels
    aligned, weight, count = module.align(like, *_columns(left), *_columns(right), pairs)
    found = tuple(Paired(left[a], right[b], float(like[a, b])) for a, b in pairs[:count].tolist())
    return Alignment(
        float(aligned),
        float(weight),
        found,
        _rest(left, [pair.query for pair in found]),
        _rest(right, [pair.record for pair in found]),
    )


def _columns(side: Sequence[Unit]) -> tuple[npt.NDArray[Any], ...]:
    return (
        np.array([unit.first for unit in side], np.uint8),
        np.array([unit.span for unit in side], np.uint8),
        np.array([unit.weight for unit in side], np.float32),
        np.array([unit.initial for unit in side], np.uint8),
    )


def _rest(side: Sequence[Unit], used: Sequence[Unit]) -> tuple[Unit, ...]:
    covered = {unit.first + step for unit in used for step in range(unit.span)}
    return tuple(unit for unit in side if unit.span == 1 and unit.first not in covered)
