"""Dates as lists print them, turned into the EDTF subset of `dragoman.model.dates`.

``circa 1957`` becomes ``1957~``, ``between 1955 and 1957`` becomes ``1955/1957``, ``00/03/1980``
becomes ``1980-03``. One cell may hold several dates: ``(a) 1.2.1950, (b) 1951``.

A piece of a cell is read whole or not at all: "aged 35 in 2003" holds a year, but not of birth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from dragoman.errors import ValueRefused
from dragoman.model.dates import PartialDate

#: Years outside are slips of the pen or another calendar (solar Hijri 1345), not dates to screen by.
FIRST_YEAR, LAST_YEAR = 1500, 2100
_LONGEST_CELL = 4000

_MONTHS = (
    "january|jan|janvier|janv",
    "february|feb|février|fevrier|févr|fevr|fév|fev",
    "march|mar|mars",
    "april|apr|avril|avr",
    "may|mai",
    "june|jun|juin",
    "july|jul|juillet|juil",
    "august|aug|août|aout",
    "september|sept|sep|septembre",
    "october|oct|octobre",
    "november|nov|novembre",
    "december|dec|décembre|decembre|déc",
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_MONTH = "(" + "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True)) + r")\b\.?"
_ORDINAL = r"(?:st|nd|rd|th|er)?"

#: Thirds of a decade or a year: "late 1950s" is 1957 to 1959, "late 1957" is September to December.
_THIRDS = {"early": 0, "mid": 1, "middle": 1, "late": 2, "beginning": 0, "start": 0, "end": 2, "début": 0, "fin": 2}
_THIRD = r"(?:the\s+)?(?:(" + "|".join(_THIRDS) + r")[\s-]*(?:of\s+|de\s+)?(?:the\s+)?)"

_ABOUT = (
    r"(?:approximately|approximatively|approximative|approximate|approximatif|approx|circa|cerca|estimated|environ"
    r"|around|about|vers|probably|possibly|presumed|assumed)\b\.?|\b(?:ca|c|est)\.?(?=[\s\d])|~"
)
_ABOUT_BEFORE = re.compile(
    rf"(?:\(\s*(?:{_ABOUT})\s*\)|{_ABOUT})\s*:?\s*(?:in\b|en\b|the\b(?!\s+(?:early|mid|late)))?\s*"
)
_ABOUT_AFTER = re.compile(rf"\s*(?:\(\s*(?:{_ABOUT})\s*\)|(?:(?:{_ABOUT})\s*|\?)(?=$|[,;)]))")

_MARKER = re.compile(r"(?:^|(?<=[\s,;.]))\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})\)")
_SEPARATOR = re.compile(r"[;|\n\r]+")
_ASIDE = re.compile(r"\(([^()]*)\)")
_OTHER_FIELD = re.compile(r"\b(?:pob|place of birth|gender|sex|nationality|passport)\b\s*:.*", re.DOTALL)
_FILLER = re.compile(
    r"[\s,.:&/()]+|(?:or|ou|and|et|also|alternatively|alt|dob|date of birth|date de naissance|born|née?"
    r"|in|on|en|le|year|established|founded|incorporated)\b"
)
_RANGE_START = re.compile(r"(between|entre|from|de|du)\s+")
_RANGE_MIDDLE = re.compile(r"\s*+(?:-|/|\b(?:to|until|till|à|au)\b)\s*+")
_BETWEEN_MIDDLE = re.compile(r"\s*+(?:-|/|(?:,\s*+)?\b(?:and|et|to|à|au)\b)\s*+")

_Bounds = tuple[date, date]


def read_date(text: str, *, month_first: bool = False) -> list[str]:
    """Return the dates that `text` prints, in order, each in the EDTF subset of `model.dates`.

    ``3/4/1957`` is the third of April, or with `month_first` (as in the United States) the fourth
    of March. Raises ValueRefused when nothing can be read; `read_dates` tells also of the pieces
    that cannot be.
    """
    found, _ = read_dates(text, month_first=month_first)
    if not found:
        raise ValueRefused(f"no date in {text[:80]!r}", remedy="write YYYY, YYYY-MM-DD, DD/MM/YYYY or 'circa YYYY'")
    return found


def read_dates(text: str, *, month_first: bool = False) -> tuple[list[str], list[str]]:
    """Return the dates that `text` prints, and the pieces of it that are not dates. Raises nothing."""
    found: list[str] = []
    left: list[str] = []
    if len(text) > _LONGEST_CELL:
        return found, [text]
    for part in _SEPARATOR.split(_plain(text)):
        for marked in _MARKER.split(part):
            other = _OTHER_FIELD.search(marked)
            left.extend([other[0]] if other else [])
            piece = _OTHER_FIELD.sub(" ", marked)
            asides = [aside for aside in _ASIDE.findall(piece) if not re.fullmatch(_ABOUT, aside.strip())]
            piece = _ASIDE.sub(lambda m: m[0] if re.fullmatch(_ABOUT, m[1].strip()) else " ", piece)
            for candidate in (piece, *asides):
                _read_or_leave(candidate.strip(), month_first, found, left)
    return list(dict.fromkeys(found)), left


def _read_or_leave(piece: str, month_first: bool, found: list[str], left: list[str]) -> None:
    """Read a piece whole; else each of its parts between commas, but for one that only adds ("in ...")."""
    dates = _read_piece(piece, month_first)
    if dates or not piece.strip(" ,.:&/()-"):
        found.extend(dates)
        return
    parts = re.split(r",\s*", piece)
    for part in parts if len(parts) > 1 else ():
        dates = [] if re.match(r"(?:in|en)\b", part) else _read_piece(part, month_first)
        found.extend(dates)
        left.extend([] if dates or not part else [part])
    left.extend([piece] if len(parts) == 1 else [])


def _plain(text: str) -> str:
    """Lower case, ASCII digits, one kind of dash and blank; line breaks stay, as they part dates."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = "".join(str(unicodedata.digit(char, char)) for char in text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    return re.sub(r"[^\S\n\r]+", " ", text)


def _read_piece(text: str, month_first: bool) -> list[str]:
    """Read a piece that holds dates and joining words only; an empty list when it holds anything else."""
    found = []
    place = 0
    while place < len(text):
        item = _read_item(text, place, month_first)
        if item is not None:
            value, place = item
            found.append(str(value))
        elif filler := _FILLER.match(text, place):
            place = filler.end()
        else:
            return []
    return found


def _read_item(text: str, place: int, month_first: bool) -> tuple[PartialDate, int] | None:
    """Read one date or range at `place`, with what says that it is approximate."""
    if place and text[place - 1].isalnum():
        return None
    about = _ABOUT_BEFORE.match(text, place)
    if about:
        place = about.end()
    opening = _RANGE_START.match(text, place)
    first = _read_atom(text, opening.end() if opening else place, month_first)
    if first is None:
        return None
    bounds, place = first
    middle = _BETWEEN_MIDDLE.match(text, place) if opening else _RANGE_MIDDLE.match(text, place)
    if middle:
        inner = _ABOUT_BEFORE.match(text, middle.end())
        second = _read_atom(text, inner.end() if inner else middle.end(), month_first)
        if second:
            about = about or inner
            bounds = min(bounds[0], second[0][0]), max(bounds[1], second[0][1])
            place = second[1]
    after = _ABOUT_AFTER.match(text, place)
    return PartialDate(*bounds, bool(about or after)), after.end() if after else place


def _read_atom(text: str, place: int, month_first: bool) -> tuple[_Bounds, int] | None:
    for pattern, build in _ATOMS:
        match = pattern.match(text, place)
        if match is None:
            continue
        try:
            bounds = build(month_first, *match.groups())
        except ValueError:
            continue
        if FIRST_YEAR <= bounds[0].year <= LAST_YEAR:
            return bounds, match.end()
    return None


def _bounds(year: str | int, month: str | int = 0, day: str | int | None = 0) -> _Bounds:
    """Return the days meant; month or day 0 is how some lists print "unknown". Raises ValueError."""
    month = _MONTH_NUMBERS.get(str(month)) or int(month)
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    if not int(day or 0):
        return date(int(year), month, 1), _month_end(int(year), month)
    exact = date(int(year), month, int(day or 0))
    return exact, exact


def _month_end(year: int, month: int) -> date:
    following = date(year, 12, 31) if month == 12 else date(year, month + 1, 1)
    return following if month == 12 else date.fromordinal(following.toordinal() - 1)


def _numbers(month_first: bool, one: str, two: str, year: str) -> _Bounds:
    day, month = (two, one) if month_first else (one, two)
    if int(month) > 12 >= int(day):  # the other order is the only one that there is
        day, month = month, day
    return _bounds(year, month, day)


def _decade(_: bool, third: str | None, year: str) -> _Bounds:
    first, last = ((0, 9), (0, 3), (4, 6), (7, 9))[0 if third is None else _THIRDS[third] + 1]
    return date(int(year) + first, 1, 1), date(int(year) + last, 12, 31)


def _third_of_year(_: bool, third: str, year: str) -> _Bounds:
    month = 1 + 4 * _THIRDS[third]
    return date(int(year), month, 1), _month_end(int(year), month + 3)


def _short_range(_: bool, year: str, end: str) -> _Bounds:
    last = int(year[:2] + end)
    if last <= int(year):
        raise ValueError(end)
    return date(int(year), 1, 1), date(last, 12, 31)


_TIME = r"(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:\s?z|\s?[+-]\d{2}:?\d{2})?"
_END = r"(?!\w|[./-]\d)"
_SHAPES: tuple[tuple[str, Callable[..., _Bounds]], ...] = (
    (rf"(\d{{4}})([./-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}(?!\w)", lambda _, y, s, m, d: _bounds(y, m, d)),
    (r"(\d{4})(\d{2})(\d{2})(?!\w)", lambda _, y, m, d: _bounds(y, m, d)),
    (r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?[./\s-]\s?(\d{4})(?!\w)", lambda us, a, s, b, y: _numbers(us, a, b, y)),
    (
        rf"(\d{{1,2}}){_ORDINAL}[\s.-]*(?:of\s+|de\s+)?{_MONTH}[\s,./-]*(\d{{4}})(?!\w)",
        lambda _, d, m, y: _bounds(y, m, d),
    ),
    (rf"{_MONTH}\s*(\d{{1,2}}){_ORDINAL},?\s+(\d{{4}})(?!\w)", lambda _, m, d, y: _bounds(y, m, d)),
    (
        rf"{_MONTH}\s*(?:-|/|to|and)\s*{_MONTH}\s+(\d{{4}})(?!\w)",
        lambda _, a, b, y: (_bounds(y, a)[0], _bounds(y, b)[1]),
    ),
    (rf"{_MONTH}(?:\s+of\s+|[\s,./-]*)(\d{{4}})(?!\w)", lambda _, m, y: _bounds(y, m)),
    (rf"(\d{{4}})[\s/-]{_MONTH}(?:[\s/-](\d{{1,2}}))?(?!\w)", lambda _, y, m, d: _bounds(y, m, d)),
    (rf"(\d{{4}})-(\d{{1,2}}){_END}", lambda _, y, m: _bounds(y, m)),
    (r"(\d{1,2})[./-](\d{4})(?!\w)", lambda _, m, y: _bounds(y, m)),
    (rf"{_THIRD}?(?:the\s+)?(\d{{3}}0)['’]?s\b", _decade),
    (rf"{_THIRD}(\d{{4}})(?!\w)", _third_of_year),
    (rf"(\d{{4}})[-/](\d{{2}}){_END}", _short_range),
    (r"(\d{4})(?:z|[+-]\d{2}:\d{2})?(?!\w)", lambda _, y: _bounds(y)),
)
_ATOMS = tuple((re.compile(shape), build) for shape, build in _SHAPES)
