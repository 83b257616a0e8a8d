"""The exact search and the name score, in plain Python that numba compiles as it stands.

How the search stays exact: the score of two names is bounded by the weight of the query's tokens
that find something like them in the record's name (`reachable`). Tokens whose weights together
cannot reach the bar need not be looked up; every name that can reach it has one of the others.
What is found that way is scored in full.
"""

from __future__ import annotations

import math

import numpy as np

from dragoman.model.dates import APPROXIMATE_DAYS
from dragoman.names.kernels import LONGEST, MAX_KEYS, Codes, Costs, form_keys, has_digit, likeness_at, masses
from dragoman.screening.layout import F32, I32, U8, U64, Facts, Names, Neighbours, QueryNames, Scratch, Vocabulary
from dragoman.screening.scoring import NAME_FLOOR, WEAK_CEILING, Points, Rules

#: Units compared a name: tokens, then joined neighbours. Longer names are cut to these by the caller.
MAX_UNITS = 32
#: Likenesses are kept in steps of 1/200.
STEPS = 200.0

#: Weight of what stands on both sides and differs, and of what stands on one side only, against what agrees.
CONFLICT = 1.7
EXCESS = 0.7
#: Share of a word's weight that stays unexplained where only its initial is given.
INITIAL_REST = 0.35
#: An initial's likeness to a word that opens with its sound.
INITIAL_LIKENESS = 0.9
#: Likeness of a query's last word to one that begins with it: forms and messages cut names short.
CUT_LIKENESS = 0.75


#: Names whose agreeing tokens weigh little (Ali, Ahmed, Trading) never come near certainty: at no weight
#: COMMON_DISCOUNT is taken off, and every COMMON_SCALE of weight takes off a third of that.
COMMON_DISCOUNT = 0.35
COMMON_SCALE = 6.0

#: Bounds are compared a hair lower than they are, so that rounding never loses a hit.
_TOLERANCE = 0.9999

#: A day given as approximate may be this far off; near and apart are two and ten years.
_SOFT_DAYS = APPROXIMATE_DAYS
_NEAR_DAYS = 731
_APART_DAYS = 3653


def find_key(key: np.uint64, slots: I32, key_hash: U64) -> int:
    """Return the number of a key, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = (key ^ (key >> np.uint64(29))) & mask
    while True:
        number = slots[slot]
        if number < 0 or key_hash[number] == key:
            return int(number)
        slot = (slot + np.uint64(1)) & mask


def fill_slots(key_hash: U64, slots: I32) -> None:
    """Enter all keys into an empty (-1) table at least twice as long."""
    mask = np.uint64(len(slots) - 1)
    for number in range(len(key_hash)):
        key = key_hash[number]
        slot = (key ^ (key >> np.uint64(29))) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = number


def forms_keys(form_start: I32, form_sound: U8, form_writing: U8, costs: Costs, out_key: U64, out_form: I32) -> int:
    """Write (key, form) for every distinct key of every form; return how many."""
    keys = np.empty(MAX_KEYS, np.uint64)
    written = 0
    for form in range(len(form_start) - 1):
        count = form_keys(form_sound[form_start[form] : form_start[form + 1]], form_writing[form], costs, keys)
        for k in range(count):
            known = False
            for earlier in range(k):
                if keys[earlier] == keys[k]:
                    known = True
            if not known:
                out_key[written] = keys[k]
                out_form[written] = form
                written += 1
    return written


def neighbours(
    sounds: Codes,
    start: I32,
    writing: U8,
    families: U64,
    family_like: int,
    cut: bool,
    vocabulary: Vocabulary,
    costs: Costs,
    best: U8,
    seen: U8,
    touched: I32,
    out: I32,
) -> int:
    """Collect the tokens of the vocabulary that are like one query token.

    `sounds`, `start`, `writing` are the token's forms, `families` its family keys; a token that is
    `cut` is also like those that begin with it. `best` (T,) receives
    the likeness of each token written to `out` (T,); both it and `seen` (F,) are zero outside and
    the caller clears `best`. `touched` (F,) is working memory. Returns the number written.
    """
    keys = np.empty(MAX_KEYS, np.uint64)
    table = np.empty((3, LONGEST + 1), np.float32)
    found = 0
    for form in range(len(start) - 1):
        own = sounds[start[form] : start[form + 1]]
        marks = _sharing(own, writing[form], vocabulary, costs, keys, seen, touched)
        found = _weigh(own, writing[form], touched, marks, vocabulary, costs, table, best, out, found)
        for k in range(marks):
            seen[touched[k]] = 0
    if cut:
        found = _continuations(sounds[start[0] : start[1]], writing[0], vocabulary, best, out, found)
    for family in range(len(families)):
        number = find_key(families[family], vocabulary.slots, vocabulary.key_hash)
        if number >= 0:
            for at in range(vocabulary.key_start[number], vocabulary.key_start[number + 1]):
                found = _keep(family_like, vocabulary.form_token[vocabulary.key_form[at]], best, out, found)
    return found


def neighbours_of_all(
    sounds: Codes,
    form_start: I32,
    form_writing: U8,
    token_start: I32,
    families: U64,
    family_start: I32,
    cut: U8,
    family_like: int,
    vocabulary: Vocabulary,
    costs: Costs,
    best: U8,
    seen: U8,
    touched: I32,
    out: I32,
    near_start: I32,
    near_token: I32,
    near_like: U8,
    first: int,
) -> int:
    """Append the neighbours of query tokens `first` and on to the `near_*` arrays, ascending.

    `token_start` cuts the forms, `family_start` the family keys of each token. `near_start[n]` is
    where the neighbours of new token n begin. Returns the token at which the arrays were full, or
    how many there are.
    """
    for token in range(first, len(token_start) - 1):
        a = token_start[token]
        b = token_start[token + 1]
        found = neighbours(
            sounds,
            form_start[a : b + 1],
            form_writing[a:b],
            families[family_start[token] : family_start[token + 1]],
            family_like,
            cut[token] != 0,
            vocabulary,
            costs,
            best,
            seen,
            touched,
            out,
        )
        begin = near_start[token]
        room = begin + found <= len(near_token)
        if room:
            near_token[begin : begin + found] = np.sort(out[:found])
            near_start[token + 1] = begin + found
        for k in range(found):
            if room:
                near_like[begin + k] = best[near_token[begin + k]]
        for k in range(found):
            best[out[k]] = 0
        if not room:
            return token
    return len(token_start) - 1


def _sharing(own: Codes, writing: int, vocabulary: Vocabulary, costs: Costs, keys: U64, seen: U8, touched: I32) -> int:
    """Collect in `touched` the forms that share a key with one form, each once, marked in `seen`."""
    key_start = vocabulary.key_start
    key_form = vocabulary.key_form
    marks = 0
    for k in range(form_keys(own, writing, costs, keys)):
        number = find_key(keys[k], vocabulary.slots, vocabulary.key_hash)
        if number < 0:
            continue
        for at in range(key_start[number], key_start[number + 1]):
            other = key_form[at]
            if seen[other] == 0:
                seen[other] = 1
                touched[marks] = other
                marks += 1
    return marks


def _weigh(
    own: Codes,
    writing: int,
    touched: I32,
    marks: int,
    vocabulary: Vocabulary,
    costs: Costs,
    table: F32,
    best: U8,
    out: I32,
    found: int,
) -> int:
    """Keep the tokens of the touched forms that are like `own`."""
    form_start = vocabulary.form_start
    form_sound = vocabulary.form_sound
    form_writing = vocabulary.form_writing
    form_mass = vocabulary.form_mass
    form_token = vocabulary.form_token
    matrices = costs.matrices
    digraph = costs.digraph
    own_mass, other_mass = masses(own, writing, costs)
    digits = has_digit(own)
    for k in range(marks):
        other = touched[k]
        a = form_start[other]
        b = form_start[other + 1]
        value = 0.0
        if writing == form_writing[other] and same_at(own, form_sound, a, b):
            value = 1.0
        elif not digits and form_mass[other, 0] >= 0.0:
            value = likeness_at(
                own,
                0,
                len(own),
                writing,
                form_sound,
                a,
                b - a,
                form_writing[other],
                own_mass + form_mass[other, 0],
                other_mass + form_mass[other, 1],
                matrices,
                digraph,
                table,
            )
        if value > 0.0:
            found = _keep(int(value * STEPS), form_token[other], best, out, found)
    return found


def write_masses(sounds: Codes, writing: int, costs: Costs, out: F32) -> None:
    """Write the masses of a form, or -1 twice where it has a digit."""
    out[0], out[1] = masses(sounds, writing, costs)
    if has_digit(sounds):
        out[0] = -1.0
        out[1] = -1.0


def all_masses(form_start: I32, form_sound: U8, form_writing: U8, costs: Costs, out: F32) -> None:
    """Write the masses of every form into `out` (F, 2)."""
    for form in range(len(form_start) - 1):
        write_masses(form_sound[form_start[form] : form_start[form + 1]], form_writing[form], costs, out[form])


def same_at(own: Codes, sounds: Codes, a: int, b: int) -> bool:
    """Tell whether a form has the same sounds as `sounds` from a to b."""
    if b - a != len(own):
        return False
    for k in range(len(own)):  # noqa: SIM110
        if own[k] != sounds[a + k]:
            return False
    return True


def _compare_head(head: Codes, sounds: Codes) -> int:
    """Order a form against a head: 0 where it begins with the head."""
    for k in range(len(head)):
        if k >= len(sounds) or sounds[k] < head[k]:
            return -1
        if sounds[k] > head[k]:
            return 1
    return 0


def _continuations(head: Codes, writing: int, vocabulary: Vocabulary, best: U8, out: I32, found: int) -> int:
    """Keep the tokens whose main form begins with `head` and is longer."""
    low = 0
    high = len(vocabulary.form_order)
    while low < high:
        middle = (low + high) // 2
        form = vocabulary.form_order[middle]
        own = vocabulary.form_sound[vocabulary.form_start[form] : vocabulary.form_start[form + 1]]
        if _compare_head(head, own) < 0:
            low = middle + 1
        else:
            high = middle
    while low < len(vocabulary.form_order):
        form = vocabulary.form_order[low]
        own = vocabulary.form_sound[vocabulary.form_start[form] : vocabulary.form_start[form + 1]]
        if _compare_head(head, own) != 0:
            break
        if len(own) > len(head) and vocabulary.form_writing[form] == writing:
            found = _keep(int(CUT_LIKENESS * STEPS), vocabulary.form_token[form], best, out, found)
        low += 1
    return found


def _keep(value: int, token: int, best: U8, out: I32, found: int) -> int:
    if value > best[token]:
        if best[token] == 0:
            out[found] = token
            found += 1
        best[token] = value
    return found


def reachable(matched: float, total: float) -> float:
    """Return the highest score that a name can have of which at most `matched` of `total` weight agrees."""
    if matched <= 0.0:
        return 0.0
    missing = total - matched
    return matched / (matched + EXCESS * missing) if missing > 0.0 else 1.0


def needed(bar: float, total: float) -> float:
    """Return the weight that must agree for a score of `bar`: the inverse of `reachable`."""
    return total * EXCESS * bar / (1.0 - bar + EXCESS * bar)


def opens_alike(left: int, right: int, classes: U8) -> bool:
    """Tell whether an initial may stand for a word: the same opening sound, or one of its class."""
    return left == right or (classes[left] != 0 and classes[left] == classes[right])


def align(
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
            if query.initial[a + i] != names.initial[c + j]:
                if query.span[a + i] == 1 and not joined and opens_alike(query.opening[a + i], names.opening[c + j], classes):
                    like[i, j] = INITIAL_LIKENESS
            else:
                like[i, j] = scratch.like[row + i] / STEPS
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
    return aligned * (1.0 - COMMON_DISCOUNT * math.exp(-weight / COMMON_SCALE))


def interpolate(value: float, xs: F32, ys: F32) -> float:
    """Read a piecewise linear, increasing function at `value`."""
    if value <= xs[0]:
        return float(ys[0])
    for k in range(1, len(xs)):
        if value <= xs[k]:
            share = (value - xs[k - 1]) / (xs[k] - xs[k - 1])
            return float(ys[k - 1] + share * (ys[k] - ys[k - 1]))
    return float(ys[len(ys) - 1])


def date_points(queries: Facts, asker: int, parties: Facts, party: int, points: Points) -> float:
    """Return the points for dates: the best that any pair gives; 0 where either side has none."""
    best = -99.0
    for i in range(queries.date_start[asker], queries.date_start[asker + 1]):
        for j in range(parties.date_start[party], parties.date_start[party + 1]):
            value = _pair_points(
                queries.date_first[i],
                queries.date_last[i],
                queries.date_soft[i],
                parties.date_first[j],
                parties.date_last[j],
                parties.date_soft[j],
                points,
            )
            best = max(best, value)
    return best if best > -99.0 else 0.0


def _pair_points(first: int, last: int, soft: int, other_first: int, other_last: int, other_soft: int, points: Points) -> float:
    if first <= other_last and other_first <= last:
        return points.date_same if first == last and other_first == other_last else points.date_within
    gap = max(other_first - last, first - other_last)
    if soft or other_soft:
        gap = max(0, gap - _SOFT_DAYS)
        if gap == 0:
            return points.date_within * 0.5
    if first == last and other_first == other_last and swapped(first, other_first):
        return points.date_swapped
    if gap < 366 and year_of(first) == year_of(other_first):
        return points.date_same_year
    if gap <= _NEAR_DAYS:
        return points.date_near
    return points.date_apart if gap <= _APART_DAYS else points.date_far


def year_of(ordinal: int) -> int:
    """Return the year of a day's ordinal (proleptic Gregorian, as `datetime.date.toordinal`)."""
    n = ordinal - 1
    n400 = n // 146097
    n %= 146097
    n100 = min(n // 36524, 3)
    n -= n100 * 36524
    n4 = n // 1461
    n %= 1461
    return int(400 * n400 + 100 * n100 + 4 * n4 + min(n // 365, 3) + 1)


def _month_and_day(ordinal: int) -> tuple[int, int, int]:
    year = year_of(ordinal)
    leap = 1 if (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)) else 0
    before = (year - 1) * 365 + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    day = ordinal - before
    month = 1
    while True:
        length = 31
        if month in (4, 6, 9, 11):
            length = 30
        elif month == 2:
            length = 28 + leap
        if day <= length:
            return year, month, day
        day -= length
        month += 1


def swapped(left: int, right: int) -> bool:
    """Tell whether two days are the same but for day and month exchanged."""
    year, month, day = _month_and_day(left)
    other_year, other_month, other_day = _month_and_day(right)
    return year == other_year and month == other_day and day == other_month


def country_points(queries: Facts, asker: int, parties: Facts, party: int, points: Points) -> float:
    """Return the points for countries; 0 where either side has none."""
    a = queries.country_start[asker]
    b = queries.country_start[asker + 1]
    c = parties.country_start[party]
    d = parties.country_start[party + 1]
    if a == b or c == d:
        return 0.0
    for i in range(a, b):
        for j in range(c, d):
            if queries.country[i] == parties.country[j]:
                return points.country_same
    return points.country_other


def place_points(queries: Facts, asker: int, parties: Facts, party: int, points: Points) -> float:
    """Return the points for a word that both places of birth have; a difference means nothing."""
    for i in range(queries.place_start[asker], queries.place_start[asker + 1]):
        for j in range(parties.place_start[party], parties.place_start[party + 1]):
            if queries.place[i] == parties.place[j]:
                return points.place_same
    return 0.0


def gender_points(queries: Facts, asker: int, parties: Facts, party: int, points: Points) -> float:
    """Return the points for a contradiction of gender; agreement means nothing."""
    left = queries.gender[asker]
    right = parties.gender[party]
    return points.gender_other if left != 0 and right != 0 and left != right else 0.0


def judge(aligned: float, weight: float, weak: int, asker: int, party: int, rules: Rules) -> float:
    """Return the score of a pair: the calibrated name, moved by what else is known; 0 for different kinds of thing."""
    left = rules.queries.group[asker]
    right = rules.parties.group[party]
    if aligned < NAME_FLOOR or (left != 0 and right != 0 and left != right):
        return 0.0
    share = interpolate(telling(aligned, weight), rules.calibration_name, rules.calibration_share)
    date = date_points(rules.queries, asker, rules.parties, party, rules.points)
    country = country_points(rules.queries, asker, rules.parties, party, rules.points)
    place = place_points(rules.queries, asker, rules.parties, party, rules.points)
    gender = gender_points(rules.queries, asker, rules.parties, party, rules.points)
    score = shift(share, date + country + place + gender)
    if weak and date <= 0.0 and country <= 0.0 and place <= 0.0:
        score = min(score, WEAK_CEILING)
    return score


def shift(share: float, points: float) -> float:
    """Move a probability by log-odds."""
    if points == 0.0 or share <= 0.0 or share >= 1.0:
        return share
    return 1.0 / (1.0 + (1.0 - share) / share * math.exp(-points))


def _lower_bound(values: I32, first: int, last: int, target: int) -> int:
    while first < last:
        middle = (first + last) // 2
        if values[middle] < target:
            first = middle + 1
        else:
            last = middle
    return first


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
            if essential[i] == 1 and query.span[a + i] == 1 and spare + query.weight[a + i] < need:
                if longest < 0 or volume[i] > volume[longest]:
                    longest = i
        if longest < 0:
            return spare
        essential[longest] = 0
        spare += query.weight[a + longest]


def _look_up(
    query: QueryNames, a: int, b: int, stride: int, essential: U8, near: Neighbours, vocabulary: Vocabulary, names: Names, scratch: Scratch
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


def _forget(query: QueryNames, a: int, b: int, stride: int, near: Neighbours, scratch: Scratch) -> None:
    """Clear what `_look_up` entered in `scratch.like`."""
    near_token = near.token
    like = scratch.like
    for i in range(b - a):
        token = query.token[a + i]
        for at in range(near.start[token], near.start[token + 1]):
            like[near_token[at] * stride + i] = 0


def _sift(
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
        score = judge(aligned, weight, rules.weak[name], asker, names.party[name], rules) if aligned >= bar else 0.0
        if score >= rules.threshold[asker]:
            if written == len(out_name):
                full = True
                continue
            out_name[written] = name
            out_score[written] = score
            written += 1
    _forget(query, a, b, stride, near, scratch)
    return -1 if full else written


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
