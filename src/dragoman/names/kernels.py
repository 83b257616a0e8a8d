"""Likeness of two tokens, in plain Python that numba compiles as it stands.

The functions take NumPy arrays and tuples of them, hold no state, and are written in the subset
that numba understands: `dragoman.names.compiling` turns this module into machine code, and the
tests hold the two equal. Sounds are codes into `dragoman.names.sounds.ALPHABET`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dragoman.names.sounds import ALPHABET

Codes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]


class Costs(NamedTuple):
    """What it costs to turn sounds into one another, and how much each sound weighs.

    `open`, `mixed`, `closed` and `bare` are (S, S) matrices in nats for two vowelled tokens, an abjad
    (row) against a vowelled one (column), two abjads, and tokens of which one has lost its vowels;
    row and column 0 are "no sound". The masses are (S,) arrays. `digraph[y]` is the sound that,
    with an h, spells y (sh, kh), or 0. `classes` gives the consonant class of each sound, 0 for
    none, and `second` another class that it may have, 0 for none and DROPPED for no class at all.
    """

    open: Reals
    mixed: Reals
    closed: Reals
    bare: Reals
    mass_open: Reals
    mass_mixed: Reals
    mass_abjad: Reals
    digraph: Codes
    classes: Codes
    second: Codes


#: How a form is written: with its vowels, in an abjad, or in letters that have lost their vowels ("Mhmmd").
OPEN, ABJAD, BARE = 0, 1, 2
#: In `Costs.second`: the sound may leave no trace.
DROPPED = 255

#: Share of the mass that an edit's cost takes away, within one way of writing and between an abjad and
#: another; and the likeness under which two tokens are unlike. Set on the pairs of ``benchmarks/quality.py``.
STRICTNESS = 0.8
MIXED_STRICTNESS = 0.5
UNLIKE = 0.4

_H = ALPHABET.index("h")
_ZERO = ALPHABET.index("0")
#: A digraph read apart or together: "Adham" is ad-ham, not a-dh-am.
_DIGRAPH_COST = 0.7


def edit_cost(left: Codes, right: Codes, costs: Reals, digraph: Codes) -> float:
    """Return the least total cost of turning `left` into `right` (weighted Levenshtein, digraphs apart or together)."""
    rows = len(left)
    columns = len(right)
    table = np.empty((rows + 1, columns + 1), np.float32)
    table[0, 0] = 0.0
    for j in range(columns):
        table[0, j + 1] = table[0, j] + costs[0, right[j]]
    for i in range(rows):
        x = left[i]
        table[i + 1, 0] = table[i, 0] + costs[x, 0]
        for j in range(columns):
            y = right[j]
            best = table[i, j] + costs[x, y]
            dropped = table[i, j + 1] + costs[x, 0]
            if dropped < best:
                best = dropped
            added = table[i + 1, j] + costs[0, y]
            if added < best:
                best = added
            if i > 0:
                if x == _H and digraph[y] != 0 and left[i - 1] == digraph[y]:
                    apart = table[i - 1, j] + _DIGRAPH_COST
                    if apart < best:
                        best = apart
                if j > 0 and x == right[j - 1] and y == left[i - 1] and x != y:
                    swapped = table[i - 1, j - 1] + costs[x, y] * 0.5 + 1.5
                    if swapped < best:
                        best = swapped
            if j > 0 and y == _H and digraph[x] != 0 and right[j - 1] == digraph[x]:
                apart = table[i, j - 1] + _DIGRAPH_COST
                if apart < best:
                    best = apart
            table[i + 1, j + 1] = best
    return float(table[rows, columns])


def mass(sounds: Codes, masses: Reals) -> float:
    """Return the summed mass of some sounds."""
    total = 0.0
    for k in range(len(sounds)):
        total += masses[sounds[k]]
    return total


def same(left: Codes, right: Codes) -> bool:
    """Tell whether two forms have the same sounds."""
    if len(left) != len(right):
        return False
    for k in range(len(left)):  # noqa: SIM110  (a generator would not compile)
        if left[k] != right[k]:
            return False
    return True


def has_digit(sounds: Codes) -> bool:
    """Tell whether a form has a digit in it: numbers are equal or they are different."""
    for k in range(len(sounds)):  # noqa: SIM110
        if sounds[k] >= _ZERO:
            return True
    return False


def likeness(left: Codes, left_writing: int, right: Codes, right_writing: int, costs: Costs) -> float:
    """Return how alike two forms are: 1 the same, 0 unlike, never between 0 and UNLIKE. Symmetric."""
    if left_writing == right_writing and same(left, right):
        return 1.0
    if has_digit(left) or has_digit(right):
        return 0.0
    if left_writing == ABJAD and right_writing == ABJAD:
        cost = edit_cost(left, right, costs.closed, costs.digraph)
        weight = mass(left, costs.mass_abjad) + mass(right, costs.mass_abjad)
    elif left_writing == ABJAD:
        cost = edit_cost(left, right, costs.mixed, costs.digraph)
        weight = mass(left, costs.mass_abjad) + mass(right, costs.mass_mixed)
    elif right_writing == ABJAD:
        cost = edit_cost(right, left, costs.mixed, costs.digraph)
        weight = mass(left, costs.mass_mixed) + mass(right, costs.mass_abjad)
    elif left_writing == BARE or right_writing == BARE:
        cost = edit_cost(left, right, costs.bare, costs.digraph)
        weight = mass(left, costs.mass_mixed) + mass(right, costs.mass_mixed)
    else:
        cost = edit_cost(left, right, costs.open, costs.digraph)
        weight = mass(left, costs.mass_open) + mass(right, costs.mass_open)
    if weight <= 0.0:
        return 0.0
    mixed = (left_writing == ABJAD) != (right_writing == ABJAD)
    value = 1.0 - (MIXED_STRICTNESS if mixed else STRICTNESS) * 2.0 * cost / weight
    # Held a hair under 1, so that only equal forms are 1.
    return min(value, 0.99) if value >= UNLIKE else 0.0


# Keys: two tokens can only be alike where they share one. A key is a 64-bit FNV-1a hash of
# consonant classes or of sounds, with a seed for each kind; one class or sound may be left out,
# so that one slip of the pen still meets.

_SEED_SKELETON = np.uint64(0xCBF29CE484222325)
_SEED_SOUNDS = np.uint64(0x9AE16A3B2F90404F)
_SEED_FAMILY = np.uint64(0x2127599BF4325C37)
_PRIME = np.uint64(0x100000001B3)
#: At most so many keys a form.
MAX_KEYS = 32
#: Skeletons this short are too common to leave a class out of; whole sounds are used instead.
_SHORT_SKELETON = 2


def _hash_without(codes: Codes, length: int, left_out: int, seed: np.uint64) -> np.uint64:
    value = seed
    previous = np.uint64(255)
    for k in range(length):
        code = np.uint64(codes[k])
        if k != left_out and code != previous:
            value = (value ^ code) * _PRIME
            previous = code
    return value


def family_key(family: int) -> np.uint64:
    """Return the key shared by the members of a family."""
    return (_SEED_FAMILY ^ np.uint64(family)) * _PRIME


def _skeleton(sounds: Codes, costs: Costs, other: int, out: Codes) -> int:
    """Write the consonant classes, doubled ones once; sound number `other` is read by its second class."""
    length = 0
    for k in range(len(sounds)):
        mark = costs.second[sounds[k]] if k == other else costs.classes[sounds[k]]
        if mark not in (0, DROPPED) and (length == 0 or out[length - 1] != mark):
            out[length] = mark
            length += 1
    return length


def form_keys(sounds: Codes, costs: Costs, out: npt.NDArray[np.uint64]) -> int:
    """Write the keys of a form into `out` (MAX_KEYS long) and return how many; a key may be written twice.

    The first is that of the whole skeleton. Then come the skeletons with one class left out, or
    for short skeletons the whole sounds with one left out, and the skeletons in which one sound
    that is heard in two ways (th, dh, j, ch) is read the other way.
    """
    skeleton = np.empty(len(sounds), np.uint8)
    length = min(_skeleton(sounds, costs, -1, skeleton), 12)
    out[0] = _hash_without(skeleton, length, -1, _SEED_SKELETON)
    count = 1
    if length > _SHORT_SKELETON:
        for k in range(length):
            out[count] = _hash_without(skeleton, length, k, _SEED_SKELETON)
            count += 1
    else:
        size = min(len(sounds), 12)
        for k in range(-1, size if size > _SHORT_SKELETON else 0):
            out[count] = _hash_without(sounds, size, k, _SEED_SOUNDS)
            count += 1
    for k in range(len(sounds)):
        if costs.second[sounds[k]] != 0 and count < MAX_KEYS:
            length = min(_skeleton(sounds, costs, k, skeleton), 12)
            out[count] = _hash_without(skeleton, length, -1, _SEED_SKELETON)
            count += 1
    return count
