"""The distinct tokens of all listed names: numbered, with their forms, the keys that find them, and their weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.names import Kind, Token, skeleton
from dragoman.names.compiling import compiled
from dragoman.names.kernels import MAX_KEYS, OPEN
from dragoman.names.likeness import costs, family_hash, forms
from dragoman.names.sounds import codes
from dragoman.screening.rarity import rarity, world_share
from dragoman.screening.units import INITIAL, LITTLE

Arrays = dict[str, npt.NDArray[Any]]


class Vocabulary:
    """Numbers distinct tokens; spelling aside, tokens of the same forms, kind and families are one."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}
        self.tokens: list[Token] = []

    def number(self, token: Token) -> int:
        """Return the number of a token, as it is until `settle`."""
        known = self._numbers.setdefault(token[1:], len(self.tokens))
        if known == len(self.tokens):
            self.tokens.append(token)
        return known

    def settle(self) -> npt.NDArray[np.int32]:
        """Number the tokens by their consonants; return the new number for each old one.

        What is compared together then lies together in memory.
        """
        ranks = [(token.skeleton, key) for token, key in zip(self.tokens, self._numbers, strict=True)]
        order = sorted(range(len(ranks)), key=ranks.__getitem__)
        self.tokens = [self.tokens[number] for number in order]
        self._numbers.clear()
        settled = np.empty(len(order), np.int32)
        settled[np.array(order, np.int64)] = np.arange(len(order), dtype=np.int32)
        return settled


def form_arrays(tokens: list[Token]) -> Arrays:
    """Lay out the forms of all tokens and the keys by which they are found."""
    kernels = compiled("dragoman.screening.kernels")
    every = [(number, *form) for number, token in enumerate(tokens) for form in forms(token)]
    every.sort(key=lambda form: (skeleton(form[1]), form[1]))
    start, sound = _laid_out([sounds for _, sounds, _ in every])
    writing = np.array([written for _, _, written in every], np.uint8)
    whole = np.array([tokens[number].whole for number, _, _ in every], np.uint8)
    exact = np.array([tokens[number].exact for number, _, _ in every], np.uint8)
    key = np.empty(len(every) * (MAX_KEYS + 1), np.uint64)
    form = np.empty(len(key), np.int32)
    count = kernels.forms_keys(start, sound, writing, whole, costs(), key, form)
    mass = np.empty((len(every), 2), np.float32)
    kernels.all_masses(start, sound, writing, exact, costs(), mass)
    main = {number: at for at, (number, sounds, _) in enumerate(every) if tokens[number].sounds == sounds}
    family_key, family_form = _family_keys(tokens, main)
    key = np.concatenate([key[:count], family_key])
    form = np.concatenate([form[:count], family_form])
    order = np.lexsort((form, key))
    hashes, cuts = np.unique(key[order], return_index=True)
    slots = np.full(1 << max(4, (2 * len(hashes)).bit_length()), -1, np.int32)
    kernels.fill_slots(hashes, slots)
    return {
        "vocabulary_form_start": start,
        "vocabulary_form_sound": sound,
        "vocabulary_form_writing": writing,
        "vocabulary_form_mass": mass,
        "vocabulary_form_token": np.array([number for number, _, _ in every], np.int32),
        "vocabulary_form_order": np.array(sorted(main.values(), key=lambda at: codes(every[at][1])), np.int32),
        "vocabulary_slots": slots,
        "vocabulary_key_hash": hashes,
        "vocabulary_key_start": np.append(cuts, len(order)).astype(np.int32),
        "vocabulary_key_form": form[order],
    }


def _laid_out(sounds: list[str]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return where each begins, and the codes of all after one another."""
    start = np.zeros(len(sounds) + 1, np.int32)
    np.cumsum([len(each) for each in sounds], out=start[1:])
    return start, np.frombuffer(codes("".join(sounds)), np.uint8)


def _family_keys(tokens: list[Token], main: dict[int, int]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    pairs = [(family_hash(family), main[number]) for number, token in enumerate(tokens) for family in token.families]
    return np.array([pair[0] for pair in pairs], np.uint64), np.array([pair[1] for pair in pairs], np.int32)


def weigh(
    tokens: list[Token], token: npt.NDArray[np.int32], name: npt.NDArray[np.int64], names: int
) -> tuple[npt.NDArray[np.float64], Arrays]:
    """Weigh every token of the vocabulary by how many names have one of its consonants.

    `token` and `name` tell which tokens stand in which of `names` names. Returned are the weights that tokens
    have in a name, and the arrays by which a query's tokens are weighed.
    """
    keys, of_token = np.unique(_first_keys(tokens), return_inverse=True)
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
    kind = np.array([each.kind for each in tokens], np.uint8)
    told = np.isin(kind, (Kind.NAME, Kind.ACRONYM))
    return np.where(kind == Kind.INITIAL, INITIAL, np.where(told, rare, LITTLE)), arrays


def _first_keys(tokens: list[Token]) -> npt.NDArray[np.uint64]:
    """Return `rarity.first_key` of all tokens at once: the only key of a form that is found whole."""
    start, sound = _laid_out([token.sounds for token in tokens])
    open_ = np.full(len(tokens), OPEN, np.uint8)
    key = np.empty(len(tokens), np.uint64)
    compiled("dragoman.screening.kernels").forms_keys(
        start, sound, open_, np.ones(len(tokens), np.uint8), costs(), key, np.empty(len(tokens), np.int32)
    )
    return key
