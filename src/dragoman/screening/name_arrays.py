"""Listed names as the arrays of the index: their units, and for each token the names it stands in.

What `units.units` does for one name is done here for all of them at once. Names of unchanged parties come from the
former index, token by token; only their numbers and weights are worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dragoman.names import Kind, Name
from dragoman.screening.former import Former
from dragoman.screening.forms import form_arrays
from dragoman.screening.kernels import MAX_UNITS
from dragoman.screening.pieces import Arrays, Ints, Pieces, cuts, rows, spread, starts, take
from dragoman.screening.rarity import weigh
from dragoman.screening.scoring import Strength
from dragoman.screening.vocabulary import Tokens, Vocabulary


class Entry(msgspec.Struct):
    """One name of one party."""

    name: Name
    party: int
    strength: Strength

    @property
    def has_initial(self) -> bool:
        """Whether a token of the name is an initial."""
        return Kind.INITIAL in [token.kind for token in self.name.tokens]


class _Names(NamedTuple):
    """Names laid out: those with initials last, from `first_initial` on, and else by party.

    Pieces of `tokens` are the numbers of a name's tokens; of `joins` those of joined tokens, and of the first of each.
    """

    party: npt.NDArray[np.int32]
    first_initial: int
    strength: npt.NDArray[np.uint8]
    text: Pieces
    tokens: Pieces
    joins: Pieces


def name_arrays(entries: list[Entry], made: int, former: Former, numbers: Sequence[int]) -> Arrays:
    """Number the tokens of all names and lay out vocabulary, units and postings. Names with initials come last.

    `entries` are the names of the parties that were `made` now, by party; `numbers` counts through the parties of the
    former index, then those made now, and tells which the index has.
    """
    vocabulary = Vocabulary(former.arrays)
    known, new = _former_names(former.arrays), _new_names(entries, vocabulary)
    names = _chosen(known, new, (former.parties, made), np.array(numbers, np.int64))
    settled, tokens = vocabulary.settle(names.tokens.columns[0], names.joins.columns[0])
    words = _Words(
        token=settled[names.tokens.columns[0]],
        name=np.repeat(np.arange(len(names.party)), np.diff(names.tokens.start)),
        joined=settled[names.joins.columns[0]],
        joined_name=np.repeat(np.arange(len(names.party)), np.diff(names.joins.start)),
        joined_first=names.joins.columns[1].astype(np.int64),
    )
    weight, weights = weigh(tokens.kind, tokens.key, words.token, words.name, len(names.party))
    arrays = form_arrays(former.arrays, vocabulary) | tokens.arrays() | weights
    arrays |= _units(words, weight, tokens, len(names.party))
    arrays |= {
        "names_party": names.party,
        "names_strength": names.strength,
        "names_first_initial": np.array([names.first_initial], np.int32),
        "text_start": names.text.start,
        "text_blob": names.text.columns[0],
    }
    return arrays | _postings(arrays["names_start"], arrays["names_token"], len(tokens.kind))


def _former_names(arrays: Arrays) -> _Names:
    start, single = arrays["names_start"], arrays["names_span"] == 1
    before = cuts(single)  # how many tokens stand before each unit
    return _Names(
        party=arrays["names_party"],
        first_initial=int(arrays["names_first_initial"][0]),
        strength=arrays["names_strength"],
        text=Pieces(arrays["text_start"], (arrays["text_blob"],)),
        tokens=Pieces(before[start], (arrays["names_token"][single],)),
        joins=Pieces(start - before[start], (arrays["names_token"][~single], arrays["names_first"][~single])),
    )


def _new_names(entries: list[Entry], vocabulary: Vocabulary) -> _Names:
    with_initial = [entry.has_initial for entry in entries]
    order = sorted(range(len(entries)), key=with_initial.__getitem__)
    names = [entries[at].name for at in order]
    words = [token for name in names for token in name.tokens]
    apart = {id(token): token for token in words}  # most are the very same: a word is made a token once
    number = {at: vocabulary.number(token) for at, token in apart.items()}
    token = [number[id(each)] for each in words]
    joined = [vocabulary.number(token) for name in names for _, token in name.joins]
    firsts = [first for name in names for first, _ in name.joins]
    return _Names(
        party=np.array([entries[at].party for at in order], np.int32),
        first_initial=len(entries) - sum(with_initial),
        strength=np.array([entries[at].strength for at in order], np.uint8),
        text=Pieces.of([name.text.encode() for name in names]),
        tokens=Pieces(cuts([len(name.tokens) for name in names]), (np.array(token, np.int32),)),
        joins=Pieces(
            cuts([len(name.joins) for name in names]), (np.array(joined, np.int32), np.array(firsts, np.int32))
        ),
    )


def _chosen(former: _Names, new: _Names, parties: tuple[int, int], numbers: Ints) -> _Names:
    """Return the names of the parties of these numbers; `parties` says how many each side has."""
    begins = (_halves(former, parties[0]), _halves(new, parties[1]))
    chosen, owners = [], []
    for half in (0, 1):
        old, fresh = begins[0][half], begins[1][half] + len(former.party)
        length = np.concatenate([np.diff(old), np.diff(fresh)])[numbers]
        chosen.append(spread(np.concatenate([old[:-1], fresh[:-1]])[numbers], length))
        owners.append(np.repeat(np.arange(len(numbers)), length))
    name = np.concatenate(chosen)
    return _Names(
        party=np.concatenate(owners).astype(np.int32),
        first_initial=len(owners[0]),
        strength=rows(former.strength, new.strength, name),
        text=take(former.text, new.text, name),
        tokens=take(former.tokens, new.tokens, name),
        joins=take(former.joins, new.joins, name),
    )


def _halves(names: _Names, parties: int) -> tuple[Ints, Ints]:
    """Return where the names of each party begin, and the end of all: of those without an initial, and of the rest."""
    first = names.first_initial
    return starts(names.party[:first], parties), starts(names.party[first:], parties) + first


class _Words(msgspec.Struct):
    """The tokens of all names after one another, each with its name; then the joins, with their first token's place."""

    token: npt.NDArray[np.int32]
    name: Ints
    joined: npt.NDArray[np.int32]
    joined_name: Ints
    joined_first: Ints


def _units(words: _Words, weight: npt.NDArray[np.float64], tokens: Tokens, names: int) -> Arrays:
    """Lay out the units of all names: of each its tokens, then its joins, MAX_UNITS at most."""
    begin = starts(words.name, names)
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
    return {
        "names_token": token,
        "names_first": columns["first"][order].astype(np.uint8),
        "names_span": columns["span"][order],
        "names_weight": columns["weight"][order].astype(np.float32),
        "names_opening": tokens.opening[token],
        "names_initial": (tokens.kind == Kind.INITIAL).astype(np.uint8)[token],
        "names_start": starts(name[order], names).astype(np.int32),
    }


def _kept(name: Ints, place: Ints, weights: npt.NDArray[np.float64], begin: Ints) -> npt.NDArray[np.bool_]:
    """Tell which tokens are kept: of a name of more than MAX_UNITS tokens the weightiest, the earlier of like ones."""
    kept = np.ones(len(name), np.bool_)
    for long in np.flatnonzero(np.diff(begin) > MAX_UNITS):
        there = np.arange(begin[long], begin[long + 1])
        kept[there[np.lexsort((place[there], -weights[there]))[MAX_UNITS:]]] = False
    return kept


def _ranks(owner: Ints, owners: int) -> Ints:
    """Return the place of each among those of its owner; `owner` is in order."""
    return np.arange(len(owner)) - starts(owner, owners)[owner]


def _postings(start: npt.NDArray[np.int32], token: npt.NDArray[np.int32], tokens: int) -> Arrays:
    """Invert names to tokens: for each token the names it stands in, ascending, each once."""
    owner = np.repeat(np.arange(len(start) - 1, dtype=np.int64), np.diff(start))
    pairs = np.unique(token.astype(np.int64) * max(1, len(start)) + owner)
    cut = np.searchsorted(pairs, np.arange(tokens + 1, dtype=np.int64) * max(1, len(start)))
    return {
        "vocabulary_post_start": cut.astype(np.int32),
        "vocabulary_post_name": (pairs % max(1, len(start))).astype(np.int32),
    }
