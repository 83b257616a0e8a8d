"""How often a key may call: a token bucket a key, in memory.

A bucket holds what the key may do in ten seconds (ten calls at least), and fills at the key's rate. Nothing is written
for it. Where the node runs several worker processes, these were forked from one, and look into the same buckets; where
they cannot be forked each grants its share, so that the sum is the key's rate.
"""

from __future__ import annotations

import math
import mmap
import os
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from dragoman.node.serving.lineage import WORKERS

#: A bucket holds the calls of so many seconds, and at least so many.
_SECONDS, _LEAST = 10.0, 10.0
_MOST_BUCKETS = 65_536
#: A bucket in shared memory: the key's number, how many calls it holds, and as of when.
_BUCKET = struct.Struct("=qdd")


class OwnBuckets:
    """The buckets of one process: calls held and as of when, by key."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[float, float]] = {}

    def alone(self) -> AbstractContextManager[None]:
        """Return the right to look and to change; threads are kept apart by the caller."""
        return nullcontext()

    def get(self, key: int) -> tuple[float, float] | None:
        """Return a bucket, or None for a full one."""
        return self._held.get(key)

    def put(self, key: int, tokens: float, at: float) -> None:
        """Keep a bucket."""
        if len(self._held) >= _MOST_BUCKETS and key not in self._held:
            self._held.clear()
        self._held[key] = tokens, at

    def clear(self) -> None:
        """Fill all."""
        self._held.clear()


class SharedBuckets:
    """Buckets in memory that this process and those forked from it look into.

    A key's place is its number; of two keys with one place, the other's bucket counts as full.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _MOST_BUCKETS * _BUCKET.size)
        # A lock that a process holds, however it came by the file, and that ends with the process.
        self._turns = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the process

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the right to look and to change."""
        import fcntl

        fcntl.lockf(self._turns, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._turns, fcntl.LOCK_UN)

    def get(self, key: int) -> tuple[float, float] | None:
        """Return a bucket, or None for a full one."""
        owner, tokens, at = _BUCKET.unpack_from(self._memory, self._place(key))
        return (tokens, at) if owner == key else None

    def put(self, key: int, tokens: float, at: float) -> None:
        """Keep a bucket."""
        _BUCKET.pack_into(self._memory, self._place(key), key, tokens, at)

    def clear(self) -> None:
        """Fill all."""
        self._memory[:] = bytes(len(self._memory))

    @staticmethod
    def _place(key: int) -> int:
        return key % _MOST_BUCKETS * _BUCKET.size


class Limits:
    """The rates of keys; `clock` counts seconds, the same in all processes, and never goes back."""

    def __init__(
        self,
        share: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        buckets: OwnBuckets | SharedBuckets | None = None,
    ) -> None:
        self._share = share
        self._clock = clock
        self._buckets = OwnBuckets() if buckets is None else buckets
        self._lock = threading.Lock()

    def take(self, key: int, per_minute: int) -> int | None:
        """Take a call from a key's bucket; return None, or after how many seconds to come again."""
        rate = max(per_minute * self._share / 60.0, 1e-6)
        most = max(_LEAST, rate * _SECONDS)
        with self._lock, self._buckets.alone():
            now = self._clock()
            tokens, at = self._buckets.get(key) or (most, now)
            tokens = min(most, tokens + (now - at) * rate)
            wait = None if tokens >= 1.0 else max(1, math.ceil((1.0 - tokens) / rate))
            self._buckets.put(key, tokens - 1.0 if wait is None else tokens, now)
            return wait

    def forget(self) -> None:
        """Fill all buckets."""
        with self._lock, self._buckets.alone():
            self._buckets.clear()


def _of_this_node() -> Limits:
    workers = max(1, int(os.environ.get(WORKERS, "1")))
    if workers > 1 and sys.platform == "linux":  # where the server forks its workers
        return Limits(buckets=SharedBuckets())
    return Limits(1.0 / workers)


limits = _of_this_node()
