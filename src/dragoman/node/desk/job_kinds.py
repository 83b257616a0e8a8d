"""The desk's kinds of jobs."""

from __future__ import annotations

from dragoman.node.jobs.kinds import kind
from dragoman.node.jobs.work import Work


@kind("bulk-screening", "Bulk screening")
def bulk_screening(work: Work) -> None:
    """Screen an uploaded document."""
    from dragoman.node.desk import bulk

    bulk.run(work)


@kind("rescreen", "Screening again after a list change")
def rescreen(work: Work) -> None:
    """Screen kept queries against what a new version changed."""
    from dragoman.node.desk import rescreening

    rescreening.run(work)
