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

    `matrices` (4, S, S) are costs in nats for two forms that are both OPEN, both ABJAD, of which one
    is BARE, and MIXED: an abjad (row) against another (column); row and column 0 are "no sound".
    The masses are (S,) arrays. `digraph[y]` is the sound that, with an h, spells y (sh, kh), or 0.
    `classes` gives the consonant class of each sound, 0 for none, and `second` another class that
    it may have, 0 for none and DROPPED for no class at all.
    """

    matrices: Reals
    mass_open: Reals
    mass_mixed: Reals
    mass_abjad: Reals
    digraph: Codes
    classes: Codes
    second: Codes


#: How a form is written: with its vowels, in an abjad, or in letters that have lost their vowels ("Mhmmd").
OPEN, ABJAD, BARE = 0, 1, 2
#: And the matrix for an abjad against another.
MIXED = 3
#: In `Costs.second`: the sound may leave no trace.
DROPPED = 255

#: Share of the mass that an edit's cost takes away, within one way of writing and between an abjad and
#: another; and the likeness under which two tokens are unlike. Set on the pairs of ``benchmarks/quality.py``.
STRICTNESS = 0.6
MIXED_STRICTNESS = 0.37
UNLIKE = 0.52

_HAIR = 1e-5
_H = ALPHABET.index("h")
_ZERO = ALPHABET.index("0")
#: A digraph read apart or together: "Adham" is ad-ham, not a-dh-am.
_DIGRAPH_COST = np.float32(0.7)
#: Two neighbours exchanged: half of what writing one for the other costs, and this.
_HALF = np.float32(0.5)
_SWAP_COST = np.float32(1.5)
#: The longest form compared; words of lists and people are far shorter.
LONGEST = 48


def edit_cost(  # noqa: C901  (one loop, written out for the compiler)
    left: Codes,
    left_at: int,
    rows: int,
    right: Codes,
    right_at: int,
    columns: int,
    matrices: Reals,
    mode: int,
    digraph: Codes,
    limit: float,
    table: Reals,
) -> float:
    """Return the least total cost of turning one form into another, or some cost over `limit` where it is over.

    Weighted Levenshtein distance with digraphs read apart or together and neighbours exchanged.
    The forms are `rows` sounds of `left` from `left_at` on and `columns` of `right` from `right_at` on.
    `table` is working memory, at least (3, columns + 1). Positions and comparisons are written out
    because slices and tuples cost more than what they would save the reader.
    """
    older, above, current = 0, 1, 2
    total = np.float32(0.0)
    table[above, 0] = total
    for j in range(columns):
        total += matrices[mode, 0, right[right_at + j]]
        table[above, j + 1] = total
    before = 0
    least_above = np.float32(0.0)
    for i in range(rows):
        x = left[left_at + i]
        drop = matrices[mode, x, 0]
        corner = table[above, 0]
        beside = corner + drop
        table[current, 0] = beside
        least = beside
        for j in range(columns):
            y = right[right_at + j]
            over = table[above, j + 1]
            change = matrices[mode, x, y]
            best = corner + change
            if over + drop < best:
                best = over + drop
            added = beside + matrices[mode, 0, y]
            if added < best:
                best = added
            if x == _H and i > 0 and digraph[y] != 0 and before == digraph[y]:
                best = min(best, table[older, j] + _DIGRAPH_COST)
            if y == _H and j > 0 and digraph[x] != 0 and right[right_at + j - 1] == digraph[x]:
                best = min(best, table[above, j - 1] + _DIGRAPH_COST)
            if y == before and j > 0 and x != y and x == right[right_at + j - 1]:
                exchanged = table[older, j - 1] + change * _HALF + _SWAP_COST
                if exchanged < best:
                    best = exchanged
            corner = over
            beside = best
            table[current, j + 1] = best
            if best < least:
                least = best
        # An alignment may skip one row (a digraph, an exchange), never two.
        if least > limit and least_above > limit:
            return float(least)
        before = x
        least_above = least
        older, above, current = above, current, older
    return float(table[above, columns])


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


def masses(sounds: Codes, writing: int, costs: Costs) -> tuple[float, float]:
    """Return the mass of a form against its own way of writing, and against the other."""
    if writing == ABJAD:
        own = mass(sounds, costs.mass_abjad)
        return own, own
    other = mass(sounds, costs.mass_mixed)
    return (other if writing == BARE else mass(sounds, costs.mass_open)), other


def likeness_at(
    left: Codes,
    left_at: int,
    rows: int,
    left_writing: int,
    right: Codes,
    right_at: int,
    columns: int,
    right_writing: int,
    own_weight: float,
    other_weight: float,
    matrices: Reals,
    digraph: Codes,
    table: Reals,
) -> float:
    """Return the likeness of two different forms given by position, none with a digit.

    What they begin and end with in common is set aside first: it costs nothing.

    `own_weight` is the sum of their masses against their own way of writing, `other_weight` against
    the other. See `likeness`.
    """
    while rows > 0 and columns > 0 and left[left_at] == right[right_at]:
        left_at += 1
        right_at += 1
        rows -= 1
        columns -= 1
    while rows > 0 and columns > 0 and left[left_at + rows - 1] == right[right_at + columns - 1]:
        rows -= 1
        columns -= 1
    rows = min(rows, LONGEST)
    columns = min(columns, LONGEST)
    weight = other_weight
    strictness = STRICTNESS
    mode = BARE
    if (left_writing == ABJAD) != (right_writing == ABJAD):
        mode = MIXED
        strictness = MIXED_STRICTNESS
    elif left_writing == right_writing:
        mode = left_writing
        weight = own_weight
    if weight <= 0.0:
        return 0.0
    # A hair beyond the limit, so that plain and compiled kernels, which round differently, stop at the same pairs.
    limit = (1.0 + 2.0 * _HAIR - UNLIKE) * weight / (2.0 * strictness)
    if mode == MIXED and right_writing == ABJAD:
        cost = edit_cost(right, right_at, columns, left, left_at, rows, matrices, mode, digraph, limit, table)
    else:
        cost = edit_cost(left, left_at, rows, right, right_at, columns, matrices, mode, digraph, limit, table)
    value = 1.0 - strictness * 2.0 * cost / weight
    if value < UNLIKE - _HAIR:
        return 0.0
    # Held a hair under 1, so that only equal forms are 1.
    return min(value, 0.99)


def likeness(left: Codes, left_writing: int, right: Codes, right_writing: int, costs: Costs, table: Reals) -> float:
    """Return how alike two forms are: 1 the same, 0 unlike, never between 0 and UNLIKE. Symmetric.

    `table` is working memory of (3, LONGEST + 1); longer forms are compared up to LONGEST.
    """
    if left_writing == right_writing and same(left, right):
        return 1.0
    if has_digit(left) or has_digit(right):
        return 0.0
    left_own, left_other = masses(left, left_writing, costs)
    right_own, right_other = masses(right, right_writing, costs)
    return likeness_at(
        left,
        0,
        len(left),
        left_writing,
        right,
        0,
        len(right),
        right_writing,
        left_own + right_own,
        left_other + right_other,
        costs.matrices,
        costs.digraph,
        table,
    )


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
_SHORT_OPEN = 3
_SHORT_OTHER = 2


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


def form_keys(sounds: Codes, writing: int, whole: bool, costs: Costs, out: npt.NDArray[np.uint64]) -> int:
    """Write the keys of a form into `out` (MAX_KEYS long) and return how many; a key may be written twice.

    The first is that of the whole skeleton. Then come the skeletons with one class left out, or
    for short skeletons the whole sounds with one left out, and the skeletons in which one sound
    that is heard in two ways (th, dh, j, ch) is read the other way. A form that is only found
    `whole` (two words joined, which stand apart in their own name) has the first key alone.
    """
    skeleton = np.empty(len(sounds), np.uint8)
    length = min(_skeleton(sounds, costs, -1, skeleton), 12)
    out[0] = _hash_without(skeleton, length, -1, _SEED_SKELETON)
    count = 1
    if whole:
        return count
    short = _SHORT_OPEN if writing == OPEN else _SHORT_OTHER
    if length > short:
        for k in range(length):
            out[count] = _hash_without(skeleton, length, k, _SEED_SKELETON)
            count += 1
    else:
        size = min(len(sounds), 12)
        for k in range(-1, size if size > 2 else 0):
            out[count] = _hash_without(sounds, size, k, _SEED_SOUNDS)
            count += 1
    for k in range(len(sounds)):
        if costs.second[sounds[k]] != 0 and count < MAX_KEYS:
            length = min(_skeleton(sounds, costs, k, skeleton), 12)
            out[count] = _hash_without(skeleton, length, -1, _SEED_SKELETON)
            count += 1
    return count
