"""Days and local times of travel, and the zones of airports.

The zones are those of the package airportsdata (MIT licence, ``dragoman[travel]``) and of the system's tz database;
without the package, or for a place that it does not know (a city code such as LON), a time stays without offset.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = {month: number for number, month in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)}  # fmt: skip
_WRITTEN = re.compile(r"(\d{1,2})([A-Z]{3})(\d{4}|\d{2})")
#: Longer texts are no day, clock or flight, and have no place in a cache.
_LONGEST = 40
_FLIGHT = re.compile(r"([A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z])0*(\d{1,5}[A-Z]?)")


def read_day(text: str, form: str, *, near: date | None = None, past: bool = False) -> date | None:
    """Return the day that a text of six or eight digits (or ``30DEC02``) means, None where it means none.

    `form` is YYMMDD or DDMMYY. The century of a two-digit year is the one nearest to `near` (today where that is not
    stated); with `past` (a birth) the latest that is not after it.
    """
    if len(text) > _LONGEST:
        return None
    return _day(text.strip().upper(), form, near or datetime.now(UTC).date(), past)


@lru_cache(maxsize=65536)  # the same days come again and again
def _day(text: str, form: str, near: date, past: bool) -> date | None:
    if match := _WRITTEN.fullmatch(text):
        day, month, year = int(match[1]), _MONTHS.get(match[2], 0), match[3]
    elif text.isascii() and text.isdecimal() and len(text) in (6, 8):
        width = len(text) - 4
        if form == "DDMMYY":
            day, month, year = int(text[:2]), int(text[2:4]), text[4:]
        else:
            year, month, day = text[:width], int(text[width : width + 2]), int(text[width + 2 :])
    else:
        return None
    full = int(year) if len(year) == 4 else _century(int(year), near, past=past)
    try:
        found = date(full, month, day)
    except ValueError:
        return None
    if past and found > near and len(year) == 2:
        return found.replace(year=full - 100) if (month, day) != (2, 29) or full % 400 else None
    return found


def _century(year: int, near: date, *, past: bool) -> int:
    start = near.year - near.year % 100 + year
    if past:
        return start if start <= near.year else start - 100
    return min((start - 100, start, start + 100), key=lambda full: abs(full - near.year))


@cache
def _zones() -> Mapping[str, str]:
    try:
        import airportsdata
    except ImportError:
        return {}
    return {code: airport["tz"] for code, airport in airportsdata.load("IATA").items()}


@lru_cache(maxsize=2048)
def zone(place: str | None) -> ZoneInfo | None:
    """Return the time zone of an airport by its IATA code, None where it is not known."""
    name = _zones().get(place or "")
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


@lru_cache(maxsize=65536)
def local_time(day: date | None, clock: str, place: str | None) -> str | None:
    """Return a local time as ISO 8601 to the precision given, with the offset where the zone of `place` is known.

    `clock` is HHMM or empty (``2018-09-28``); a clock that cannot be (4321) leaves the day alone.
    """
    if day is None:
        return None
    hour, minute = clock[:2], clock[2:4]
    if not (len(clock) == 4 and clock.isascii() and clock.isdecimal() and int(hour) < 24 and int(minute) < 60):
        return day.isoformat()
    moment = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone(place))
    return moment.isoformat(timespec="minutes")


@lru_cache(maxsize=16384)
def arrival_day(left: date | None, leaves: str, origin: str | None, clock: str, destination: str | None) -> date | None:
    """Return the day of an arrival of which only the clock is stated: the first that is after the departure.

    The zones of both places count where both are known, else the clocks alone.
    """
    if left is None or local_time(left, clock, None) == left.isoformat():
        return left
    known = zone(origin) is not None and zone(destination) is not None
    start = local_time(left, leaves, origin if known else None)
    for days in (-1, 0, 1, 2):
        day = left + timedelta(days=days)
        end = local_time(day, clock, destination if known else None)
        if start and end and len(start) > 10 and datetime.fromisoformat(end) > datetime.fromisoformat(start):
            return day
    return left


def flight(text: str, carrier: str = "") -> tuple[str | None, str | None]:
    """Return carrier and number, without zeros before, of a flight as written (``AA123``, or the number alone)."""
    return _flight(text[:_LONGEST].strip().upper(), carrier[:_LONGEST])


@lru_cache(maxsize=16384)
def _flight(text: str, carrier: str) -> tuple[str | None, str | None]:
    if carrier and text.startswith(carrier):
        text = text[len(carrier) :]
    elif not carrier and (match := _FLIGHT.fullmatch(text)):
        return match[1], match[2]
    return carrier or None, text.lstrip("0") or None
