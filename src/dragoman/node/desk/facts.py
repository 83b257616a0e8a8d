"""The facts that a decision on a pair rests on, what digests them, and what changed between two states of them.

A false match is remembered as long as these facts are the same on both sides. They are what the score looks at: names,
dates, countries, places of birth, gender, numbers, and what kind of thing it is. Remarks, addresses, programmes and
listing dates are not among them: a publisher may rewrite those without asking for the decision anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from hashlib import blake2b

import orjson

from dragoman.model import Record
from dragoman.screening.facts import COUNTRIES, DATES, PLACES, group_of
from dragoman.screening.numbers import numbers_of

#: Facts by their kind, each a list of texts as they are shown.
Facts = dict[str, list[str]]

#: How a kind of fact is called in a sentence: one, several.
KINDS = {
    "name": ("name", "names"),
    "date": ("date", "dates"),
    "country": ("country", "countries"),
    "place": ("place of birth", "places of birth"),
    "gender": ("gender", "genders"),
    "number": ("number", "numbers"),
    "group": ("kind", "kinds"),
}


def facts_of(record: Record) -> Facts:
    """Return the facts of a record or query, those kinds that it states anything of."""
    found: dict[str, Iterable[str]] = {
        "name": record.names,
        "date": record.values(*DATES),
        "country": record.values(*COUNTRIES),
        "place": record.values(*PLACES),
        "gender": record.values("gender"),
        "number": (f"{number.value} ({number.kind})" for number in numbers_of(record)),
        "group": [str(group)] if (group := group_of(record.schema)) else [],
    }
    return {kind: stated for kind, values in found.items() if (stated := list(values))}


def _normal(text: str) -> str:
    """Return a text without what is no fact: capitals, blanks, and how a letter is put together."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def digest_of(facts: Mapping[str, list[str]]) -> str:
    """Return the 128-bit digest of facts, in hexadecimal; their order does not count."""
    plain = {kind: sorted({_normal(text) for text in values}) for kind, values in facts.items()}
    return blake2b(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def changes(before: Mapping[str, list[str]], after: Mapping[str, list[str]], side: str) -> list[str]:
    """Return what changed between two states of the facts of one side (``record``, ``query``), a sentence each."""
    found = []
    for kind, words in KINDS.items():
        had = {_normal(text): text for text in before.get(kind, ())}
        has = {_normal(text): text for text in after.get(kind, ())}
        for verb, texts in (
            ("no longer states", [text for key, text in had.items() if key not in has]),
            ("now states", [text for key, text in has.items() if key not in had]),
        ):
            if texts:
                found.append(f"The {side} {verb} the {words[len(texts) > 1]} {', '.join(texts)}.")
    return found
