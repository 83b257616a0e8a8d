"""The worker: takes jobs from the queue in the database, one at a time, and runs the chores beside them."""

from __future__ import annotations

import threading
from types import FrameType

from django_tasks_db.management.commands.db_worker import Worker as QueueWorker

from dragoman.node.jobs import chores
from dragoman.node.jobs.processes import own_name
from dragoman.node.jobs.work import stopping


class Worker(QueueWorker):
    """The queue's worker, with chores in a thread of their own, and jobs that pause when it is asked to end."""

    def __init__(self, *, once: bool = False, interval: float = 0.5) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=once,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=own_name(),
        )

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End after the step of the job that runs; the job goes on with the next worker."""
        stopping.set()
        super().shutdown(signum, frame)

    def run(self) -> None:
        """Work until told to end; with `once`, until nothing waits."""
        stopping.clear()
        chores.run_due()
        ended = threading.Event()
        beside = threading.Thread(target=chores.keep_running, args=(ended,), name="chores", daemon=True)
        beside.start()
        try:
            super().run()
        finally:
            ended.set()
            beside.join(timeout=10)
