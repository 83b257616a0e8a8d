"""The kinds of jobs. An app defines its own in a module ``job_kinds``, which is found when the node starts::

    @kind("bulk-screening", "Bulk screening")
    def screen_document(work: Work) -> None: ...

The function goes on from ``work.mark``, writes only inside ``work.step()``, and returns when all is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.errors import UsageError

if TYPE_CHECKING:
    from dragoman.node.jobs.work import Work


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name in the table, its title for people, and what does it."""

    name: str
    title: str
    run: Callable[[Work], None]


_kinds: dict[str, Kind] = {}


def kind(name: str, title: str) -> Callable[[Callable[[Work], None]], Callable[[Work], None]]:
    """Register a function as what does the jobs of a kind."""

    def register(run: Callable[[Work], None]) -> Callable[[Work], None]:
        _kinds[name] = Kind(name, title, run)
        return run

    return register


def kind_of(name: str) -> Kind:
    """Return a kind. Raises UsageError where this version of the node does not know it."""
    if name not in _kinds:
        raise UsageError(f"there is no kind of job {name!r}", remedy="run the worker of the version that made the job")
    return _kinds[name]
