"""The lines of a machine-readable zone: found in a text, cleaned, and told apart by kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dragoman.errors import QueryRefused
from dragoman.messages.mrz_layout import SIZES
from dragoman.messages.parties import Problem

_FILLERS = str.maketrans(dict.fromkeys("«‹＜〈", "<"))
_OUTSIDE = re.compile("[^A-Z0-9<]")
_KINDS = ", ".join(f"{kind} {count} lines of {width}" for kind, (count, width) in SIZES.items())
#: Lines whose last character is a check digit cannot be filled up.
_FULL = {("TD1", 1), ("TD2", 1), ("TD3", 1)}
_SLACK = 4


@dataclass(slots=True)
class Zone:
    """The lines of one zone, each of the width of its kind, and what was wrong with them."""

    kind: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)


def split_zones(text: str) -> list[str]:
    """Part a text of several zones: a blank line ends one, and so does its number of lines."""
    zones = []
    for block in re.split(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)", text):
        lines = [line for line in block.splitlines() if line.strip()]
        while lines:
            width = len(_plain(lines[0]))
            count = 1 if width > 50 else 3 if width <= 32 and len(lines) > 2 else 2
            zones.append("\n".join(lines[:count]))
            lines = lines[count:]
    return zones


def zone_of(text: str) -> Zone:
    """Return the zone that a text is. Raises QueryRefused where it is of no kind, with what was expected and found."""
    lines = [plain for line in text.splitlines() if (plain := _plain(line))]
    if len(lines) == 1:
        lines = _broken(lines[0])
    kind = _kind(lines)
    if kind is None:
        raise QueryRefused(
            f"expected {_KINDS} characters, found lines of {', '.join(str(len(line)) for line in lines) or 'nothing'}",
            remedy="hand in all lines of the zone, fillers (<) too",
        )
    zone = Zone(kind, lines)
    for number, line in enumerate(lines):
        zone.lines[number] = _fitted(zone, number, line)
    _tell_outsiders(zone)
    return zone


def _plain(line: str) -> str:
    return "".join(line.split()).upper().translate(_FILLERS)


def _broken(text: str) -> list[str]:
    for count, width in dict.fromkeys(SIZES.values()):
        if len(text) == count * width:
            return [text[start : start + width] for start in range(0, len(text), width)]
    return [text]


def _kind(lines: list[str]) -> str | None:
    visa = bool(lines) and lines[0].startswith("V")
    for kind, (count, width) in SIZES.items():
        fits = len(lines) == count and all(_near(kind, number, line, width) for number, line in enumerate(lines))
        if fits and kind.startswith("MRV") == (visa and count == 2):
            return kind
    return None


def _near(kind: str, number: int, line: str, width: int) -> bool:
    """Tell whether a line is of that width, but for fillers at its end that got lost or were added."""
    if (kind, number) in _FULL:
        return len(line) == width
    return len(line.rstrip("<")) <= width and abs(len(line) - width) <= _SLACK


def _fitted(zone: Zone, number: int, line: str) -> str:
    width = SIZES[zone.kind][1]
    if len(line) != width:
        place = f"line {number + 1}"
        zone.problems.append(Problem(place, f"{width} characters; fillers at its end made up", f"{len(line)}: {line}"))
    return line[:width].ljust(width, "<")


def _tell_outsiders(zone: Zone) -> None:
    for number, line in enumerate(zone.lines):
        for found in _OUTSIDE.finditer(line):
            place = f"line {number + 1}, position {found.start() + 1}"
            zone.problems.append(Problem(place, "A to Z, 0 to 9 or <", found.group()))
