"""When someone on the UN list was born: the dates of INDIVIDUAL_DATE_OF_BIRTH, and those that notes name in prose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.lists._xml import child_text, text_of
from dragoman.model.printed_dates import read_dates

if TYPE_CHECKING:
    from lxml import etree

_BIRTH_IN_PROSE = re.compile(r"\b(?:DP?OB|born)\b[:\s-]*(?:(?:on|in)\s+)?(.+)", re.IGNORECASE | re.DOTALL)
_BIRTH_ENDS = re.compile(
    r"(?:[.,;]\s*+|(?<!\s)\s++)?+\b(?:P\.?OB|nationality|passport|in (?=[A-Z])|date of)|[;)(]|,\s*+(?=[A-Z]|pass)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Birth:
    """The dates of one element as `model.dates` writes them, what was printed, and what is left to note.

    `unread` says that a part which should be a date is none (another calendar, an age).
    """

    dates: tuple[str, ...]
    printed: str
    note: str = ""
    unread: bool = False


def read_birth(element: etree._Element) -> Birth:
    """Read an INDIVIDUAL_DATE_OF_BIRTH: DATE, or YEAR, or FROM_YEAR and TO_YEAR, or only a NOTE.

    TYPE_OF_DATE is EXACT, APPROXIMATELY or BETWEEN, in capitals or not; ``Approximately`` may stand in NOTE too.
    """
    kind = child_text(element, "TYPE_OF_DATE").upper()
    note = child_text(element, "NOTE")
    day = _printed_day(element, note)
    printed = " ".join(filter(None, (kind if kind != "EXACT" else "", day, "" if note in day else note)))
    printed = printed or text_of(element)
    about = kind == "APPROXIMATELY" or note.lower() == "approximately"
    wanted = day or note
    found, left = read_dates(f"circa {wanted}" if about else wanted)
    unread = bool(printed and printed != "EXACT" and (left or not found))
    beside = note if day and note not in day and note.lower() != "approximately" else ""
    return Birth(tuple(found), printed, f"{day} {beside}" if beside else printed if unread else "", unread)


def births_in(prose: str) -> list[str]:
    """Return the dates of birth that a note names: ``DOB: a) 11 Apr. 1960 b) 11 Apr. 1963. POB: Egypt``."""
    match = _BIRTH_IN_PROSE.search(prose)
    if match is None:
        return []
    text = re.sub(r"\b([a-z])\)", "\\1\0", match[1])  # so that the bracket of "a)" does not end the date
    text = _BIRTH_ENDS.split(text, maxsplit=1)[0].replace("\0", ")")
    return read_dates(re.sub(r"^\w+ on ", "", text))[0]


def _printed_day(element: etree._Element, note: str) -> str:
    year, first, last = (child_text(element, tag) for tag in ("YEAR", "FROM_YEAR", "TO_YEAR"))
    if first or last:
        return f"{first} - {last}" if first and last else first or last
    if note and read_dates(f"{note} {year}")[0] and year:  # "Sep." beside 1958
        year = f"{note} {year}"
    return child_text(element, "DATE") or year
