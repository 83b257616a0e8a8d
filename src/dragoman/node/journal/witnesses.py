"""Who else has seen this journal: checkpoints that others co-signed, against which it is verified.

The journal knows nobody; whoever keeps such checkpoints (the partners' desk) registers where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dragoman.audit.checking import Report
from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Verifier
from dragoman.errors import CheckpointRefused


@dataclass(frozen=True, slots=True)
class Witness:
    """A signed note of this journal, and the key line of who co-signed it."""

    note: str
    verifier: str


_sources: list[Callable[[], Iterable[Witness]]] = []


def register(source: Callable[[], Iterable[Witness]]) -> Callable[[], Iterable[Witness]]:
    """Register where witnesses are found; for an app's start."""
    if source not in _sources:
        _sources.append(source)
    return source


def heard(report: Report) -> dict[str, list[Checkpoint]]:
    """Return the checkpoints that each witness co-signed, the smaller first; those that do not verify are findings.

    Whose log they name does not matter: a journal that was made anew under another name contradicts them just so.
    """
    found: dict[str, list[Checkpoint]] = {}
    for witness in _all():
        try:
            verifier = Verifier.parse(witness.verifier)
            checkpoint = Checkpoint.parse(witness.note)
            checkpoint.note.verify([verifier])
        except CheckpointRefused as error:
            report.add("signature", 0, 0, f"a checkpoint that a partner co-signed: {error.message}")
            continue
        found.setdefault(verifier.name, []).append(checkpoint)
    return {name: sorted(each, key=lambda checkpoint: checkpoint.size) for name, each in sorted(found.items())}


def _all() -> Iterator[Witness]:
    for source in _sources:
        yield from source()
