"""The tokens that queries have used, and what in the vocabulary is like each: found once, then remembered."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.names import Kind, Name, Token
from dragoman.names.likeness import FAMILY_LIKENESS, costs, family_hash, forms
from dragoman.names.sounds import codes
from dragoman.screening.kernels import MAX_UNITS, STEPS
from dragoman.screening.layout import Neighbours, Vocabulary
from dragoman.screening.rarity import first_key
from dragoman.screening.units import Unit, units

_FAMILY_LIKE = int(FAMILY_LIKENESS * STEPS)
#: Neighbours (five bytes each) and tokens (some 300) remembered before the lexicon starts afresh. Tokens that two words
#: of a name join to are as many as there are names, and hardly come again.
_LIMIT = 4_000_000
_MOST_TOKENS = 150_000

#: A unit of a query as the kernels take it: number, position of the first token, span, weight, opening, initial.
Row = tuple[int, int, int, float, int, bool]


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
        self._touched = np.empty(len(vocabulary.form_token), np.int32)
        self._out = np.empty(tokens, np.int32)
        self._weights: dict[str, float] = {}
        self.clear()

    def clear(self) -> None:
        """Forget every token."""
        self._numbers: dict[tuple[Any, ...], int] = {}
        # What a token comes to: where it is whole, and where it ends a query and may be cut short.
        self._entries: tuple[dict[Token, tuple[int, float, int, bool]], ...] = ({}, {})
        self._new: list[tuple[Token, bool]] = []
        self._start = np.zeros(1024, np.int32)
        self._token = np.empty(65536, np.int32)
        self._like = np.empty(65536, np.uint8)

    @property
    def full(self) -> bool:
        """Whether it is time to `clear`, between two batches."""
        return len(self._numbers) > _MOST_TOKENS or int(self._start[len(self._numbers)]) > _LIMIT

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

    def rows(self, name: Name) -> list[Row]:
        """Return the units of a query's name (`units`), what is the same for each token worked out once."""
        tokens, joins = name.tokens, name.joins
        if len(tokens) + len(joins) > MAX_UNITS:
            return [self._row(unit) for unit in units(name, self.rarity, query=True)]
        whole, cut = self._entries
        rows: list[Row] = []
        for position, token in enumerate(tokens):
            if position and position == len(tokens) - 1 and token.kind is Kind.NAME and len(token.sounds) > 1:
                entry = cut.get(token) or self._entry(token, True)
            else:
                entry = whole.get(token) or self._entry(token, False)
            number, weight, opening, initial = entry
            rows.append((number, position, 1, weight, opening, initial))
        for position, token in joins:
            weight = rows[position][3] + rows[position + 1][3]
            rows.append((self.number(token, False), position, 2, weight, codes(token.sounds[0])[0], False))
        return rows

    def _row(self, unit: Unit) -> Row:
        number = self.number(unit.token, unit.cut)
        return (number, unit.first, unit.span, unit.weight, unit.opening, unit.initial)

    def _entry(self, token: Token, cut: bool) -> tuple[int, float, int, bool]:
        unit = units(Name("", (token,), ()), self.rarity)[0]
        entry = self._entries[cut][token] = (self.number(token, cut), unit.weight, unit.opening, unit.initial)
        return entry

    def number(self, token: Token, cut: bool) -> int:
        """Return the number of a token; `cut`: it may go on. A new one waits for `find_new`."""
        key = (*token[1:], cut)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self._numbers)
            self._new.append((token, cut))
        return known

    def find_new(self, kernels: ModuleType) -> None:
        """Find the neighbours of all tokens numbered since the last call."""
        if not self._new:
            return
        every = [forms(token) for token, _ in self._new]
        families = [[family_hash(family) for family in token.families] for token, _ in self._new]
        sounds = codes("".join(sounds for token in every for sounds, _ in token))
        before = len(self._numbers) - len(self._new)
        while len(self._start) < len(self._numbers) + 1:
            self._start = np.concatenate([self._start, np.zeros_like(self._start)])
        done = 0
        while True:
            with np.errstate(over="ignore"):  # hashes overflow on purpose
                done = kernels.neighbours_of_all(
                    np.frombuffer(sounds, np.uint8),
                    _cuts(len(sounds) for token in every for sounds, _ in token),
                    np.array([writing for token in every for _, writing in token], np.uint8),
                    _cuts(len(token) for token in every),
                    np.array([key for keys in families for key in keys], np.uint64),
                    _cuts(len(keys) for keys in families),
                    np.array([cut for _, cut in self._new], np.uint8),
                    np.array([token.whole for token, _ in self._new], np.uint8),
                    np.array([token.exact for token, _ in self._new], np.uint8),
                    _FAMILY_LIKE,
                    self._vocabulary,
                    costs(),
                    self._best,
                    self._seen,
                    self._touched,
                    self._out,
                    self._start[before:],
                    self._token,
                    self._like,
                    done,
                )
            if done == len(self._new):
                break
            self._token = np.concatenate([self._token, np.empty(len(self._token) + len(self._out), np.int32)])
            self._like = np.concatenate([self._like, np.empty(len(self._token) - len(self._like), np.uint8)])
        self._new.clear()

    def neighbours(self) -> Neighbours:
        """Return the neighbours of all tokens numbered so far, for the kernels."""
        return Neighbours(self._start, self._token, self._like)


def _cuts(lengths: Iterable[int]) -> npt.NDArray[np.int32]:
    """Return where pieces of the given lengths begin, and where the last ends."""
    return np.fromiter(accumulate(lengths, initial=0), np.int32)
