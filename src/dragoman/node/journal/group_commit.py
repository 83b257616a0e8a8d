"""Group commit: events of requests that run at the same time are made durable by one transaction.

A process has one writer thread, with a connection of its own. While it commits, events gather; what has gathered is
its next transaction. Nobody waits for others to come: under no load an event is committed alone and at once.

SQLite lets one process write at a time, and lets the others ask again after a pause, which grows to a tenth of a
second. So processes of one node take turns by a lock file, which wakes the next as soon as it is let go.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from queue import Empty, SimpleQueue
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from dragoman.audit.events import Event
from dragoman.lists.locking import held
from dragoman.node.journal import keys
from dragoman.node.journal.appending import EVERY_SECONDS, append, sign_rest

#: Events in one transaction at most.
MOST = 500
_Waiting = tuple[Event, Future[int]]


class Writer:
    """The writer thread of this process, started on first use."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """Begin anew: a forked child has not the thread, and what was in the queue belongs to its parent."""
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def append(self, event: Event) -> int:
        """Hand an event over and wait until it is durable; return its index. Raises what the writer met."""
        answer: Future[int] = Future()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()
            self._queue.put((event, answer))
        return answer.result()

    def stop(self) -> None:
        """End the thread and its connection, once what was handed over is durable."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        unsigned, turns = False, _Turns()
        while True:
            try:
                first = self._queue.get(timeout=EVERY_SECONDS)
            except Empty:
                unsigned = unsigned and not _sign_while_idle()
                connection.close()
                continue
            if first is None:
                connection.close()
                turns.close()
                return
            batch = [first, *self._gathered()]
            if batch[-1] is None:
                self._queue.put(batch.pop())
            _commit(turns, [each for each in batch if each is not None])
            unsigned = True

    def _gathered(self) -> list[_Waiting | None]:
        found: list[_Waiting | None] = []
        while len(found) < MOST - 1 and (not found or found[-1] is not None):
            try:
                found.append(self._queue.get_nowait())
            except Empty:
                break
        return found


class _Turns:
    """The turns of one thread to write, where only one process can; the files stay open from one to the next.

    Who waits for the turn holds the door. So whoever wrote last, and comes again at once, comes after them: a lock
    alone would go to those who are awake already, time and again.
    """

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []

    @contextmanager
    def next(self) -> Iterator[None]:
        """Wait for the next turn, and hold it."""
        if not settings.SQLITE:
            yield
            return
        if not self._files:
            keys.folder().mkdir(parents=True, exist_ok=True)
            self._files += [(keys.folder() / name).open("ab") for name in (".door", ".turn")]
        door, turn = self._files
        with ExitStack() as stack:
            with held(door):
                stack.enter_context(held(turn))
            yield

    def close(self) -> None:
        """Let go of the files."""
        while self._files:
            self._files.pop().close()


def _commit(turns: _Turns, batch: list[_Waiting]) -> None:
    try:
        connection.close_if_unusable_or_obsolete()  # the database may have been started anew since the last batch
        with turns.next(), transaction.atomic():
            first = append([event for event, _ in batch])
    except BaseException as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
        connection.close()
        turns.close()
        for _, answer in batch:
            answer.set_exception(error)
        return
    for index, (_, answer) in enumerate(batch, first):
        answer.set_result(index)


def _sign_while_idle() -> bool:
    """Sign what was appended since the last checkpoint; a database that is away is tried again later."""
    from django.db import DatabaseError

    try:
        sign_rest()
    except DatabaseError:
        return False
    return True


WRITER = Writer()
