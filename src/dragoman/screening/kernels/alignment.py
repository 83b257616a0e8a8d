"""The name score: units of two names paired, what agrees weighed against what does not."""

from __future__ import annotations

import math

import numpy as np

from dragoman.screening.layout import F32, I32, U8, Names, QueryNames, Scratch

#: Units compared a name: tokens, then joined neighbours. Longer names are cut to these by the caller.
MAX_UNITS = 32
#: Likenesses are kept in steps of 1/200.
STEPS = 200.0
#: Rounding aside: plain and compiled kernels add up in different precision, and must fall on the same step.
STEP_SLACK = 0.01

#: Weight of what stands on both sides and differs, and of what stands on one side only, against what agrees.
CONFLICT = 1.9
EXCESS = 0.7
#: Share of a word's weight that stays unexplained where only its initial is given.
INITIAL_REST = 0.35
#: An initial's likeness to a word that opens with its sound.
INITIAL_LIKENESS = 0.9
#: Likeness of a query's last word to one that begins with it: forms and messages cut names short.
CUT_LIKENESS = 0.75


#: Names whose agreeing tokens weigh little (Ali, Ahmed, Trading) never come near certainty: at no weight
#: COMMON_DISCOUNT is taken off, and every COMMON_SCALE of weight takes off all but a third of that.
COMMON_DISCOUNT = 0.35
COMMON_SCALE = 6.0


def reachable(matched: float, total: float) -> float:
    """Return the highest score that a name can have of which at most `matched` of `total` weight agrees."""
    if matched <= 0.0:
        return 0.0
    missing = total - matched
    return matched / (matched + EXCESS * missing) if missing > 0.0 else 1.0


def needed(bar: float, total: float) -> float:
    """Return the weight that must agree for a score of `bar`: the inverse of `reachable`."""
    return total * EXCESS * bar / (1.0 - bar + EXCESS * bar)


def initial_likeness(left: int, left_initial: int, right: int, right_initial: int, classes: U8) -> float:
    """Return the likeness of two opening sounds of which one or both stand as initials.

    Two initials are the same or not; an initial may stand for a word that opens with its sound or one of its class.
    """
    if left_initial != 0 and right_initial != 0:
        return 1.0 if left == right else 0.0
    return INITIAL_LIKENESS if left == right or (classes[left] != 0 and classes[left] == classes[right]) else 0.0


def align(  # noqa: C901  (greedy pairing in plain loops, for the compiler)
    like: F32,
    left_first: U8,
    left_span: U8,
    left_weight: F32,
    left_initial: U8,
    right_first: U8,
    right_span: U8,
    right_weight: F32,
    right_initial: U8,
    pairs: I32,
) -> tuple[float, float, int]:
    """Pair the units of two names, the most telling pair first, and score what agrees against what does not.

    `like` (L, R) holds likenesses 0 to 1. Writes (left, right) of each pair into `pairs` (MAX_UNITS, 2).
    Returns the score, the weight that agrees, and the number of pairs.
    """
    rows = len(left_first)
    columns = len(right_first)
    left_used = np.zeros(2 * MAX_UNITS + 2, np.uint8)
    right_used = np.zeros(2 * MAX_UNITS + 2, np.uint8)
    agreed = 0.0
    left_rest = 0.0
    right_rest = 0.0
    told = False
    count = 0
    while count < MAX_UNITS:
        best = 0.0
        at = -1
        to = -1
        for i in range(rows):
            if left_used[left_first[i]] or (left_span[i] > 1 and left_used[left_first[i] + 1]):
                continue
            for j in range(columns):
                value = like[i, j]
                if value <= 0.0 or right_used[right_first[j]] or (right_span[j] > 1 and right_used[right_first[j] + 1]):
                    continue
                value *= min(left_weight[i], right_weight[j])
                if value > best:
                    best = value
                    at = i
                    to = j
        if at < 0:
            break
        agreed += best
        if left_initial[at] != right_initial[to]:
            weight = min(left_weight[at], right_weight[to])
            left_rest += INITIAL_REST * (left_weight[at] - weight)
            right_rest += INITIAL_REST * (right_weight[to] - weight)
        else:
            left_rest += left_weight[at] * (1.0 - like[at, to])
            right_rest += right_weight[to] * (1.0 - like[at, to])
            told = told or left_initial[at] == 0
        pairs[count, 0] = at
        pairs[count, 1] = to
        count += 1
        left_used[left_first[at]] = 1
        left_used[left_first[at] + left_span[at] - 1] = 1
        right_used[right_first[to]] = 1
        right_used[right_first[to] + right_span[to] - 1] = 1
    if not told:
        return 0.0, 0.0, 0
    for i in range(rows):
        if left_span[i] == 1 and not left_used[left_first[i]]:
            left_rest += left_weight[i]
    for j in range(columns):
        if right_span[j] == 1 and not right_used[right_first[j]]:
            right_rest += right_weight[j]
    low = min(left_rest, right_rest)
    high = max(left_rest, right_rest)
    return agreed / (agreed + CONFLICT * low + EXCESS * (high - low)), agreed, count


def score_name(
    query: QueryNames, a: int, b: int, names: Names, name: int, scratch: Scratch, stride: int, classes: U8, pairs: I32
) -> tuple[float, float, int]:
    """Score query units a to b against one name, likenesses being in `scratch.like`."""
    c = names.start[name]
    d = names.start[name + 1]
    like = np.zeros((b - a, d - c), np.float32)
    for j in range(d - c):
        row = names.token[c + j] * stride
        joined = names.span[c + j] > 1
        for i in range(b - a):
            if joined and query.span[a + i] > 1:
                continue
            if query.initial[a + i] == 0 and names.initial[c + j] == 0:
                like[i, j] = scratch.like[row + i] / STEPS
            elif query.span[a + i] == 1 and not joined:
                like[i, j] = initial_likeness(
                    query.opening[a + i], query.initial[a + i], names.opening[c + j], names.initial[c + j], classes
                )
    return align(
        like,
        query.first[a:b],
        query.span[a:b],
        query.weight[a:b],
        query.initial[a:b],
        names.first[c:d],
        names.span[c:d],
        names.weight[c:d],
        names.initial[c:d],
        pairs,
    )


def telling(aligned: float, weight: float) -> float:
    """Return the name score: an alignment's score, held down where the agreeing tokens are common ones."""
    return aligned * ceiling(weight)


def ceiling(weight: float) -> float:
    """Return the highest score that a name of so much agreeing weight can have by itself."""
    return 1.0 - COMMON_DISCOUNT * math.exp(-weight / COMMON_SCALE)
