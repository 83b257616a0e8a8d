"""Lists that are matched in private, the questions about them, and notices that call back what was given."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.node.partners.models import Agreement, Partner

ACCOUNT = settings.AUTH_USER_MODEL


class MatchList(models.Model):
    """A list of this node that a partner may match against. Its key is sealed, and replaced with every edition."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="match_lists")
    source = models.ForeignKey("registry.Source", on_delete=models.PROTECT, related_name="matched")
    purpose = models.CharField(max_length=50)
    handling = models.JSONField()
    kinds = models.JSONField()
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    version = models.CharField(max_length=32, blank=True)
    edition = models.CharField(max_length=32, blank=True, db_index=True, help_text="Id of the published set.")
    content = models.BinaryField(default=b"")
    sealed = models.TextField(blank=True, help_text="The secret of this edition, sealed; empty once destroyed.")
    elements = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["agreement", "source"], condition=models.Q(ended=None), name="a_list_is_matched_once"
            )
        ]


class HeldEdition(models.Model):
    """The edition of a partner's list that this node fetched last: it tells the number of keys, and no key."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="held_editions")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=50)
    kinds = models.JSONField()
    edition = models.CharField(max_length=32, blank=True)
    elements = models.PositiveIntegerField(default=0)
    content = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["agreement", "name"], name="one_edition_a_list")
        ]


class MatchQuestion(models.Model):
    """A question that was asked (`own`), or that a partner asked: its size and commitment, never its content."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="match_questions")
    own = models.BooleanField()
    name = models.CharField(max_length=120)
    edition = models.CharField(max_length=32)
    elements = models.PositiveIntegerField()
    commitment = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    hits = models.PositiveIntegerField(null=True, help_text="Known to the asker only.")

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["agreement", "own", "at"], name="match_question_uses")]


class Notice(models.Model):
    """A recall, correction, delisting, narrowing or shortening: written here (`own`), or received from a partner."""

    digest = models.CharField(max_length=80)
    own = models.BooleanField()
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20)
    object = models.CharField(max_length=120, db_index=True)
    body = models.JSONField()
    at = models.DateTimeField()
    due = models.DateTimeField()
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, blank=True, help_text="What this node did; of received ones.")
    done = models.JSONField(null=True, help_text="This node's signed answer; of received ones.")
    signer = models.CharField(
        max_length=43, blank=True, help_text="The originator's key, where only the partner vouches for it."
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["digest", "own", "partner"], name="notice_once")
        ]


class NoticeDuty(models.Model):
    """What one recipient owes about a notice: until it answers, it is reminded, and shown."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="duties")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="duties")
    sent = models.DateTimeField(default=timezone.now)
    reminded = models.PositiveIntegerField(default=0)
    done = models.JSONField(null=True)
    keys = models.JSONField(default=dict, help_text="Keys of those below, for which the recipient vouches.")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["notice", "partner"], name="one_duty_a_recipient")
        ]
