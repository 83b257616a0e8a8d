"""Records to an index file."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dragoman.model import Record
from dragoman.screening import file
from dragoman.screening.former import Former, made_with
from dragoman.screening.gathering import Gathering
from dragoman.screening.name_arrays import name_arrays

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What an index holds: parties, names, distinct tokens; its size in bytes and when it was built (ISO 8601, UTC)."""

    parties: int
    names: int
    tokens: int
    bytes: int
    built: str
    lists: dict[str, str]

    @classmethod
    def of(cls, about: Mapping[str, Any], path: Path) -> IndexSummary:
        """Return the summary of an index file, from what it says of itself."""
        kept = {name: about[name] for name in ("parties", "names", "tokens", "built", "lists")}
        return cls(bytes=path.stat().st_size, **kept)


def build_index(
    path: Path,
    records: Iterable[Record],
    lists: Mapping[str, str],
    progress: Progress | None = None,
    *,
    former: Path | None = None,
) -> IndexSummary:
    """Build the index of all parties among `records` and write it to `path`, replacing it atomically.

    `records` is the stream of all lists' records, each with source and version set; a record that
    describes a party (``holder``) adds its numbers to that party. `lists` maps each list to its version.
    `progress` is called with the number of parties read so far. Of the index at `former`, which may be of any
    lists, the parts of unchanged records are taken over; the file is the same as without it, and one that cannot be
    used is passed over.
    """
    with _without_collecting():
        return _build(path, records, lists, progress, Former.open(former))


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold the garbage collector: millions of tuples without cycles are made, and looking for any took a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(
    path: Path, records: Iterable[Record], lists: Mapping[str, str], progress: Progress | None, former: Former
) -> IndexSummary:
    gathered = Gathering(former)
    for record in records:
        if gathered.add(record) and progress is not None:
            progress(len(gathered.numbers))
    arrays = name_arrays(gathered.entries, gathered.made, former, gathered.numbers) | gathered.arrays()
    about = {
        "lists": dict(lists),
        "sources": list(gathered.source_numbers),
        "parties": len(gathered.numbers),
        "names": len(arrays["names_party"]),
        "tokens": len(arrays["token_kind"]),
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "made_with": made_with(),
    }
    file.write(path, arrays, about)
    return IndexSummary.of(about, path)
