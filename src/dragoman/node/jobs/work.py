"""A job at work: fenced steps, so that what is marked and what is written are one, and no worker writes over another.

Every step is one transaction. It renews the lease, and goes on only while the row still bears the number of this
attempt: a worker that was thought dead and comes back finds another number, and writes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.node.access import Principal
from dragoman.node.jobs.models import Job

#: How long a worker may be silent before another takes its job over. A step must not take longer.
LEASE = timedelta(seconds=120)

#: Set when the worker is asked to end: jobs then stop after their step, and wait for the next worker.
stopping = threading.Event()


class Interrupted(BaseException):
    """The job is not to go on here. Not an error, and so not an Exception that anybody might catch by chance."""


class Cancelled(Interrupted):
    """Somebody cancelled the job."""


class LeaseLost(Interrupted):
    """Another worker has the job."""


class Paused(Interrupted):
    """The worker is ending; the job waits for another."""


@dataclass(slots=True)
class Work:
    """One attempt at a job."""

    job: Job
    attempt: int
    mark: dict[str, Any] = field(default_factory=dict)
    done: int = 0
    total: int | None = None
    result: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def on(cls, job: Job) -> Work:
        """Return the work on a job that was claimed, going on from its mark."""
        return cls(job, job.attempts, dict(job.mark), job.done, job.total, dict(job.result))

    @property
    def principal(self) -> Principal:
        """For whom the job works: its person with the roles and teams they have now, for the job's purpose."""
        account = self.job.by
        if account is None:
            return Principal(purpose=self.job.purpose)
        teams = frozenset(account.teams.values_list("pk", flat=True))
        return Principal(account, None, account.roles, teams, purpose=self.job.purpose)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Write inside, in one transaction with `mark`, `done`, `total` and `result` as they stand at its end."""
        if stopping.is_set():
            raise Paused
        with transaction.atomic():
            if not self._held().update(lease=timezone.now() + LEASE):
                raise LeaseLost
            if self._held().values_list("cancel_asked", flat=True).get():
                raise Cancelled
            yield
            self._held().update(
                mark=self.mark, done=self.done, total=self.total, result=self.result, lease=timezone.now() + LEASE
            )

    def finish(self, state: Job.State, trouble: str = "") -> None:
        """Close the job; nothing happens where another worker has it by now."""
        self._held().update(state=state, trouble=trouble, ended=timezone.now(), lease=None)

    def give_back(self) -> bool:
        """Let the job wait for another worker; tell whether it was this attempt's to give."""
        return bool(self._held().update(state=Job.State.WAITING, lease=None, worker=""))

    def _held(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, attempts=self.attempt, state=Job.State.RUNNING)
