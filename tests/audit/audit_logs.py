"""Small logs for the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dragoman.audit.checking import Row
from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.events import Event
from dragoman.audit.notes import Signer
from dragoman.audit.tree import Head, MemoryStore, leaf_hash

ORIGIN = "node.example/journal"
SIGNER = Signer.from_seed(ORIGIN, bytes(range(32)))
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(number: int) -> Event:
    """An event that differs from the others."""
    return Event(f"account:{number % 7}", "desk.hit.viewed", f"hit:{number}", START + timedelta(seconds=number))


def contents(count: int) -> list[bytes]:
    """The bytes of the first `count` events."""
    return [event(number).encode() for number in range(count)]


class Log:
    """A log of events in memory, with a checkpoint after each batch."""

    def __init__(self, *batches: int) -> None:
        self.store, self.head = MemoryStore(), Head()
        self.contents = contents(sum(batches))
        self.checkpoints: list[Checkpoint] = []
        for count in batches:
            batch = self.contents[self.head.size : self.head.size + count]
            self.head = self.head.grow([leaf_hash(each) for each in batch], self.store)
            self.checkpoints.append(Checkpoint.sign(ORIGIN, self.head.size, self.head.root, SIGNER))

    def rows(self, contents: list[bytes] | None = None, *, leaves: bool = False) -> list[Row]:
        """Rows with these contents, numbered from 0; with the leaf hashes that were kept, if asked."""
        kept = self.store.levels.get(0, [])
        given = self.contents if contents is None else contents
        return [
            Row(index, content, kept[index] if leaves and index < len(kept) else None)
            for index, content in enumerate(given)
        ]
