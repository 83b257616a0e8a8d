"""The exact search.

How it stays exact: the score of two names is bounded by the weight of the query's tokens that find
something like them in the record's name (`reachable`). Tokens whose weights together cannot reach
the bar need not be looked up; every name that can reach it has one of the others. What is found
that way is sifted by tighter bounds, and what remains is scored in full.
"""

from __future__ import annotations

import numpy as np

from dragoman.screening.kernels.alignment import (
    CONFLICT,
    EXCESS,
    INITIAL_REST,
    MAX_UNITS,
    STEPS,
    needed,
    score_name,
)
from dragoman.screening.kernels.judging import judge
from dragoman.screening.layout import F32, I32, U8, Names, Neighbours, QueryNames, Scratch, Vocabulary
from dragoman.screening.scoring import Rules

#: Bounds are compared a hair lower than they are, so that rounding never loses a hit.
_TOLERANCE = 0.9999


def search_batch(
    query: QueryNames,
    first: int,
    last: int,
    bars: F32,
    near: Neighbours,
    vocabulary: Vocabulary,
    names: Names,
    rules: Rules,
    scratch: Scratch,
    classes: U8,
    out_name: I32,
    out_score: F32,
    out_end: I32,
) -> int:
    """Search query names `first` to `last`; `out_end[n]` is where the hits of name n end. Returns where it stopped."""
    written = 0
    for number in range(first, last):
        after = search_name(
            query, number, bars[number], near, vocabulary, names, rules, scratch, classes, out_name, out_score, written
        )
        if after < 0:
            return number
        written = after
        out_end[number] = written
    return last


def search_name(
    query: QueryNames,
    number: int,
    bar: float,
    near: Neighbours,
    vocabulary: Vocabulary,
    names: Names,
    rules: Rules,
    scratch: Scratch,
    classes: U8,
    out_name: I32,
    out_score: F32,
    written: int,
) -> int:
    """Append to `out_*` every name that with query name `number` makes a hit; `bar` is the least name score of one.

    Returns the new number written, or -1 when `out_*` is full. Leaves `scratch` as it was: zero.
    """
    a = query.start[number]
    b = query.start[number + 1]
    total = 0.0
    for i in range(a, b):
        if query.span[i] == 1:
            total += query.weight[i]
    if total <= 0.0:
        return written
    bar *= _TOLERANCE
    stride = 8 if b - a <= 8 else MAX_UNITS
    essential = np.zeros(MAX_UNITS, np.uint8)
    spare = _choose_essential(query, a, b, needed(bar, total) * _TOLERANCE, near, vocabulary, essential)
    found = _look_up(query, a, b, stride, essential, near, vocabulary, names, scratch)
    kept = _sift(query, a, b, found, bar, spare, names, scratch, stride)
    asker = rules.query_of_name[number]
    full = False
    for k in range(kept):
        name = scratch.candidates[k]
        if full or _bound(query, a, b, names, name, scratch, stride) < bar:
            continue
        aligned, weight, _ = score_name(query, a, b, names, name, scratch, stride, classes, scratch.pairs)
        score = judge(aligned, weight, rules.strength[name], asker, names.party[name], rules) if aligned >= bar else 0.0
        if score >= rules.threshold[asker]:
            if written == len(out_name):
                full = True
                continue
            out_name[written] = name
            out_score[written] = score
            written += 1
    _forget(query, a, b, stride, near, scratch)
    return -1 if full else written


def _choose_essential(
    query: QueryNames, a: int, b: int, need: float, near: Neighbours, vocabulary: Vocabulary, essential: U8
) -> float:
    """Mark the units to look up; return the weight of those that need not be.

    The units with the longest postings are left out while their weights, with all initials, stay
    under `need`. Joined units are always looked up: their postings are short.
    """
    volume = np.zeros(MAX_UNITS, np.int64)
    spare = 0.0
    for i in range(b - a):
        essential[i] = 1
        if query.initial[a + i]:
            essential[i] = 0
            spare += query.weight[a + i]
            continue
        token = query.token[a + i]
        for at in range(near.start[token], near.start[token + 1]):
            other = near.token[at]
            volume[i] += vocabulary.post_start[other + 1] - vocabulary.post_start[other]
    while True:
        longest = -1
        for i in range(b - a):
            may_wait = essential[i] == 1 and query.span[a + i] == 1 and spare + query.weight[a + i] < need
            if may_wait and (longest < 0 or volume[i] > volume[longest]):
                longest = i
        if longest < 0:
            return spare
        essential[longest] = 0
        spare += query.weight[a + longest]


def _look_up(
    query: QueryNames,
    a: int,
    b: int,
    stride: int,
    essential: U8,
    near: Neighbours,
    vocabulary: Vocabulary,
    names: Names,
    scratch: Scratch,
) -> int:
    """Enter the likenesses of all units in `scratch.like`, and gather the names that an essential unit finds.

    Other units gather only names with initials, whose bound is not known beforehand. Returns how many.
    """
    post_start = vocabulary.post_start
    post_name = vocabulary.post_name
    near_token = near.token
    near_like = near.like
    like = scratch.like
    mark = scratch.mark
    credit = scratch.credit
    candidates = scratch.candidates
    first_initial = names.first_initial[0]
    with_initials = first_initial < len(names.party)
    found = 0
    for i in range(b - a):
        token = query.token[a + i]
        weight = query.weight[a + i] / STEPS
        initial = query.initial[a + i] != 0
        for at in range(near.start[token], near.start[token + 1]):
            other = near_token[at]
            like[other * stride + i] = near_like[at]
            if initial or (essential[i] == 0 and not with_initials):
                continue
            first = post_start[other]
            last = post_start[other + 1]
            if essential[i] == 0:
                first = _lower_bound(post_name, first, last, first_initial)
            value = near_like[at] * weight
            for post in range(first, last):
                name = post_name[post]
                if mark[name] == 0:
                    mark[name] = 1
                    candidates[found] = name
                    found += 1
                credit[name] += value
    return found


def _lower_bound(values: I32, first: int, last: int, target: int) -> int:
    while first < last:
        middle = (first + last) // 2
        if values[middle] < target:
            first = middle + 1
        else:
            last = middle
    return first


def _forget(query: QueryNames, a: int, b: int, stride: int, near: Neighbours, scratch: Scratch) -> None:
    """Clear what `_look_up` entered in `scratch.like`."""
    near_token = near.token
    like = scratch.like
    for i in range(b - a):
        token = query.token[a + i]
        for at in range(near.start[token], near.start[token + 1]):
            like[near_token[at] * stride + i] = 0


def _sift(  # noqa: C901  (one loop over local arrays, for the compiler)
    query: QueryNames, a: int, b: int, found: int, bar: float, spare: float, names: Names, scratch: Scratch, stride: int
) -> int:
    """Keep of the gathered names those that the likenesses of the query's units let reach `bar`; clear their marks.

    One loop over local arrays: it runs for every name that shares a word with a query.
    """
    like = scratch.like
    mark = scratch.mark
    credit = scratch.credit
    candidates = scratch.candidates
    start = names.start
    token = names.token
    first_initial = names.first_initial[0]
    size = b - a
    best = np.zeros(MAX_UNITS, np.int32)
    weight = np.zeros(MAX_UNITS, np.float32)
    total = 0.0
    initials = 0.0
    for i in range(size):
        if query.initial[a + i] != 0:
            initials += query.weight[a + i]
        elif query.span[a + i] == 1:
            weight[i] = query.weight[a + i]
        if query.span[a + i] == 1:
            total += query.weight[a + i]
    kept = 0
    for k in range(found):
        name = candidates[k]
        most = min(total, credit[name] + spare)
        mark[name] = 0
        credit[name] = 0.0
        if name >= first_initial:
            candidates[kept] = name
            kept += 1
            continue
        if most < needed(bar, total):
            continue
        for i in range(size):
            best[i] = 0
        for j in range(start[name], start[name + 1]):
            row = token[j] * stride
            for i in range(size):
                value = np.int32(like[row + i])
                if value > best[i]:
                    best[i] = value
        agreed = initials * STEPS
        for i in range(size):
            if query.span[a + i] == 1:
                agreed += best[i] * weight[i]
            else:
                position = query.first[a + i]
                for at in range(position, position + 2):
                    if best[i] > best[at]:
                        agreed += (best[i] - best[at]) * weight[at]
                        best[at] = best[i]
        if agreed >= needed(bar, total) * STEPS * _TOLERANCE:
            candidates[kept] = name
            kept += 1
    return kept


def _bound(query: QueryNames, a: int, b: int, names: Names, name: int, scratch: Scratch, stride: int) -> float:
    """Return a score that the name cannot exceed, were every unit paired with the one most like it."""
    like = scratch.like
    best = scratch.best
    token = names.token
    for i in range(b - a):
        best[i] = 0
    c = names.start[name]
    d = names.start[name + 1]
    for j in range(c, d):
        row = token[j] * stride
        most = 0
        for i in range(b - a):
            value = like[row + i]
            if value > best[i]:
                best[i] = value
            if value > most:
                most = value
        scratch.record_best[j - c] = most
    _spread(scratch.record_best, names.first, names.span, c, d)
    _spread(best, query.first, query.span, a, b)
    record_agreed, record_rest, record_initials = _sums(
        scratch.record_best, names.span, names.weight, names.initial, c, d
    )
    agreed, query_rest, query_initials = _sums(best, query.span, query.weight, query.initial, a, b)
    agreed = min(agreed, record_agreed)
    if agreed <= 0.0:
        return 0.0
    # An initial agrees at most wholly, and explains most of the heaviest word of the other side.
    agreed += query_initials + record_initials
    if record_initials > 0.0:
        query_rest = max(0.0, INITIAL_REST * (query_rest - record_initials))
    if query_initials > 0.0:
        record_rest = max(0.0, INITIAL_REST * (record_rest - query_initials))
    low = min(query_rest, record_rest)
    high = max(query_rest, record_rest)
    return agreed / (agreed + CONFLICT * low + EXCESS * (high - low))


def _sums(best: U8, span: U8, weight: F32, initial: U8, a: int, b: int) -> tuple[float, float, float]:
    """Return the weight of the tokens that agrees at best, that cannot agree, and that of initials."""
    agreed = 0.0
    rest = 0.0
    initials = 0.0
    for k in range(a, b):
        if initial[k] != 0:
            initials += weight[k]
        elif span[k] == 1:
            share = best[k - a] / STEPS
            agreed += share * weight[k]
            rest += (1.0 - share) * weight[k]
    return agreed, rest, initials


def _spread(best: U8, first: U8, span: U8, a: int, b: int) -> None:
    """Give what a joined unit reaches to the tokens that it joins (tokens stand before joins, in order)."""
    for i in range(a, b):
        if span[i] > 1:
            for position in range(first[i], first[i] + 2):
                if best[i - a] > best[position]:
                    best[position] = best[i - a]
