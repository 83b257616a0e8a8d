"""Jobs: they go on where they stopped, are cancelled, and never run twice at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from dragoman.errors import ActRefused, InputError, UsageError
from dragoman.node.access import Principal
from dragoman.node.jobs import kinds, queue, work
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.processes import is_dead, own_name
from dragoman.node.journal.models import Event
from dragoman.node.journal.recording import record
from tests.node.conftest import People

pytestmark = pytest.mark.django_db

Run = Callable[[work.Work], None]


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Let the kind ``counting`` do what a function says."""

    def do(run: Run) -> None:
        monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", run))

    do(count_to_ten)
    return do


def count_to_ten(at: work.Work) -> None:
    """Count to ten, a step each."""
    while at.done < 10:
        with at.step():
            at.done += 1
            at.mark = {"seen": [*at.mark.get("seen", []), at.done]}


@pytest.fixture
def somebody(people: People) -> Principal:
    """An analyst."""
    return Principal(people.analyst, None, people.analyst.roles, purpose="training")


@pytest.fixture(autouse=True)
def _not_stopping() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def test_a_job_runs_to_its_end_and_is_journalled(counting: object, somebody: Principal) -> None:
    job = queue.start(somebody, "counting", {}, total=10)
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.share, job.attempts) == ("done", 10, 100, 1)
    assert Event.objects.filter(act="jobs.job.started", object=f"job:{job.pk}").exists()


def test_a_kind_that_nobody_knows_is_refused_at_once(somebody: Principal) -> None:
    with pytest.raises(UsageError):
        queue.start(somebody, "brewing", {})


def test_a_job_goes_on_from_its_mark_after_its_worker_died(
    counting: Callable[[Run], None], somebody: Principal
) -> None:
    def die_at_four(at: work.Work) -> None:
        while at.done < 4:
            with at.step():
                at.done += 1
                at.mark = {"seen": [*at.mark.get("seen", []), at.done]}
        raise KeyboardInterrupt

    counting(die_at_four)
    job = queue.start(somebody, "counting", {})
    claimed = queue._claim(job.pk)
    assert claimed is not None
    with pytest.raises(KeyboardInterrupt):
        die_at_four(claimed)
    Job.objects.filter(pk=job.pk).update(lease=timezone.now() - timedelta(seconds=1))
    counting(count_to_ten)
    queue.take_over()
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.mark["seen"]) == ("done", 2, list(range(1, 11)))


def test_a_worker_that_comes_back_after_its_job_was_taken_over_writes_nothing(
    counting: object, somebody: Principal
) -> None:
    job = queue.start(somebody, "counting", {})
    old = queue._claim(job.pk)
    assert old is not None
    Job.objects.filter(pk=job.pk).update(lease=timezone.now() - timedelta(seconds=1))
    queue.take_over()
    new = queue._claim(job.pk)
    assert new is not None
    with pytest.raises(work.LeaseLost), old.step():
        old.done = 999
    old.finish(Job.State.DONE)
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 0)


def test_a_step_that_fails_leaves_neither_mark_nor_what_it_wrote(
    counting: Callable[[Run], None], somebody: Principal
) -> None:
    def half(at: work.Work) -> None:
        with at.step():
            at.done = 5
            record("system", "half.done", "job:1")
            raise InputError("the third row is broken", remedy="mend it")

    counting(half)
    job = queue.start(somebody, "counting", {})
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("failed", 0)
    assert "mend it" in job.trouble
    assert not Event.objects.filter(act="half.done").exists()


def test_a_waiting_job_is_cancelled_at_once(counting: object, somebody: Principal) -> None:
    job = queue.start(somebody, "counting", {})
    queue.cancel(somebody, job)
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 0)
    with pytest.raises(ActRefused):
        queue.cancel(somebody, job)


def test_a_running_job_is_cancelled_after_its_step_and_can_go_on_later(
    counting: Callable[[Run], None], somebody: Principal
) -> None:
    def cancel_on_the_way(at: work.Work) -> None:
        while at.done < 3:
            with at.step():
                at.done += 1
                at.mark = {"seen": [*at.mark.get("seen", []), at.done]}
        queue.cancel(somebody, at.job)
        count_to_ten(at)

    counting(cancel_on_the_way)
    job = queue.start(somebody, "counting", {})
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("cancelled", 3)
    counting(count_to_ten)
    queue.again(somebody, job)
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.mark["seen"]) == ("done", list(range(1, 11)))


def test_a_worker_that_is_asked_to_end_gives_its_job_back(counting: object, somebody: Principal) -> None:
    job = queue.start(somebody, "counting", {})
    work.stopping.set()
    queue.run(job.pk)
    job.refresh_from_db()
    assert job.state == "waiting"
    work.stopping.clear()
    queue.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done"


def test_a_job_whose_task_was_taken_by_a_worker_that_died_is_queued_again(
    counting: object, somebody: Principal
) -> None:
    queue.start(somebody, "counting", {})
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["elsewhere:1:1"], started_at=timezone.now())
    queue.take_over()
    assert not DBTaskResult.objects.filter(status="READY").exists()
    DBTaskResult.objects.update(started_at=timezone.now() - work.LEASE - timedelta(seconds=1))
    queue.take_over()
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_a_fault_of_the_program_fails_the_job_and_is_raised(
    counting: Callable[[Run], None], somebody: Principal
) -> None:
    def broken(at: work.Work) -> None:
        raise ZeroDivisionError

    counting(broken)
    job = queue.start(somebody, "counting", {})
    with pytest.raises(ZeroDivisionError):
        queue.run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"


def test_only_ones_own_jobs_are_seen_but_by_supervisors_and_auditors(
    counting: object, somebody: Principal, people: People
) -> None:
    queue.start(somebody, "counting", {})
    seen = {
        name: Job.objects.visible_to(Principal(getattr(people, name), None, getattr(people, name).roles)).count()
        for name in ("analyst", "reviewer", "supervisor", "auditor", "administrator")
    }
    assert seen == {"analyst": 1, "reviewer": 0, "supervisor": 1, "auditor": 1, "administrator": 0}


def test_a_process_is_known_to_be_dead_only_on_this_host() -> None:
    host = own_name().split(":")[0]
    assert not is_dead(own_name())
    assert is_dead(f"{host}:4194304:77")
    assert is_dead(own_name()[:-1] + ("1" if own_name()[-1] != "1" else "2"))
    assert not is_dead("elsewhere:4194304:77")
    assert not is_dead("")
