"""The registry's chores, found by the worker."""

from __future__ import annotations

from dragoman.lists.locking import locked
from dragoman.node.jobs.chores import chore
from dragoman.node.registry import indexing, uploads
from dragoman.node.registry.retention import remove_ended


@chore(seconds=3600, lasting=True)
def end_keeping() -> None:
    """Remove what may no longer be kept from the tables, then from the index."""
    indexing.folder().mkdir(parents=True, exist_ok=True)
    with locked(indexing.folder() / ".importing"):
        remove_ended()
        indexing.renew()


@chore(seconds=3600, lasting=True)
def sweep_handed_in() -> None:
    """Remove files of lists that were handed in to nobody."""
    uploads.sweep()
