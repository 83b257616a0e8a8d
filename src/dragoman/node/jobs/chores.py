"""What has to happen now and then: leases, expiries, clocks. An app defines its own in a module ``chores``::

    @chore(seconds=300)
    def end_what_expired() -> None: ...

Every worker runs them, so that a chore must do no harm when two run it at once. There is no other scheduler.

A chore that does for good what the clock says (``lasting=True``: what is removed, what is deemed) waits where the clock
jumped: for `SETTLED` seconds after the last jump. A clock that was wrong for a while has then been put right.
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
    """A chore, how often it runs (seconds), whether it does what cannot be undone, and when next (monotonic)."""

    run: Callable[[], None]
    seconds: float
    lasting: bool = False
    next: float = 0.0


class Steadiness:
    """Whether the clock can be believed: it is compared with one that never jumps."""

    def __init__(self) -> None:
        self._ahead: float | None = None
        self._jumped: float | None = None

    def steady(self, now: float) -> bool:
        """Look at the clock at the moment `now` (monotonic); tell whether it has not jumped for `SETTLED` seconds."""
        ahead = time.time() - now
        if self._ahead is not None and abs(ahead - self._ahead) > JUMP:
            self._jumped = now
            logger.warning(
                "The clock jumped by %+d s: what is removed or deemed by the clock waits until it stood for %d s",
                round(ahead - self._ahead),
                SETTLED,
            )
        self._ahead = ahead
        return self._jumped is None or now - self._jumped >= SETTLED


_chores: list[Chore] = []
#: By how much (seconds) a clock may be off from one look to the next before it is said to jump, and for how long it is
#: not believed then.
JUMP, SETTLED = 120.0, 3600.0
_clock = Steadiness()


def chore(*, seconds: float, lasting: bool = False) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function to be run by workers every so many seconds."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        _chores.append(Chore(run, seconds, lasting))
        return run

    return register


def run_due(now: float | None = None) -> int:
    """Run the chores that are due; return how many. A database that is away is tried again next time."""
    now = time.monotonic() if now is None else now
    steady = _clock.steady(now)
    due = [each for each in _chores if each.next <= now and (steady or not each.lasting)]
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
