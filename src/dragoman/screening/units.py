"""Tokenised names as the unit arrays of the kernels: one way for lists, queries and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dragoman.names import Kind, Name, Token
from dragoman.names.sounds import codes
from dragoman.screening.kernels import MAX_UNITS

#: Weight of tokens that say little of who is meant, and of a lone initial.
LITTLE = 0.3
INITIAL = 1.0


class Unit(NamedTuple):
    """A token of a name, or two neighbours as one: position of the first, positions covered, weight.

    `cut`: the last token of a query, which a form or a message field may have cut short.
    """

    token: Token
    first: int
    span: int
    weight: float
    cut: bool = False

    @property
    def opening(self) -> int:
        """Code of the opening sound."""
        return codes(self.token.sounds[0])[0]

    @property
    def initial(self) -> bool:
        """Whether the unit is an initial."""
        return self.token.kind is Kind.INITIAL


def units(name: Name, rarity: Callable[[Token], float], *, query: bool = False) -> list[Unit]:
    """Return the units of a name: its tokens in order, then its joins; `rarity` weighs name tokens.

    Of a name of more than MAX_UNITS tokens the weightiest are kept.
    """

    def weight(token: Token) -> float:
        if token.kind is Kind.INITIAL:
            return INITIAL
        return rarity(token) if token.kind in (Kind.NAME, Kind.ACRONYM) else LITTLE

    weights = [weight(token) for token in name.tokens]
    if len(weights) > MAX_UNITS:
        kept = sorted(sorted(range(len(weights)), key=lambda at: (-weights[at], at))[:MAX_UNITS])
        return [Unit(name.tokens[at], position, 1, weights[at]) for position, at in enumerate(kept)]
    found = [Unit(token, position, 1, weights[position]) for position, token in enumerate(name.tokens)]
    if query and len(found) > 1 and found[-1].token.kind is Kind.NAME and len(found[-1].token.sounds) > 1:
        found[-1] = found[-1]._replace(cut=True)
    found.extend(Unit(token, position, 2, weights[position] + weights[position + 1]) for position, token in name.joins)
    return found[:MAX_UNITS]
