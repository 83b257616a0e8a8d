"""The tokens that queries have used, and what in the vocabulary is like each: found once, then remembered."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.names import ALPHABET, Kind, Token
from dragoman.names.likeness import FAMILY_LIKENESS, costs, family_hash, forms
from dragoman.screening.layout import Neighbours, Vocabulary
from dragoman.screening.rarity import first_key

_CODES = bytes.maketrans(ALPHABET.encode(), bytes(range(len(ALPHABET))))
_FAMILY_LIKE = int(FAMILY_LIKENESS * 200)
#: Neighbours remembered before the lexicon starts afresh; five bytes each.
_LIMIT = 4_000_000


class Lexicon:
    """Numbers query tokens and holds their neighbours in growing arrays. One a thread."""

    def __init__(self, vocabulary: Vocabulary, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self._vocabulary = vocabulary
        self._rarity_key = arrays["rarity_key"]
        self._rarity_weight = arrays["rarity_weight"]
        self._unseen = float(arrays["rarity_unseen"][0])
        tokens = len(vocabulary.post_start) - 1
        self._best = np.zeros(tokens, np.uint8)
        self._seen = np.zeros(len(vocabulary.form_token), np.uint8)
        self._out = np.empty(tokens, np.int32)
        self._weights: dict[str, float] = {}
        self.clear()

    def clear(self) -> None:
        """Forget every token."""
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._start = np.zeros(1024, np.int32)
        self._token = np.empty(65536, np.int32)
        self._like = np.empty(65536, np.uint8)

    @property
    def full(self) -> bool:
        """Whether it is time to `clear`, between two batches."""
        return int(self._start[len(self._numbers)]) > _LIMIT

    def rarity(self, token: Token) -> float:
        """Return the weight of a name token, as the index weighs its own."""
        weight = self._weights.get(token.sounds)
        if weight is None:
            key = np.uint64(first_key(token.sounds))
            at = int(np.searchsorted(self._rarity_key, key))
            known = at < len(self._rarity_key) and self._rarity_key[at] == key
            weight = float(self._rarity_weight[at]) if known else self._unseen
            if len(self._weights) > 200_000:
                self._weights.clear()
            self._weights[token.sounds] = weight
        return weight

    def number(self, token: Token, cut: bool, kernels: ModuleType) -> int:
        """Return the number of a token, finding its neighbours if it is new; `cut`: it may go on."""
        key = (*token[1:], cut)
        known = self._numbers.get(key)
        if known is None:
            known = len(self._numbers)
            self._find(token, cut, kernels, known)
            self._numbers[key] = known
        return known

    def _find(self, token: Token, cut: bool, kernels: ModuleType, number: int) -> None:
        every = [(token.sounds, token.writing)] if token.kind is Kind.INITIAL else forms(token)
        start = np.zeros(len(every) + 1, np.int32)
        np.cumsum([len(sounds) for sounds, _ in every], out=start[1:])
        sounds = np.frombuffer("".join(sounds for sounds, _ in every).encode().translate(_CODES), np.uint8)
        writing = np.array([writing for _, writing in every], np.uint8)
        families = np.array([family_hash(family) for family in token.families], np.uint64)
        with np.errstate(over="ignore"):  # hashes overflow on purpose
            found = kernels.neighbours(
                sounds, start, writing, families, _FAMILY_LIKE, cut, self._vocabulary, costs(), self._best, self._seen, self._out
            )
        tokens = np.sort(self._out[:found])
        begin = int(self._start[number])
        end = begin + found
        while end > len(self._token):
            self._token = np.concatenate([self._token, np.empty_like(self._token)])
            self._like = np.concatenate([self._like, np.empty_like(self._like)])
        if number + 2 > len(self._start):
            self._start = np.concatenate([self._start, np.zeros_like(self._start)])
        self._token[begin:end] = tokens
        self._like[begin:end] = self._best[tokens]
        self._best[tokens] = 0
        self._start[number + 1] = end

    def neighbours(self) -> Neighbours:
        """Return the neighbours of all tokens numbered so far, for the kernels."""
        return Neighbours(self._start, self._token, self._like)
