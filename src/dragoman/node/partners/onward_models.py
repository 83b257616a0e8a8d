"""Passing on what is another's: leave that was asked and given, and who is barred from what comes from a node."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.node.partners.models import Partner

ACCOUNT = settings.AUTH_USER_MODEL


class LeaveAsked(models.Model):
    """A question for leave to pass objects on: asked by this node (`own`) of their originator, or of this node.

    `objects` holds pairs of STIX id and digest; leave is for these versions and no others.
    """

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        GIVEN = "given", "Leave given"
        REFUSED = "refused", "Refused"

    digest = models.CharField(max_length=80)
    own = models.BooleanField()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="leave_asked")
    receiver = models.CharField(max_length=120, help_text="The node that is to get them.")
    purpose = models.CharField(max_length=50)
    objects_asked = models.JSONField()
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    ground = models.TextField(blank=True, help_text="Why it was refused.")
    answered = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["digest", "own"], name="leave_asked_once")]


class LeaveGiven(models.Model):
    """A signed leave (`dragoman.exchange.policy_onward.Leave`): given by this node (`own`), or to it."""

    signature = models.CharField(max_length=120, unique=True)
    own = models.BooleanField()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="leave_given")
    receiver = models.CharField(max_length=120)
    body = models.JSONField()
    ends = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["receiver", "ends"], name="leave_for_receiver")]


class BarKept(models.Model):
    """A signed bar (`dragoman.exchange.policy_onward.Bar`): nothing of `node` reaches `barred` through anybody."""

    node = models.CharField(max_length=120)
    barred = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    lifted = models.BooleanField()
    body = models.JSONField()
    signature = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["barred", "node"], name="bar_of_node")]
