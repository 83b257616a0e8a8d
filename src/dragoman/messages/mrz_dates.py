"""Dates in the machine-readable zone: two-digit years, and parts that are not known.

Rule: ICAO Doc 9303 part 3, section 4.8: YYMMDD, with fillers in the place of what is not known. Zeros stand there
on documents of several States and mean the same. The zone names no century.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from dragoman.messages.parties import Problem

BIRTH, EXPIRY = "birth", "expiry"
_DATE = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)")

#: Above this age a birth is not taken to be meant (the oldest verified person lived for 122 years).
_OLDEST = 115
#: No document is valid for longer than this many years to either side of today.
_LONGEST_VALID = 50


def read_mrz_date(printed: str, field: str, today: date, place: str, problems: list[Problem]) -> tuple[str, ...]:
    """Return the days that six characters may mean, likeliest first, to the precision known (``1974``, ``1974-08-12``).

    A birth has two readings where both leave the holder an age that people reach. What is no date is a problem.
    """
    match = _DATE.fullmatch(printed)
    if match is None:
        problems.append(Problem(place, "a date YYMMDD with < where a part is unknown", printed))
        return ()
    year, month, day = (None if part in ("<<", "00") else part for part in match.groups())
    if match.group(1) == "00" and printed != "000000":
        year = "00"
    if year is None:
        if month or day:
            problems.append(Problem(place, "a year where the month or day is known", printed))
        return ()
    if month is None and day is not None:
        problems.append(Problem(place, "a month where the day is known", printed))
        day = None
    found = [text for full in _years(int(year), field, today) if (text := _written(full, month, day, field, today))]
    if not found:
        problems.append(Problem(place, "a day that there is", printed))
    return tuple(found)


def _years(year: int, field: str, today: date) -> list[int]:
    century = today.year - today.year % 100
    if field == EXPIRY:
        return [min((century + year + step for step in (-100, 0, 100)), key=lambda full: abs(full - today.year))]
    return [full for full in (century + year, century + year - 100) if today.year - _OLDEST <= full <= today.year]


def _written(year: int, month: str | None, day: str | None, field: str, today: date) -> str | None:
    if month is None:
        return str(year)
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{month}"
    if int(day) > monthrange(year, int(month))[1]:
        return None
    found = f"{year}-{month}-{day}"
    return None if field == BIRTH and found > today.isoformat() else found
