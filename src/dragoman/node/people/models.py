"""People, their roles, teams and purposes, and the API keys that they answer for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


def digest_of(secret: str) -> str:
    """Return what is kept of a random secret: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Role(models.TextChoices):
    """What a person does at this node; what each role may do stands in the apps' ``access.yaml``."""

    ANALYST = "analyst", "Analyst"
    REVIEWER = "reviewer", "Reviewer"
    SUPERVISOR = "supervisor", "Supervisor"
    LIAISON = "liaison", "Liaison officer"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Administrator"


class Team(models.Model):
    """People who may see what is limited to them: lists, cases."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Purpose(models.Model):
    """Why personal data is looked at; every look-up carries one."""

    code = models.SlugField(primary_key=True)
    title = models.CharField(max_length=120)
    lawful_basis = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.title


class Account(AbstractUser):
    """A person who signs in."""

    teams = models.ManyToManyField(Team, blank=True, related_name="members")
    last_purpose = models.ForeignKey(Purpose, null=True, blank=True, on_delete=models.SET_NULL)

    @property
    def shown_name(self) -> str:
        """The name to show."""
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles in force."""
        return frozenset(self.appointments.in_force().values_list("role", flat=True))


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Appointments, and which of them give a role now."""

    def in_force(self) -> AppointmentQuerySet:
        """Return the appointments that give their role now."""
        return self.filter(ended=None, proposed=False)


class Appointment(models.Model):
    """A role given to a person: by whom, from when, until when. Never deleted.

    Where a node has several administrators, an appointment is `proposed` until a second one confirms it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=16, choices=Role.choices)
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["account", "role"], condition=models.Q(ended=None), name="one_appointment_in_force"
            )
        ]


class ApiKey(models.Model):
    """A system's key. The secret is shown once; its SHA-256 is kept (of 256 random bits, so no salt is needed)."""

    name = models.CharField(max_length=80)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    purposes = models.ManyToManyField(Purpose)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    per_minute = models.PositiveIntegerField(default=6000)

    @classmethod
    def issue(cls, **fields: Any) -> tuple[ApiKey, str]:
        """Make a key; return it with its secret, ``dgm_PREFIX_SECRET``, which is not kept."""
        prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = cls.objects.create(prefix=prefix, digest=cls.digest_of(secret), **fields)
        return key, f"dgm_{prefix}_{secret}"

    @staticmethod
    def digest_of(secret: str) -> str:
        """Return what is kept of a secret."""
        return digest_of(secret)

    def is_secret(self, secret: str) -> bool:
        """Tell in constant time whether this is the key's secret."""
        return hmac.compare_digest(self.digest, self.digest_of(secret))

    @property
    def in_force(self) -> bool:
        """Whether the key opens anything now."""
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())


class Link(models.Model):
    """A link that lets one person in once: the first administrator, somebody invited, somebody locked out.

    Only the token's SHA-256 is kept. `roles` are given when the link is used.
    """

    class Kind(models.TextChoices):
        """What the link is for."""

        FIRST = "first", "First administrator"
        INVITATION = "invitation", "Invitation"
        RENEWAL = "renewal", "New sign-in"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=150, blank=True)
    roles = models.JSONField(default=list)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="links")
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    withdrawn = models.DateTimeField(null=True)


class NodeSettings(models.Model):
    """What administrators set for the whole node: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=60, blank=True)
    second_factor = models.BooleanField(default=True, help_text="Everybody needs a second factor.")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_settings")
        ]
