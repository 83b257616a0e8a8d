"""What the workers do for the journal now and then."""

from __future__ import annotations

from dragoman.node.jobs.chores import chore
from dragoman.node.journal.appending import EVERY_SECONDS, sign_rest


@chore(seconds=EVERY_SECONDS)
def sign_what_is_unsigned() -> None:
    """Sign the last events of a quiet node: whoever appended them was not due to."""
    sign_rest()
