"""A background job: what it does, how far it is, and who may see it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.node.access import Principal


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> JobQuerySet:
        """Return the jobs that the principal asked for; auditors all; supervisors all but other teams'."""
        if principal.has("auditor"):
            return self
        own = models.Q(by=principal.account) if principal.account is not None else models.Q(pk=None)
        if principal.has("supervisor"):
            teams = models.Q(screening__teams__in=principal.teams)
            return self.filter(own | models.Q(screening=None) | models.Q(screening__limited=False) | teams).distinct()
        return self.filter(own)


class Job(models.Model):
    """A piece of work. It survives its worker: the `lease` runs out, and another worker goes on from `mark`.

    `attempts` fences: a worker that lost its lease finds another number there, and writes nothing more.
    """

    class State(models.TextChoices):
        """Where the job stands."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=40)
    given = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=50, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    mark = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    trouble = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    lease = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True, help_text="Host and process that runs it.")
    attempts = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["state", "lease"], name="job_state")]

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def share(self) -> int | None:
        """How much is done, in percent; None where that is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None
