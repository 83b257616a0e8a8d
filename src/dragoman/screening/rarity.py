"""How rare a token is: the weight that its agreement carries."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from dragoman.names import kernels, tokenise
from dragoman.names.compiling import compiled, is_compiled
from dragoman.names.kernels import MAX_KEYS, OPEN
from dragoman.names.likeness import costs, encode
from dragoman.names.sounds import read_table

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
