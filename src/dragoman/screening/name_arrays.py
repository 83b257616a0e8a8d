"""Listed names as the arrays of the index: their units, and for each token the names it stands in.

What `units.units` does for one name is done here for all of them at once.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from dragoman.names import Kind, Name
from dragoman.names.sounds import codes
from dragoman.screening.kernels import MAX_UNITS
from dragoman.screening.scoring import Strength
from dragoman.screening.vocabulary import Vocabulary, form_arrays, weigh

Arrays = dict[str, npt.NDArray[Any]]
Ints = npt.NDArray[np.int64]


class Entry(msgspec.Struct):
    """One name of one party."""

    name: Name
    party: int
    strength: Strength

    @property
    def has_initial(self) -> bool:
        """Whether a token of the name is an initial."""
        return any(token.kind is Kind.INITIAL for token in self.name.tokens)


def name_arrays(entries: list[Entry], vocabulary: Vocabulary) -> Arrays:
    """Number the tokens of all names and lay out vocabulary, units and postings. Names with initials come last."""
    number = vocabulary.number
    token = [number(token) for entry in entries for token in entry.name.tokens]
    joined = [number(token) for entry in entries for _, token in entry.name.joins]
    settled = vocabulary.settle()
    words = _Words(
        token=settled[token],
        name=np.repeat(np.arange(len(entries)), [len(entry.name.tokens) for entry in entries]),
        joined=settled[joined],
        joined_name=np.repeat(np.arange(len(entries)), [len(entry.name.joins) for entry in entries]),
        joined_first=np.array([first for entry in entries for first, _ in entry.name.joins], np.int64),
    )
    arrays = form_arrays(vocabulary.tokens)
    weight, weights = weigh(vocabulary.tokens, words.token, words.name, len(entries))
    arrays |= weights
    arrays |= _units(words, weight, vocabulary, len(entries))
    arrays["names_party"] = np.array([entry.party for entry in entries], np.int32)
    arrays["names_strength"] = np.array([entry.strength for entry in entries], np.uint8)
    first = next((at for at, entry in enumerate(entries) if entry.has_initial), len(entries))
    arrays["names_first_initial"] = np.array([first], np.int32)
    return arrays | _postings(arrays["names_start"], arrays["names_token"], len(vocabulary.tokens))


class _Words(msgspec.Struct):
    """The tokens of all names after one another, each with its name; then the joins, with their first token's place."""

    token: npt.NDArray[np.int32]
    name: Ints
    joined: npt.NDArray[np.int32]
    joined_name: Ints
    joined_first: Ints


def _units(words: _Words, weight: npt.NDArray[np.float64], vocabulary: Vocabulary, names: int) -> Arrays:
    """Lay out the units of all names: of each its tokens, then its joins, MAX_UNITS at most."""
    begin = _starts(words.name, names)
    place = np.arange(len(words.token)) - begin[words.name]
    weights = weight[words.token]
    at = begin[words.joined_name] + words.joined_first
    kept = _kept(words.name, place, weights, begin)
    short = np.diff(begin)[words.joined_name] <= MAX_UNITS  # of a longer name no joins are kept
    columns = {
        "token": np.concatenate([words.token[kept], words.joined[short]]),
        "first": np.concatenate([_ranks(words.name[kept], names), words.joined_first[short]]),
        "span": np.repeat(np.array([1, 2], np.uint8), [np.count_nonzero(kept), np.count_nonzero(short)]),
        "weight": np.concatenate([weights[kept], (weights[at[short]] + weights[at[short] + 1])]),
    }
    name = np.concatenate([words.name[kept], words.joined_name[short]])
    order = np.argsort(name, kind="stable")
    order = order[_ranks(name[order], names) < MAX_UNITS]
    token = columns["token"][order]
    opening = np.array([codes(each.sounds[0])[0] for each in vocabulary.tokens], np.uint8)
    initial = np.array([each.kind is Kind.INITIAL for each in vocabulary.tokens], np.uint8)
    return {
        "names_token": token,
        "names_first": columns["first"][order].astype(np.uint8),
        "names_span": columns["span"][order],
        "names_weight": columns["weight"][order].astype(np.float32),
        "names_opening": opening[token],
        "names_initial": initial[token],
        "names_start": _starts(name[order], names).astype(np.int32),
    }


def _kept(name: Ints, place: Ints, weights: npt.NDArray[np.float64], begin: Ints) -> npt.NDArray[np.bool_]:
    """Tell which tokens are kept: of a name of more than MAX_UNITS tokens the weightiest, the earlier of like ones."""
    kept = np.ones(len(name), np.bool_)
    for long in np.flatnonzero(np.diff(begin) > MAX_UNITS):
        there = np.arange(begin[long], begin[long + 1])
        kept[there[np.lexsort((place[there], -weights[there]))[MAX_UNITS:]]] = False
    return kept


def _starts(owner: Ints, owners: int) -> Ints:
    """Return where what belongs to each owner begins, and the end of all; `owner` is in order."""
    start = np.zeros(owners + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=owners), out=start[1:])
    return start


def _ranks(owner: Ints, owners: int) -> Ints:
    """Return the place of each among those of its owner; `owner` is in order."""
    return np.arange(len(owner)) - _starts(owner, owners)[owner]


def _postings(start: npt.NDArray[np.int32], token: npt.NDArray[np.int32], tokens: int) -> Arrays:
    """Invert names to tokens: for each token the names it stands in, ascending, each once."""
    owner = np.repeat(np.arange(len(start) - 1, dtype=np.int64), np.diff(start))
    pairs = np.unique(token.astype(np.int64) * max(1, len(start)) + owner)
    cuts = np.searchsorted(pairs, np.arange(tokens + 1, dtype=np.int64) * max(1, len(start)))
    return {
        "vocabulary_post_start": cuts.astype(np.int32),
        "vocabulary_post_name": (pairs % max(1, len(start))).astype(np.int32),
    }
