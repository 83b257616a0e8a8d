"""What has to happen now and then: leases, expiries, clocks. An app defines its own in a module ``chores``::

    @chore(seconds=300)
    def end_what_expired() -> None: ...

Every worker runs them, so that a chore must do no harm when two run it at once. There is no other scheduler.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections, connection

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """A chore, how often it runs (seconds), and when next (monotonic)."""

    run: Callable[[], None]
    seconds: float
    next: float = 0.0


_chores: list[Chore] = []


def chore(*, seconds: float) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function to be run by workers every so many seconds."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        _chores.append(Chore(run, seconds))
        return run

    return register


def run_due(now: float | None = None) -> int:
    """Run the chores that are due; return how many. A database that is away is tried again next time."""
    now = time.monotonic() if now is None else now
    due = [each for each in _chores if each.next <= now]
    for each in due:
        each.next = now + each.seconds
        try:
            each.run()
        except DatabaseError:
            logger.exception("The chore %s could not reach the database; it is tried again", each.run.__name__)
    return len(due)


def keep_running(stop: threading.Event, pause: float = 1.0) -> None:
    """Run chores until `stop` is set; meant for a thread of the worker."""
    while not stop.is_set():
        close_old_connections()
        run_due()
        stop.wait(pause)
    connection.close()
