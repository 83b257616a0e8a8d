"""The one task of the queue: run a job."""

from __future__ import annotations

from django_tasks import task

from dragoman.node.jobs import queue


@task()
def run_job(job_id: int) -> None:
    """Run the job of that number."""
    queue.run(job_id)
