"""What the worker does for the partners' desk now and then."""

from __future__ import annotations

from dragoman.node.jobs.chores import chore
from dragoman.node.partners import lines
from dragoman.node.partners.delivering import deliver_all


@chore(seconds=2)
def deliver_letters() -> None:
    """Deliver the letters that are due."""
    deliver_all()


@chore(seconds=600)
def forget_nonces() -> None:
    """Forget nonces that are too old to matter."""
    lines.forget_nonces()
