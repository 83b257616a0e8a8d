"""Dates with precision: what is known of a day, and no more.

A date is written in a small subset of the Extended Date/Time Format (ISO 8601-2, EDTF level 1):

==================  =============================================
``1957-03-10``      a day
``1957-03``         a month
``1957``            a year
``1957~``           about that year (likewise a month or a day)
``1955/1960``       some day between the two, both included
==================  =============================================
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from dragoman.errors import ValueRefused

_PART = r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(~)?"
_DATE = re.compile(rf"{_PART}(?:/{_PART})?")

#: How far "about" reaches to either side of a year, in days: lists say "circa" of birth years that
#: passports later show to be one or two years off.
APPROXIMATE_DAYS = 731


@dataclass(frozen=True, slots=True)
class PartialDate:
    """The days that a written date leaves open: `first` to `last`, both included.

    `approximate` says that the source itself was not sure of the bounds.
    """

    first: date
    last: date
    approximate: bool = False

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Parse the subset above. Raises ValueRefused on anything else."""
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise ValueRefused(f"not a date: {text!r}", remedy="write YYYY, YYYY-MM, YYYY-MM-DD, YYYY~ or YYYY/YYYY")
        groups = match.groups()
        try:
            first, last = _bounds(*groups[:3])
            if groups[4] is not None:
                last = _bounds(*groups[4:7])[1]
        except ValueError as error:
            raise ValueRefused(f"no such day: {text!r}", remedy="check year, month and day") from error
        if last < first:
            raise ValueRefused(f"the range runs backwards: {text!r}", remedy="write the earlier bound first")
        return cls(first, last, "~" in text)

    def __str__(self) -> str:
        mark = "~" if self.approximate else ""
        for length in (4, 7, 10):
            text = self.first.isoformat()[:length]
            if _bounds(*_split(text)) == (self.first, self.last):
                return text + mark
        return f"{_shortest(self.first, first=True)}/{_shortest(self.last, first=False)}{mark}"

    @property
    def reach(self) -> tuple[int, int]:
        """First and last day as ordinals, widened by APPROXIMATE_DAYS where the date is approximate."""
        slack = APPROXIMATE_DAYS if self.approximate else 0
        return max(1, self.first.toordinal() - slack), min(date.max.toordinal(), self.last.toordinal() + slack)


def _split(text: str) -> tuple[str, str | None, str | None]:
    parts = [*text.split("-"), None, None]
    return str(parts[0]), parts[1], parts[2]


def _bounds(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    if month is None:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if day is None:
        return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])
    exact = date(int(year), int(month), int(day))
    return exact, exact


def _shortest(bound: date, *, first: bool) -> str:
    text = bound.isoformat()
    for length in (4, 7):
        if _bounds(*_split(text[:length]))[0 if first else 1] == bound:
            return text[:length]
    return text
