"""The registry's kinds of jobs."""

from __future__ import annotations

from dragoman.node.jobs.kinds import kind
from dragoman.node.jobs.work import Work


@kind("list-import", "Reading a list")
def import_list(work: Work) -> None:
    """Read a list that was handed in, and put it in use."""
    from dragoman.node.registry.uploads import take_in

    take_in(work)
