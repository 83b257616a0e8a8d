"""A worker whose database goes away waits for it; one that is to end when nothing waits tells instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from dragoman.node.access import Principal
from dragoman.node.jobs import chores, kinds, queue, work, worker
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.worker import Worker
from tests.node.conftest import People


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


@pytest.fixture
def job(people: People, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job that waits, at a node where a lease runs for a year and the worker does not pause."""
    monkeypatch.setattr(worker, "_PAUSE", 0.0)
    monkeypatch.setattr(chores, "_chores", [])  # this worker recovers by itself, not by another's chores
    for module in (work, queue):
        monkeypatch.setattr(module, "LEASE", timedelta(days=365))
    work.stopping.clear()
    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", lambda at: None))
    return queue.start(Principal(people.analyst, None, people.analyst.roles, purpose="training"), "counting", {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("the connection is closed"), InterfaceError("closed")])
def test_a_job_goes_on_at_once_when_the_database_is_back(
    job: Job, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    counted: list[int] = []
    running = Worker(interval=0.0)

    def count(at: work.Work) -> None:
        while at.done < 6:
            if at.done == 3 and at.attempt == 1:
                raise error
            with at.step():
                at.done += 1
            counted.append(at.done)
        running.running = False

    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", count))
    running.run()
    job.refresh_from_db()
    assert (job.state, job.attempts, counted) == ("done", 2, [1, 2, 3, 4, 5, 6])


@pytest.mark.django_db(transaction=True)
def test_a_job_goes_on_at_once_though_the_worker_could_write_nothing_more(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is away when the job is to be closed, and when the worker looks again for what it lost."""
    running = Worker(interval=0.0)
    away: list[int] = []

    def lose(at: work.Work) -> None:
        if at.attempt == 1:
            away.extend(range(6))
            raise OperationalError("the connection is closed")
        running.running = False

    def refuse(execute: object, sql: str, *given: object) -> object:
        if away:
            away.pop()
            raise OperationalError("the connection is closed")
        return execute(sql, *given)  # type: ignore[operator]

    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", lose))
    with connection.execute_wrapper(refuse):
        running.run()
    job.refresh_from_db()
    assert (job.state, job.attempts, away) == ("done", 2, [])
    assert not DBTaskResult.objects.filter(status__in=["READY", "RUNNING"]).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_to_end_leaves_what_it_lost_to_the_next(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_once(at: work.Work) -> None:
        if at.attempt == 1:
            raise OperationalError("the disk is full")

    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", lose_once))
    with pytest.raises(OperationalError):
        Worker(once=True, interval=0.0).run()
    job.refresh_from_db()
    assert job.state == "waiting"
    Worker(once=True, interval=0.0).run()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_a_job_of_another_worker_is_not_taken_back(job: Job) -> None:
    claimed = queue._claim(job.pk)
    assert claimed is not None
    assert queue.take_back("elsewhere:1:1") == 0
    job.refresh_from_db()
    assert job.state == "running"
