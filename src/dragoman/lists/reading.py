"""What a reader is handed, and what it gives back.

A publisher's module defines one or more `ListFormat` values. Reading is streaming: `read`
yields records one by one and tells the `Reading` it was handed what it learns on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.model import Record


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that could not be read: where it stands, why, and the row itself (shortened to 500 characters)."""

    place: str
    reason: str
    row: str


@dataclass(slots=True)
class Reading:
    """The account of one reading.

    `published` is the publisher's own date of the file (``YYYY-MM-DD``), where the file states one.
    `warnings` are oddities that lost nothing (a bad checksum, a trailing 0x1A).
    """

    published: str | None = None
    rejects: list[Reject] = field(default_factory=list)
    warnings: list[Reject] = field(default_factory=list)

    def reject(self, place: str, reason: str, row: str = "") -> None:
        """Account for a row that is left out."""
        self.rejects.append(Reject(place, reason, row[:500]))

    def warn(self, place: str, reason: str, row: str = "") -> None:
        """Account for something odd that was kept."""
        self.warnings.append(Reject(place, reason, row[:500]))


Read = Callable[[Path, Reading], Iterator[Record]]
Recognise = Callable[[Path, bytes], bool]


@dataclass(frozen=True, slots=True)
class ListFormat:
    """One publisher's format.

    `name` is the list's name on the command line. `read` takes a file or folder and a `Reading`,
    and raises `ListRefused` on a file that is truncated or not of this format at all.
    `recognise` takes the path and its first 64 KiB (empty for a folder). `urls` are the
    publisher's own addresses, in the order in which the files are wanted; none where the
    publisher offers no stable address.
    """

    name: str
    title: str
    publisher: str
    read: Read
    recognise: Recognise
    urls: tuple[str, ...] = ()
