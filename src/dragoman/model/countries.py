"""Country names and demonyms to ISO 3166 codes, as the lists print them.

``data/countries.tsv`` is compiled from the installed rigour by ``tools/countries.py``; a test holds the two equal.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from dragoman.model.tables import read_table

#: What is left out of a name before it is compared; all else that is no letter or digit parts words.
_SKIPPED = dict.fromkeys(map(ord, ".()[],;:_-/ʻ'’"))


@lru_cache(maxsize=8192)
def country_code(text: str) -> str | None:
    """Return the lower-case code that FollowTheMoney uses (ISO 3166-1 alpha-2 and a few historical ones).

    Takes a code, a name or a demonym in the languages that rigour knows; a state or province gives its country.
    Returns None where the text names no single country, so that the caller can keep the printed text. A city
    names none: there are towns of the name of Lima in several.
    """
    text = text.strip()
    if not text:
        return None
    if found := _codes().get(text.lower().replace("_", "-")):
        return found
    name = plain_name(text)
    if text.isascii():
        return _names().get(name)
    found = _names().get(name) or _names_in_other_letters().get(name)
    if found is None:
        from rigour.territories.util import normalize_territory_name

        found = _names().get(normalize_territory_name(text))
    return found


def plain_name(text: str) -> str:
    """Return a name as it is compared: case, accents as written, no punctuation, single blanks."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_SKIPPED)
    if not text.isalnum():
        text = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in text)
    return " ".join(text.split())


@cache
def _rows() -> list[list[str]]:
    return read_table("model", "countries.tsv")


@cache
def _codes() -> dict[str, str]:
    return _column(1)


@cache
def _names() -> dict[str, str]:
    return _column(2)


@cache
def _names_in_other_letters() -> dict[str, str]:
    return _column(3)


def _column(number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in _rows():
        found |= dict.fromkeys(row[number].split("|"), row[0])
    found.pop("", None)
    return found
