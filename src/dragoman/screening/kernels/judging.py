"""The score of a pair: the calibrated name, moved by what else is known."""

from __future__ import annotations

import math

from dragoman.model.dates import APPROXIMATE_DAYS
from dragoman.screening.kernels.alignment import ceiling, telling
from dragoman.screening.layout import F32, Facts
from dragoman.screening.scoring import INITIALS_CEILING, NAME_FLOOR, WEAK_CEILING, Points, Rules

#: A day given as approximate may be this far off; near and apart are two and ten years.
_SOFT_DAYS = APPROXIMATE_DAYS
_NEAR_DAYS = 731
_APART_DAYS = 3653


def judge(aligned: float, weight: float, strength: int, asker: int, party: int, rules: Rules) -> float:
    """Return the score of a pair: the calibrated name, moved by what else is known; 0 for different kinds of thing."""
    left = rules.queries.group[asker]
    right = rules.parties.group[party]
    if aligned < NAME_FLOOR or (left != 0 and right != 0 and left != right):
        return 0.0
    share = name_share(aligned, weight, rules)
    date = date_points(rules.queries, asker, rules.parties, party, rules.points)
    country = country_points(rules.queries, asker, rules.parties, party, rules.points)
    place = place_points(rules.queries, asker, rules.parties, party, rules.points)
    gender = gender_points(rules.queries, asker, rules.parties, party, rules.points)
    score = shift(share, date + country + place + gender)
    if strength != 0 and date <= 0.0 and country <= 0.0 and place <= 0.0:
        score = min(score, WEAK_CEILING if strength == 1 else INITIALS_CEILING)
    return score


def name_share(aligned: float, weight: float, rules: Rules) -> float:
    """Return the probability that a name gives by itself: calibrated, and never over what its rarity allows."""
    share = interpolate(telling(aligned, weight), rules.calibration_name, rules.calibration_share)
    return min(share, ceiling(weight))


def shift(share: float, points: float) -> float:
    """Move a probability by log-odds."""
    if points == 0.0 or share <= 0.0 or share >= 1.0:
        return share
    return 1.0 / (1.0 + (1.0 - share) / share * math.exp(-points))


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


def _pair_points(
    first: int, last: int, soft: int, other_first: int, other_last: int, other_soft: int, points: Points
) -> float:
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
