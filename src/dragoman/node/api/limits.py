"""How often a key may call: a token bucket a key, in the memory of each process.

A bucket holds what the key may do in ten seconds (ten calls at least), and fills at the key's rate. Nothing is written
for it. Where the node runs several worker processes, each grants its share, so that the sum is the key's rate.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dragoman.node.serving.lineage import WORKERS

#: A bucket holds the calls of so many seconds, and at least so many.
_SECONDS, _LEAST = 10.0, 10.0
_MOST_BUCKETS = 100_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limits:
    """The buckets of one process; `clock` counts seconds and never goes back."""

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._clock = clock
        self._buckets: dict[int, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, key: int, per_minute: int) -> int | None:
        """Take a call from a key's bucket; return None, or after how many seconds to come again."""
        rate = max(per_minute * self._share / 60.0, 1e-6)
        most = max(_LEAST, rate * _SECONDS)
        now = self._clock()
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None:
                if len(self._buckets) >= _MOST_BUCKETS:
                    self._buckets.clear()
                bucket = self._buckets[key] = _Bucket(most, now)
            bucket.tokens = min(most, bucket.tokens + (now - bucket.at) * rate)
            bucket.at = now
            if bucket.tokens >= 1.0:
                bucket.tokens -= 1.0
                return None
            return max(1, math.ceil((1.0 - bucket.tokens) / rate))

    def forget(self) -> None:
        """Fill all buckets."""
        with self._lock:
            self._buckets.clear()


limits = Limits(1.0 / max(1, int(os.environ.get(WORKERS, "1"))))
