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
        return frozenset(self.appointments.filter(ended=None).values_list("role", flat=True))


class Appointment(models.Model):
    """A role given to a person: by whom, from when, until when. Never deleted."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=16, choices=Role.choices)
    by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

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
        return hashlib.sha256(secret.encode()).hexdigest()

    def is_secret(self, secret: str) -> bool:
        """Tell in constant time whether this is the key's secret."""
        return hmac.compare_digest(self.digest, self.digest_of(secret))

    @property
    def in_force(self) -> bool:
        """Whether the key opens anything now."""
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())
