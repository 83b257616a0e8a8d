"""Webhooks, and the outbox of what is still to be delivered to them."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

ACCOUNT = settings.AUTH_USER_MODEL


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Webhooks, and which of them are in force."""

    def in_force(self) -> WebhookQuerySet:
        """Return those that nobody has ended."""
        return self.filter(ended=None)


class Webhook(models.Model):
    """An address that is told of new hits. Ended, never deleted. `secret` is sealed with the node's key.

    `lists` are the lists whose hits it is told of; where empty, those that every team may see.
    """

    name = models.CharField(max_length=80)
    url = models.URLField(max_length=500)
    secret = models.TextField()
    lists = models.JSONField(default=list)
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


def delivery_id() -> str:
    """Return a new id, which stays the same over all attempts: a receiver knows repetitions by it."""
    return f"msg_{secrets.token_hex(12)}"


class Delivery(models.Model):
    """One message to one webhook: written in the transaction of what it tells of, sent until it is acknowledged."""

    class State(models.TextChoices):
        """Where the delivery stands."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    message = models.CharField(max_length=32, unique=True, default=delivery_id)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True, help_text="What the receiver answered last.")
    trouble = models.CharField(max_length=300, blank=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["state", "due"], name="webhook_due")]
