"""The worker: takes jobs from the queue in the database, one at a time, and runs the chores beside them."""

from __future__ import annotations

import logging
import threading
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from dragoman.node.jobs import chores, queue
from dragoman.node.jobs.processes import own_name
from dragoman.node.jobs.work import stopping

logger = logging.getLogger(__name__)

#: How long a worker waits at least for a database that is away, in seconds.
_PAUSE = 1.0


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
        """Work until told to end; with `once`, until nothing waits. A database that is away is waited for."""
        stopping.clear()
        chores.run_due()
        ended = threading.Event()
        beside = threading.Thread(target=chores.keep_running, args=(ended,), name="chores", daemon=True)
        beside.start()
        try:
            while self._lost_the_database():
                connections.close_all()
                ended.wait(max(self.interval, _PAUSE))
        finally:
            ended.set()
            beside.join(timeout=10)

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        """Run a job. One that lost the database meanwhile is not run by anybody, and waits again at once."""
        super().run_task(db_task_result)
        if queue.take_back(self.worker_id):
            raise OperationalError("a job lost the database")

    def _lost_the_database(self) -> bool:
        """Work until told to end, or until the database is away; tell whether it is, and is to be tried again."""
        try:
            queue.take_back(self.worker_id)  # what this worker had when it lost the database before
            super().run()
        except (OperationalError, InterfaceError):
            if self.batch:
                raise
            logger.exception("The database is away; the worker tries again")
            return self.running
        return False
