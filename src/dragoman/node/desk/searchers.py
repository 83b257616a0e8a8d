"""Several processes that search for one job, so that a long document has all processors of the machine.

Searching is Python for the most part and one process keeps one processor busy. The searchers know no database: reading
the document and writing of hits stay with the job's own process, which gives out batches and takes the answers in
order. They end with it, also where it is killed (see `searcher`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import BinaryIO, cast

from dragoman.errors import SearchStopped, StoreError
from dragoman.node.desk.looking import Asked
from dragoman.node.desk.searcher import Refused, Setting, packed, read, unpacked_hit, write
from dragoman.screening import Hit

#: However many processors there are: each searcher takes some 150 MB.
_MOST = 8


def processors() -> int:
    """Return how many processors this process may use, as far as searchers are concerned."""
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(given, _MOST)


class Searchers:
    """Searchers of one index with one setting; a context, at whose end none is left."""

    def __init__(
        self, path: Path, *, threshold: float, limit: int, lists: Collection[str], number: int | None = None
    ) -> None:
        self.number = number or processors()
        self._setting = Setting(path.resolve(), threshold, limit, tuple(lists), os.getpid())
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(self.number, thread_name_prefix="searchers")

    def __enter__(self) -> Searchers:
        try:
            for _ in range(self.number):
                self._start()
        except OSError as error:
            self._end()
            raise _stopped() from error
        return self

    def _start(self) -> None:
        command = [sys.executable, "-m", "dragoman.node.desk.searcher"]
        started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  our own
        self._all.append(started)
        self._idle.put(started)
        write(cast("BinaryIO", started.stdin), self._setting)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for each in self._all:
            each.kill()  # it has nothing to lose
        self._threads.shutdown(cancel_futures=True)
        for each in self._all:
            each.wait()
            for pipe in (each.stdin, each.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):  # what was not written any more
                        pipe.close()

    def search(self, asked: Sequence[Asked]) -> Future[list[list[Hit]]]:
        """Give out a batch; the answer has the hits of each party or text, or raises SearchStopped or StoreError."""
        return self._threads.submit(self._search, asked)

    def _search(self, asked: Sequence[Asked]) -> list[list[Hit]]:
        idle = self._idle.get()
        try:
            write(cast("BinaryIO", idle.stdin), [packed(each) for each in asked])
            found = read(cast("BinaryIO", idle.stdout))
        except (EOFError, OSError) as error:
            raise _stopped() from error
        finally:
            self._idle.put(idle)
        if isinstance(found, Refused):
            raise StoreError(found.message, place=found.place, remedy=found.remedy)
        return [list(map(unpacked_hit, found.get(number, ()))) for number in range(len(asked))]


def _stopped() -> SearchStopped:
    return SearchStopped("a process that searched has ended", remedy="see whether memory is short, and go on")
