"""Keys of names: strings that different spellings of one name share, for matching in private.

Private matching knows only "equal" and "not equal". A name is therefore spread over several
keys, one for each pair of its words, each word by its consonants (`dragoman.names.skeleton`) or by its
family of spellings. Two names meet where they share one key: a third word that one side leaves
out, another order, another script or another romanisation does no harm. With a day or year of birth a
key says enough to be worth asking.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import combinations

from dragoman.errors import ValueRefused
from dragoman.model.dates import PartialDate
from dragoman.names import Kind, Token, sounds, tokenise
from dragoman.names.sounds import consonant_class, second_class, skeleton

#: Of a longer name only so many words take part, the rarest first: Arabic names of five generations would
#: otherwise ask for dozens of keys, most of them common.
MOST_WORDS = 5
#: A word whose letters are heard in two ways gives so many spellings at most.
MOST_SPELLINGS = 4
#: A vaguer date of birth than so many years gives no key.
MOST_YEARS = 5
#: No name gives more keys than this.
MOST_KEYS = 48


def name_pairs(name: str) -> list[str]:
    """Return the keys of a name, each a pair of words: ``BRK+KSN``. A name of one word gives none."""
    found = tokenise(name)
    words = [(place, place, token) for place, token in enumerate(found.tokens) if token.kind is Kind.NAME]
    words = sorted(words, key=lambda word: (_commonness(word[2]), -len(word[2].sounds), word[2].sounds))[:MOST_WORDS]
    kept = {place for place, _, _ in words}
    words += [(place, place + 1, token) for place, token in found.joins if {place, place + 1} & kept]
    keys: dict[str, None] = {}
    for (first, last, token), (other_first, other_last, other) in combinations(words, 2):
        if max(first, other_first) > min(last, other_last):  # a word is no pair with its own compound
            for left in _spellings(token):
                keys.update((("+".join(sorted((left, right)))), None) for right in _spellings(other))
    return list(keys)[:MOST_KEYS]


def lone_word(name: str) -> list[str]:
    """Return the spellings of a name that is a single word, as many Indonesian names are; none for any other name."""
    words = [token for token in tokenise(name).tokens if token.kind is Kind.NAME]
    return list(_spellings(words[0])) if len(words) == 1 else []


def birth_keys(date: str) -> tuple[list[str], list[str]]:
    """Return the days (``1957-03-10``) and the years that a date of birth leaves open, where they are few.

    A date that cannot be read gives none: the record is then matched by its other keys.
    """
    try:
        partial = PartialDate.parse(date)
    except ValueRefused:
        return [], []
    first, last = partial.first, partial.last
    days = [first.isoformat()] if first == last and not partial.approximate else []
    slack = 1 if partial.approximate else 0
    years = range(first.year - slack, last.year + slack + 1)
    return days, [f"{year:04d}" for year in years] if len(years) <= MOST_YEARS else []


@lru_cache(maxsize=65536)
def _spellings(token: Token) -> tuple[str, ...]:
    """Return the ways in which a word may be spelled: its consonants, heard one way or another, and its families."""
    found = dict.fromkeys(f"={family}" for family in token.families)
    for heard in (token.sounds, *(form for form, _ in token.others)):
        found.update(dict.fromkeys(_skeletons(heard)))
    found.pop("", None)
    return tuple(found)


_DOUBLED = re.compile(r"(\D)\1+")


@cache
def _mark(code: int) -> str:
    """Return the letter of a consonant class."""
    return next(skeleton(sound) for sound in sounds.ALPHABET if code and consonant_class(sound) == code)


def _skeletons(heard: str) -> list[str]:
    """Return the consonants of a word, and where a sound has a second class those with it, one or two at a time."""
    main = [skeleton(sound) for sound in heard]
    doubtful = {place: second_class(sound) for place, sound in enumerate(heard) if second_class(sound)}
    found = ["".join(main)]
    for size in (1, 2, 3):
        for places in combinations(doubtful, size):
            other = list(main)
            for place in places:
                other[place] = "" if doubtful[place] == 255 else _mark(doubtful[place])
            found.append("".join(other))
            if len(found) >= MOST_SPELLINGS:
                return [_DOUBLED.sub(r"\1", text) for text in found]
    return [_DOUBLED.sub(r"\1", text) for text in found]


@cache
def _common() -> dict[str, float]:
    shares: dict[str, float] = {}
    for share, members in sounds.read_table("common_tokens.tsv"):
        for word in members.split():
            for token in tokenise(word).tokens[:1]:
                shares[token.skeleton] = max(shares.get(token.skeleton, 0.0), float(share))
    return shares


def _commonness(token: Token) -> float:
    return _common().get(token.skeleton, 0.0)
