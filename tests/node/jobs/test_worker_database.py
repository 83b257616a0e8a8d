"""A worker whose database goes away waits for it; one that is to end when nothing waits tells instead."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker

from dragoman.node.jobs import chores, worker
from dragoman.node.jobs.worker import Worker


@pytest.mark.django_db(transaction=True)
def test_a_worker_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def away_twice(self: QueueWorker) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError("the connection is closed")

    monkeypatch.setattr(QueueWorker, "run", away_twice)
    monkeypatch.setattr(worker, "_PAUSE", 0.0)
    monkeypatch.setattr(chores, "run_due", lambda: 0)
    Worker(interval=0.0).run()
    assert len(tried) == 3
    tried.clear()
    with pytest.raises(OperationalError):
        Worker(once=True, interval=0.0).run()
