"""What the worker does for the partners' desk now and then."""

from __future__ import annotations

from dragoman.node.jobs.chores import chore
from dragoman.node.partners import lines, polling, sharing
from dragoman.node.partners.delivering import deliver_all


@chore(seconds=2)
def deliver_letters() -> None:
    """Deliver the letters that are due."""
    deliver_all()


@chore(seconds=600)
def forget_nonces() -> None:
    """Forget nonces that are too old to matter."""
    lines.forget_nonces()


@chore(seconds=10)
def write_shared_lists() -> None:
    """Keep the collections up with the lists that are shared."""
    sharing.write_all()


@chore(seconds=30)
def poll_partners() -> None:
    """Read what partners give."""
    polling.poll_all()
