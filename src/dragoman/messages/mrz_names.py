"""Names in the machine-readable zone: taken apart, spelt back to their script, written and cut to fit.

Rules: ICAO Doc 9303 part 3, sections 4.6 (names) and 6 (transliteration); parts 4 to 7, section 4.2.3 (truncation).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from dragoman.messages.mrz_layout import table

_MOST_SPELLINGS = 16
_DOUBLED = re.compile(r"([\u0621-\u06d5])\1")


@dataclass(frozen=True, slots=True)
class MrzName:
    """A name as the zone prints it.

    `primary` is the surname or main part, `secondary` the rest (may be empty), components parted by blanks.
    `truncated`: the field is full to its last position, so that it must be assumed that something was cut off.
    `originals` are readings in the script or with the letters that X-escapes stand for, whole names.
    """

    primary: str
    secondary: str
    truncated: bool
    originals: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """Secondary and primary identifier, as a person writes a name."""
        return f"{self.secondary} {self.primary}".strip()


def read_name(field: str, *, arabic: bool = False) -> MrzName:
    """Take a name field apart; `arabic` says that the document is of a State whose names are in Arabic script."""
    primary, _, secondary = field.strip("<").partition("<<")
    name = MrzName(_blanks(primary), _blanks(secondary), bool(field) and not field.endswith("<"))
    found = dict.fromkeys(_arabic_readings(name, likely=arabic))
    if latin := _latin_reading(name.full):
        found.setdefault(latin)
    return MrzName(name.primary, name.secondary, name.truncated, tuple(found))


def _blanks(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _latin_reading(full: str) -> str | None:
    text = full
    for script, spelling, letter in table("mrz_escapes.tsv"):
        if script == "latin":
            text = text.replace(spelling, letter)
    return text if text != full else None


def _arabic_table() -> list[list[str]]:
    from dragoman.names.sounds import read_table  # not before a name needs it: the names room loads numpy

    return read_table("icao_arabic.tsv")


@cache
def _arabic_letters() -> tuple[re.Pattern[str], dict[str, str]]:
    letters = {row[0]: row[1] for row in _arabic_table()}
    letters |= {row[1]: row[2] for row in table("mrz_escapes.tsv") if row[0] == "arabic"}
    return re.compile("|".join(sorted(letters, key=len, reverse=True))), letters


def arabic_word(word: str) -> str | None:
    """Return the Arabic word that a component of table C spells, None where its letters are not all of the table."""
    pattern, letters = _arabic_letters()
    pieces = pattern.findall(word)
    return "".join(letters[piece] for piece in pieces) if "".join(pieces) == word else None


def _arabic_readings(name: MrzName, *, likely: bool) -> list[str]:
    """Read a whole name as table C. A name of another State must bear two escapes: XI and XIA are Chinese too.

    A doubled letter is a shadda or two letters: both are given.
    """
    if "X" not in name.full:
        return []
    words = name.full.split()
    escapes = sum(_escapes(word) for word in words)
    readings = [arabic_word(word) for word in words]
    if not escapes or (escapes < 2 and not likely) or None in readings:
        return []
    literal = " ".join(reading for reading in readings if reading)
    return [literal, _DOUBLED.sub(r"\1", literal)]


def _escapes(word: str) -> int:
    pattern, _ = _arabic_letters()
    return sum(piece.startswith("X") for piece in pattern.findall(word))


def spellings(name: str, language: str | None = None) -> list[str]:
    """Return what the zone may print for a name component by component, the recommended spelling first.

    Latin, Cyrillic and Arabic letters by the tables of section 6; `language` (be, bg, mk, sr, uk) chooses the
    exceptions of the Cyrillic table. Apostrophes are left out, hyphens and blanks become fillers. At most sixteen;
    letters of other scripts have no spelling and are left out.
    """
    capitals = unicodedata.normalize("NFC", name.replace("ß", "ẞ")).upper()
    ending, letter = next((row[1], row[2]) for row in table("mrz_escapes.tsv") if row[0] == "arabic")
    capitals = re.sub(rf"{letter}(?!\w)", ending, capitals)  # teh marbuta at the end of a component
    choices = [_choices(char, at_start, language) for char, at_start in _with_starts(capitals)]
    made = ("".join(parts) for parts in islice(product(*choices), _MOST_SPELLINGS))
    return list(dict.fromkeys(re.sub("<+", "<", text).strip("<") for text in made))


def _with_starts(text: str) -> list[tuple[str, bool]]:
    return [(char, place == 0 or not text[place - 1].isalpha()) for place, char in enumerate(text)]


def _choices(char: str, at_start: bool, language: str | None) -> tuple[str, ...]:
    if char in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        return (char,)
    if char.isspace() or char in "-‐‑–—":
        return ("<",)
    if char in _latin_table():
        return _latin_table()[char]
    if char in _cyrillic_table():
        spelling, exceptions = _cyrillic_table()[char]
        special = exceptions.get(f"{language}^") if at_start else None
        return (special or exceptions.get(str(language)) or spelling,)
    return (_arabic_spellings().get(char, _plain(char)),)


def _plain(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if part.isascii() and part.isalpha()).upper()


@cache
def _latin_table() -> dict[str, tuple[str, ...]]:
    return {row[0]: tuple(row[1:]) for row in table("icao_latin.tsv")}


@cache
def _cyrillic_table() -> dict[str, tuple[str, dict[str, str]]]:
    found = {}
    for row in table("icao_cyrillic.tsv"):
        pairs = (pair.split("=", 1) for pair in (row[2] if len(row) > 2 else "").split(",") if pair)
        found[row[0]] = (row[1], dict(pairs))
    return found


@cache
def _arabic_spellings() -> dict[str, str]:
    return {row[1]: row[0] for row in _arabic_table()}


def fit_name(primary: str, secondary: str, width: int) -> str:
    """Return a name field of `width` characters of two identifiers that are spelt for the zone already.

    Where the name is too long the secondary identifier is cut at the end; where the primary leaves no room for it,
    its components are shortened evenly, the first kept whole as long as it can be, and the first component of the
    secondary identifier stays. A cut field ends in a letter. Rule: part 4, sections 4.2.3.2 (b) and 4.2.3.3 (b).
    """
    whole = f"{primary}<<{secondary}" if secondary else primary
    if len(whole) <= width:
        return whole.ljust(width, "<")
    if not secondary:
        return _cut(primary, width)
    if len(primary) <= width - 3:
        return _cut(whole, width)
    first = secondary.split("<")[0][: max(1, width // 4)]
    return f"{_shortened(primary, width - 2 - len(first))}<<{first}".ljust(width, "<")


def _cut(text: str, width: int) -> str:
    cut = text[:width]
    longer = list(re.finditer("[^<]{2,}", cut))
    if not cut.endswith("<") or not longer:
        return cut
    end = longer[-1].end()  # a letter less, so that the next component still shows that the name goes on
    return cut[: end - 1] + cut[end:] + text[width]


def _shortened(primary: str, room: int) -> str:
    parts = primary.split("<")[: (room + 1) // 2]
    letters = room - (len(parts) - 1)
    lengths = [min(len(parts[0]), letters - (len(parts) - 1)), *(1 for _ in parts[1:])]
    left = letters - sum(lengths)
    while left:
        growing = [place for place in range(1, len(parts)) if lengths[place] < len(parts[place])]
        if not growing:
            break
        shortest = min(growing, key=lambda place: lengths[place])
        lengths[shortest] += 1
        left -= 1
    return "<".join(part[:length] for part, length in zip(parts, lengths, strict=True))
