"""How alike two tokens are: the cost table, and the kernels over it for single questions."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from dragoman.names import kernels
from dragoman.names.sounds import ALPHABET, codes, consonant_class, read_table, second_class
from dragoman.names.tokens import Token

#: What an edit costs, in nats, where the learned table has no smaller value.
_CAP = 5.0
#: Likeness of two members of one family of words.
FAMILY_LIKENESS = 0.9

_VOWELS = "aeiou"
_GLIDES = "yw"
_WEAK = "AWYE+^"


def _mass(vowel: float, glide: float, breath: float, weak: float) -> kernels.Reals:
    """Return the mass of each sound; a consonant weighs 3 nats, about what the learned model gives it."""
    masses = np.full(len(ALPHABET), 3.0, np.float32)
    for sounds, value in ((_VOWELS, vowel), (_GLIDES, glide), ("h", breath), (_WEAK, weak)):
        for sound in sounds:
            masses[ALPHABET.index(sound)] = value
    masses[0] = 0.0
    return masses


def _least_product(table: kernels.Reals) -> kernels.Reals:
    """Return the cost between two abjad letters: the cheapest way through one vowelled spelling."""
    size = len(table)
    through = np.full((size, size), _CAP, np.float32)
    for sound in range(size):
        column = table[:, sound]
        np.minimum(through, column[:, None] + column[None, :], out=through)
    through[0, :] = np.minimum(through[0, :], table[:, 0])
    through[:, 0] = through[0, :]
    np.fill_diagonal(through, 0.0)
    return through


@cache
def costs() -> kernels.Costs:
    """Return the cost table, read once from ``data/sound_costs.tsv``."""
    code = {sound: position for position, sound in enumerate(ALPHABET)}
    tables = {name: np.full((len(code), len(code)), _CAP, np.float32) for name in ("open", "mixed")}
    for table in tables.values():
        np.fill_diagonal(table, 0.0)
    for name, left, right, cost in read_table("sound_costs.tsv"):
        tables[name][code[left], code[right]] = max(0.0, float(cost))
        if name == "open":
            tables[name][code[right], code[left]] = max(0.0, float(cost))
    bare = tables["open"].copy()
    for sounds, gap in ((_VOWELS, 0.25), (_GLIDES, 0.7)):
        for sound in sounds:
            bare[code[sound], 0] = bare[0, code[sound]] = gap
    digraph = np.zeros(len(code), np.uint8)
    for spelled, base in zip("KGSTDCZ", "kgstdcz", strict=True):
        digraph[code[spelled]] = code[base]
    classes = np.array([consonant_class(sound) for sound in ALPHABET], np.uint8)
    return kernels.Costs(
        matrices=np.stack([tables["open"], _least_product(tables["mixed"]), bare, tables["mixed"]]),
        mass_open=_mass(1.2, 2.0, 3.0, 3.0),
        mass_mixed=_mass(0.4, 1.0, 1.0, 3.0),
        mass_abjad=_mass(1.0, 1.0, 1.0, 1.0),
        digraph=digraph,
        classes=classes,
        second=np.array([second_class(sound) for sound in ALPHABET], np.uint8),
    )


def encode(sounds: str) -> kernels.Codes:
    """Return the codes of some sounds, shape (len(sounds),)."""
    return np.frombuffer(codes(sounds), np.uint8).copy()


def forms(token: Token) -> tuple[tuple[str, int], ...]:
    """Return every form of a token, the main one first: (sounds, how it is written)."""
    return ((token.sounds, token.writing), *token.others)


@cache
def _family_numbers() -> dict[str, int]:
    return {row[0]: number for number, row in enumerate(read_table("families.tsv"))}


@cache
def family_hash(family: str) -> int:
    """Return the key shared by the members of a family (the first column of ``families.tsv``)."""
    with np.errstate(over="ignore"):
        return int(kernels.family_key(_family_numbers()[family]))


@lru_cache(maxsize=4096)
def keys(sounds: str, writing: int, whole: bool) -> frozenset[int]:
    """Return the keys of a form: only forms that share one can be alike."""
    out = np.empty(kernels.MAX_KEYS, np.uint64)
    with np.errstate(over="ignore"):
        count = kernels.form_keys(encode(sounds), writing, whole, costs(), out)
    return frozenset(out[:count].tolist())


@cache
def _table() -> kernels.Reals:
    return np.empty((3, kernels.LONGEST + 1), np.float32)


def likeness(left: Token, right: Token) -> float:
    """Return how alike two tokens are, 0 to 1: the best over their forms, or FAMILY_LIKENESS within a family."""
    if left.exact or right.exact:
        return 1.0 if set(forms(left)) & set(forms(right)) else 0.0
    best = FAMILY_LIKENESS if set(left.families) & set(right.families) else 0.0
    for sounds, writing in forms(left):
        for other, other_writing in forms(right):
            if not keys(sounds, writing, left.whole) & keys(other, other_writing, right.whole):
                continue
            value = kernels.likeness(encode(sounds), writing, encode(other), other_writing, costs(), _table())
            best = max(best, value)
    return best
