"""Moments: times as whole microseconds since 1970, which is how date_added is kept.

date_added is unique within a collection and only ever grows, so that a page is everything between two moments and a
poll for what is new can neither miss an object nor get it twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dragoman.errors import BundleRefused, TaxiiRefused
from dragoman.exchange.stix.ids import read_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment_of(time: datetime) -> int:
    """Return a time as a moment."""
    return (time - _EPOCH) // _MICROSECOND


def write_moment(moment: int) -> str:
    """Write a moment as TAXII prints it: RFC 3339, six digits of a second, Z."""
    time = _EPOCH + moment * _MICROSECOND
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_moment(text: str, name: str) -> int:
    """Read a parameter's time; what is finer than a microsecond is cut off. Raises TaxiiRefused."""
    try:
        return moment_of(read_time(text, name))
    except BundleRefused as error:
        raise TaxiiRefused(error.message, place=name, remedy=error.remedy) from error


def next_moments(newest: int, now: int, count: int) -> range:
    """Return the moments for so many new objects: from now, but after the newest, whatever the clock says."""
    first = max(now, newest + 1)
    return range(first, first + count)
