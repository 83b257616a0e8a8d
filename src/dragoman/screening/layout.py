"""The parts of the index that the kernels see: named tuples of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
F32 = npt.NDArray[np.float32]


class Vocabulary(NamedTuple):
    """The distinct tokens of all names: F forms of T tokens, found by K keys.

    `form_start` (F+1,) cuts `form_sound`; `form_writing` (F,), `form_mass` (F, 2; below 0
    where the form is like nothing but itself) and `form_token` (F,) describe each form.
    `form_order` (M,) holds the tokens' main forms in the order of their sounds.
    `slots` is an open-addressing table (a power of two) from a key to its number, or -1;
    `key_start` (K+1,) cuts `key_form`, the forms that have the key.
    `post_start` (T+1,) cuts `post_name`, the names in which a token stands, ascending.
    """

    form_start: I32
    form_sound: U8
    form_writing: U8
    form_mass: F32
    form_token: I32
    form_order: I32
    slots: I32
    key_hash: U64
    key_start: I32
    key_form: I32
    post_start: I32
    post_name: I32


class Names(NamedTuple):
    """The units of N names: their tokens, then neighbours joined to one.

    `start` (N+1,) cuts the unit arrays: `token`; `first`, the position of the (first) token;
    `span`, 1 or 2 positions; `weight`; `opening`, the opening sound; `initial`, 1 for an initial.
    `party` (N,) is the party named. Names with initials come last, from `first_initial[0]` on.
    """

    start: I32
    token: I32
    first: U8
    span: U8
    weight: F32
    opening: U8
    initial: U8
    party: I32
    first_initial: I32


class QueryNames(NamedTuple):
    """A batch of tokenised query names, cut like `Names`; `token` counts into `Neighbours`."""

    start: I32
    token: I32
    first: U8
    span: U8
    weight: F32
    opening: U8
    initial: U8


class Neighbours(NamedTuple):
    """For each query token the tokens of the vocabulary that are like it, ascending; likeness in 1/200."""

    start: I32
    token: I32
    like: U8


class Scratch(NamedTuple):
    """Working memory of one search.

    `mark`, `credit`, `candidates` (N,) are for names found; `like` (T * MAX_UNITS,) holds the likenesses
    of the query's units to each token; `best`, `record_best` (MAX_UNITS,) and `pairs` (MAX_UNITS, 2)
    are for one pair of names.
    """

    mark: I32
    credit: F32
    candidates: I32
    like: U8
    best: U8
    record_best: U8
    pairs: I32


class Facts(NamedTuple):
    """What is known of each of P parties (or of each of Q queries) beside its names.

    `date_start` (P+1,) cuts `date_first` and `date_last` (ordinals of days, both included) and
    `date_soft` (1 where the source was not sure). `country_start` cuts `country` (two letters as a
    number). `place_start` cuts `place`, hashes of the words of birth places. `gender` is 0 unknown,
    1 male, 2 female. `group` is the kind of thing, see `dragoman.screening.facts.GROUPS`.
    """

    date_start: I32
    date_first: I32
    date_last: I32
    date_soft: U8
    country_start: I32
    country: I32
    place_start: I32
    place: U64
    gender: U8
    group: U8
