"""Where the review of a hit stands: a function of its reviews and of the memory, of nothing else.

Each person has one vote, their last review in force. A true match needs two people. Where people disagree, the hit
waits for one more, until one side has two votes and more than the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from dragoman.node.desk.models import Hit, Review

State = Hit.State
_TRUE, _FALSE, _UNSURE = Review.Disposition.TRUE, Review.Disposition.FALSE, Review.Disposition.INCONCLUSIVE


class Vote(Protocol):
    """What of a review counts."""

    @property
    def by_id(self) -> int:
        """Who decided."""

    @property
    def disposition(self) -> str:
        """What was decided."""


def state_of(votes: Iterable[Vote], *, remembered: bool = False) -> Hit.State:
    """Return the state that reviews in force, the oldest first, and the memory of a false match bring about."""
    last: dict[int, str] = {}
    for vote in votes:
        last.pop(vote.by_id, None)  # so that the order is that of the last votes
        last[vote.by_id] = vote.disposition
    if not last:
        return State.REMEMBERED if remembered else State.OPEN
    decided = list(last.values())
    true, false = decided.count(_TRUE), decided.count(_FALSE)
    if true >= 2 and true > false:
        return State.TRUE
    if (true and false < 2) or true >= false > 0:
        return State.SECOND
    if decided[-1] == _UNSURE and not true:
        return State.INCONCLUSIVE
    return State.FALSE
