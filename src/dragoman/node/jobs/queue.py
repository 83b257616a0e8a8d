"""Starting, cancelling and taking over jobs; all that a page or the API does with them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from dragoman.errors import ActRefused, DragomanError
from dragoman.node.access import Principal
from dragoman.node.jobs.chores import chore
from dragoman.node.jobs.kinds import kind_of
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.processes import is_dead, own_name
from dragoman.node.jobs.work import LEASE, Cancelled, LeaseLost, Paused, Work
from dragoman.node.journal.recording import record

logger = logging.getLogger(__name__)


def start(principal: Principal, kind: str, given: dict[str, Any], *, total: int | None = None) -> Job:
    """Put a job into the queue; call it inside the transaction of the act, so that both happen or neither."""
    kind_of(kind)
    job = Job.objects.create(kind=kind, given=given, by=principal.account, purpose=principal.purpose or "", total=total)
    record(principal, "jobs.job.started", f"job:{job.pk}", kind=kind)
    _enqueue(job)
    return job


def cancel(principal: Principal, job: Job) -> None:
    """Cancel a job: at once where it waits, after its step where it runs. What is done stays. Raises ActRefused."""
    now = timezone.now()
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.WAITING)
        running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
        if not waiting.update(state=Job.State.CANCELLED, ended=now) and not running.update(cancel_asked=True):
            raise ActRefused("the job is over", remedy="there is nothing to cancel")
        record(principal, "jobs.job.cancelled", f"job:{job.pk}")


def again(principal: Principal, job: Job) -> None:
    """Let a cancelled or failed job go on from where it stopped. Raises ActRefused on any other."""
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job.pk, state__in=[Job.State.CANCELLED, Job.State.FAILED])
        if not stopped.update(state=Job.State.WAITING, cancel_asked=False, ended=None, trouble=""):
            raise ActRefused("the job is not stopped", remedy="wait for it to end")
        record(principal, "jobs.job.resumed", f"job:{job.pk}")
        _enqueue(job)


def _enqueue(job: Job) -> None:
    from dragoman.node.jobs.tasks import run_job

    run_job.enqueue(job.pk)


def run(job_id: int) -> None:
    """Run a job that waits; return at once where there is no such job. Never raises what the job's input caused."""
    work = _claim(job_id)
    if work is None:
        return
    try:
        kind_of(work.job.kind).run(work)
    except Cancelled:
        work.finish(Job.State.CANCELLED, "Cancelled. What was done until then is kept.")
    except LeaseLost:
        logger.warning("Job %s was taken over by another worker", job_id)
    except Paused:
        with transaction.atomic():
            work.give_back()
            _enqueue(work.job)
    except DragomanError as error:
        work.finish(Job.State.FAILED, str(error))
    except (OperationalError, InterfaceError):
        # The database is away, locked, or its disk full: the worker takes the job back as soon as it can be written.
        logger.exception("Job %s lost the database; it goes on from its mark when that is back", job_id)
    except OSError as error:
        logger.exception("Job %s could not read or write a file", job_id)
        what = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        work.finish(Job.State.FAILED, f"{what}\n  mend the disk or make room on it, then let the job go on")
    except BaseException:
        work.finish(Job.State.FAILED, "A fault of the program; the worker's log tells more.")
        raise
    else:
        work.finish(Job.State.DONE)


def _claim(job_id: int) -> Work | None:
    now = timezone.now()
    waiting = Job.objects.filter(pk=job_id, state=Job.State.WAITING)
    with transaction.atomic():
        if not waiting.update(
            state=Job.State.RUNNING, attempts=F("attempts") + 1, lease=now + LEASE, worker=own_name()
        ):
            return None
        job = Job.objects.select_related("by").get(pk=job_id)
        Job.objects.filter(pk=job_id, started=None).update(started=now)
    return Work.on(job)


def take_back(worker: str) -> int:
    """Let jobs wait again that bear the name of a worker which runs none: it lost the database. Returns how many.

    Call it in that very worker, between two jobs.
    """
    taken = [job for job in Job.objects.filter(state=Job.State.RUNNING, worker=worker) if _give_back(job)]
    for task in _tasks().filter(status="RUNNING"):
        if task.worker_ids and task.worker_ids[-1] == worker:
            _tasks().filter(pk=task.pk, status="RUNNING").update(status="FAILED", finished_at=timezone.now())
    _enqueue_the_forgotten()
    return len(taken)


@chore(seconds=5)
def take_over() -> None:
    """Let jobs wait again whose worker died: its process is gone from this host, or its lease ran out."""
    now = timezone.now()
    for job in Job.objects.filter(state=Job.State.RUNNING):
        if job.lease is not None and job.lease > now + LEASE:
            # The clock was set back. A worker that lives renews the lease; another has as long as ever to be silent.
            Job.objects.filter(pk=job.pk, attempts=job.attempts, lease=job.lease).update(lease=now + LEASE)
        if ((job.lease is not None and job.lease < now) or is_dead(job.worker)) and _give_back(job):
            logger.warning("Job %s lost its worker %s; it goes on from its mark", job.pk, job.worker)
    _enqueue_the_forgotten()


def _give_back(job: Job) -> bool:
    """Let a job wait for another worker; False where it has one by now, or is over."""
    with transaction.atomic():
        if not Work.on(job).give_back():
            return False
        _enqueue(job)
    return True


def _tasks() -> Any:
    return DBTaskResult.objects.filter(task_path="dragoman.node.jobs.tasks.run_job")


def _enqueue_the_forgotten() -> None:
    """Queue jobs that wait while the queue does not know: a worker died between taking the task and the job."""
    waiting = Job.objects.filter(state=Job.State.WAITING)
    if not waiting.exists():
        return
    now = timezone.now()
    for task in _tasks().filter(status="RUNNING"):
        # One that was taken in the future was so before the clock was set back.
        silent = task.started_at is not None and abs(now - task.started_at) > LEASE
        if silent or is_dead(task.worker_ids[-1] if task.worker_ids else ""):
            _tasks().filter(pk=task.pk).update(status="FAILED", finished_at=now)
    known = {tuple(task.args_kwargs["args"]) for task in _tasks().filter(status__in=["READY", "RUNNING"])}
    for job in waiting:
        if (job.pk,) not in known:
            _enqueue(job)


@chore(seconds=3600)
def forget_finished_tasks() -> None:
    """Remove the queue's own rows a week after they ended; the jobs themselves stay."""
    DBTaskResult.objects.filter(
        Q(status="SUCCESSFUL") | Q(status="FAILED"), finished_at__lt=timezone.now() - timedelta(days=7)
    ).delete()
