"""How rare a token is: the weight that its agreement carries."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from dragoman.names import Kind, kernels, tokenise
from dragoman.names.compiling import compiled, is_compiled
from dragoman.names.kernels import MAX_KEYS, OPEN
from dragoman.names.likeness import costs, encode
from dragoman.names.sounds import codes, read_table
from dragoman.screening.pieces import Arrays, Ints, Pieces
from dragoman.screening.units import INITIAL, LITTLE

_KERNELS = kernels.__name__

#: A list is a sample of the world's names; so many names of the world are mixed into its counts.
BACKGROUND = 4000.0
LEAST = 1.0
MOST = 12.0


def first_key(sounds: str) -> int:
    """Return the key by which spellings of one word are counted together: that of its consonant classes."""
    out = np.empty(MAX_KEYS, np.uint64)
    if is_compiled(_KERNELS):
        compiled(_KERNELS).form_keys(encode(sounds), OPEN, True, costs(), out)
    else:
        with np.errstate(over="ignore"):  # hashes overflow on purpose
            kernels.form_keys(encode(sounds), OPEN, True, costs(), out)
    return int(out[0])


@cache
def world_share() -> dict[int, float]:
    """Return the share of the world's names that have a token of a key, for the common ones (``common_tokens.tsv``)."""
    shares: dict[int, float] = {}
    for share, members in read_table("common_tokens.tsv"):
        for word in members.split():
            for token in tokenise(word).tokens[:1]:
                key = first_key(token.sounds)
                shares[key] = max(shares.get(key, 0.0), float(share))
    return shares


def rarity(names_with: float, names: int, share: float) -> float:
    """Return the weight of a token: the information in nats that a name has it, between LEAST and MOST.

    `names_with` of `names` names on the lists have it, and a `share` of the world's names.
    """
    expected = (names_with + BACKGROUND * share + 0.5) / (names + BACKGROUND)
    return min(MOST, max(LEAST, -math.log(expected)))


def first_keys(sounds: list[str]) -> npt.NDArray[np.uint64]:
    """Return the `first_key` of many tokens at once: the only key of a form that is found whole."""
    forms = Pieces.of([codes(each) for each in sounds])
    open_ = np.full(len(sounds), OPEN, np.uint8)
    key = np.empty(len(sounds), np.uint64)
    compiled("dragoman.screening.kernels").forms_keys(
        forms.start.astype(np.int32),
        forms.columns[0],
        open_,
        np.ones(len(sounds), np.uint8),
        costs(),
        key,
        np.empty(len(sounds), np.int32),
    )
    return key


def weigh(
    kind: npt.NDArray[np.uint8], key: npt.NDArray[np.uint64], token: npt.NDArray[np.int32], name: Ints, names: int
) -> tuple[npt.NDArray[np.float64], Arrays]:
    """Weigh every token of the vocabulary by how many names have one of its consonants.

    `kind` and `key` (its first) are those of each token; `token` and `name` tell which tokens stand in which of `names`
    names. Returned are the weights that tokens have in a name, and the arrays by which a query's tokens are weighed.
    """
    keys, of_token = np.unique(key, return_inverse=True)
    held = np.unique(of_token[token].astype(np.int64) * max(1, names) + name)
    with_key = np.bincount(held // max(1, names), minlength=len(keys))
    shares = world_share()
    counted = dict(zip(keys.tolist(), with_key.tolist(), strict=True))
    weight = {key: rarity(counted.get(key, 0), names, shares.get(key, 0.0)) for key in {*counted, *shares}}
    ordered = sorted(weight)
    arrays: Arrays = {
        "rarity_key": np.array(ordered, np.uint64),
        "rarity_weight": np.array([weight[key] for key in ordered], np.float32),
        "rarity_unseen": np.array([rarity(0, names, 0.0)], np.float32),
    }
    rare = np.array([weight[key] for key in keys.tolist()], np.float64)[of_token]
    told = np.isin(kind, (Kind.NAME, Kind.ACRONYM))
    return np.where(kind == Kind.INITIAL, INITIAL, np.where(told, rare, LITTLE)), arrays
