"""A lock that processes of one machine respect, and that ends with its process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path` for the length of the block, waiting for whoever holds it.

    The file itself stays: removing it would let two processes lock two different files of one name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle, held(handle):
        yield


@contextmanager
def held(handle: BinaryIO) -> Iterator[None]:
    """Hold a lock file that is open already, for who takes it many times a second. A forked child opens its own."""
    _lock(handle)
    try:
        yield
    finally:
        _unlock(handle)


if sys.platform == "win32":  # pragma: no cover
    import msvcrt
    import time

    def _lock(handle: BinaryIO) -> None:
        while True:
            try:
                handle.seek(0)
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # gives up after ten seconds
            except OSError:
                time.sleep(0.1)
            else:
                return

    def _unlock(handle: BinaryIO) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: BinaryIO) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _unlock(handle: BinaryIO) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
