"""The journal's events."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One act: who, what, on which object, for which purpose, with which result, when. Appended, never changed."""

    at = models.DateTimeField()
    who = models.CharField(max_length=40)
    act = models.CharField(max_length=40)
    object = models.CharField(max_length=120)
    purpose = models.CharField(max_length=50, blank=True)
    result = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
