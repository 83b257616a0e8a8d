"""Sources and their list versions; records and statements as the versions state them; judgements that join records."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.model import schemata
from dragoman.node.access import Principal

#: The properties of FollowTheMoney that name another record.
LINKS = sorted(
    {
        prop
        for schema in schemata.schema_names()
        for prop, kind in schemata.properties(schema).items()
        if kind == "entity"
    }
)


class SourceQuerySet(models.QuerySet["Source"]):
    """Sources, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> SourceQuerySet:
        """Return the sources that are open to all or to one of the principal's teams."""
        if principal.has("auditor"):
            return self
        return self.filter(models.Q(teams=None) | models.Q(teams__in=principal.teams)).distinct()


class Source(models.Model):
    """What records come from: a list, a partner, reports. `name` is the list's name in the index (``un-sc``)."""

    name = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=64, blank=True)
    teams = models.ManyToManyField("people.Team", blank=True, help_text="Only these may see it; all may where empty.")
    handling = models.JSONField(default=dict, blank=True)
    added = models.DateTimeField(default=timezone.now)

    objects = SourceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or self.name


class ListVersion(models.Model):
    """One version of a source, as `dragoman.lists` keeps it; its account stands in `account`."""

    class State(models.TextChoices):
        """Where the version stands; a half-imported one is never in use."""

        IMPORTING = "importing", "Importing"
        IN_USE = "in_use", "In use"
        SUPERSEDED = "superseded", "Superseded"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=32)
    state = models.CharField(max_length=12, choices=State.choices, default=State.IMPORTING)
    published = models.CharField(max_length=10, blank=True)
    added = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    parties = models.PositiveIntegerField(default=0)
    rejects = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    content = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "version"], name="version_once_a_source"),
            models.UniqueConstraint(fields=["source"], condition=models.Q(state="in_use"), name="one_version_in_use"),
        ]

    @property
    def label(self) -> str:
        """The list and version as the command line writes them: ``un-sc@2026-02-27``."""
        return f"{self.source.name}@{self.version}"


class RecordQuerySet(models.QuerySet["Record"]):
    """Records, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> RecordQuerySet:
        """Return the records of sources that the principal may see."""
        return self.filter(source__in=Source.objects.visible_to(principal).values("pk"))


class Record(models.Model):
    """What one source says about one thing. `content` digests its statements; `gone`: not in the version in use.

    `follows` is the record whose id the source changed to this one, see `dragoman.node.registry.following`.
    `removed`: when statements of it were last removed because they may no longer be kept.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="records")
    record_id = models.CharField(max_length=255)
    schema = models.CharField(max_length=40)
    caption = models.TextField()
    content = models.CharField(max_length=32)
    is_party = models.BooleanField(default=True)
    gone = models.BooleanField(default=False)
    first_seen = models.CharField(max_length=32)
    last_seen = models.CharField(max_length=32)
    follows = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    removed = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "record_id"], name="record_once_a_source")
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["source", "first_seen"], name="record_first_seen"),
            models.Index(fields=["source", "is_party", "gone", "id"], name="record_of_list"),
            models.Index(fields=["follows"], condition=models.Q(follows__isnull=False), name="record_follows"),
            models.Index(fields=["source"], condition=models.Q(removed__isnull=False), name="record_removed"),
        ]

    objects = RecordQuerySet.as_manager()

    def __str__(self) -> str:
        return self.caption


class Statement(models.Model):
    """One value of one property, with the versions that first and last stated it.

    `handling` is as `dragoman.exchange.handling` writes it; where it is None that of the source holds. `keep_until` is
    its last day, apart so that it is found. A statement shows only while its record does: see `writing`.
    """

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="statements")
    prop = models.CharField(max_length=40)
    value = models.TextField()
    original = models.TextField(null=True)
    place = models.TextField(null=True)
    lang = models.CharField(max_length=8, null=True)
    quality = models.CharField(max_length=8, null=True)
    origin = models.TextField(null=True, help_text="Which list of a partner stated it first, since which version.")
    handling = models.JSONField(null=True)
    keep_until = models.DateField(null=True)
    first_seen = models.CharField(max_length=32)
    last_seen = models.CharField(max_length=32)
    gone = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            # Which records point to a record; only properties that name records are looked up by value.
            models.Index(fields=["value"], condition=models.Q(prop__in=LINKS), name="statement_link"),
            models.Index(
                fields=["keep_until"], condition=models.Q(keep_until__isnull=False), name="statement_keep_until"
            ),
            # What a version states of a record that was there before, until it is in use; and what is no longer stated.
            models.Index(fields=["first_seen"], condition=models.Q(gone=True), name="statement_staged"),
        ]


class Judgement(models.Model):
    """A person's judgement on two records: same, different or unsure. Withdrawn, never deleted.

    A subject is what judgements of ``same`` in force connect: a pure function of this table.
    """

    class Verdict(models.TextChoices):
        """What was judged."""

        SAME = "same", "The same"
        DIFFERENT = "different", "Different"
        UNSURE = "unsure", "Unsure"

    left = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["left"], condition=models.Q(withdrawn_at=None), name="judged_left"),
            models.Index(fields=["right"], condition=models.Q(withdrawn_at=None), name="judged_right"),
            models.Index(fields=["-at", "-id"], name="judged_lately"),
        ]


class IndexInUse(models.Model):
    """The one row that says which index file is searched, and which versions are in it."""

    file = models.CharField(max_length=64)
    lists = models.JSONField()
    at = models.DateTimeField(auto_now=True)
