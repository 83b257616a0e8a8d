"""Screenings with their queries and hits; reviews; the memory of false matches; cases, tasks, clocks, documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.node.access import Principal

ACCOUNT = settings.AUTH_USER_MODEL


class Document(models.Model):
    """A file that was handed in, kept as it came."""

    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="%Y/%m")
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Screening(models.Model):
    """A batch of queries: purpose, lists in their versions, settings, and what came of it."""

    class Origin(models.TextChoices):
        """Whence the queries came."""

        SEARCH = "search", "Search"
        UPLOAD = "upload", "Upload"
        API = "api", "API"
        CHANGE = "change", "List change"

    origin = models.CharField(max_length=8, choices=Origin.choices)
    purpose = models.CharField(max_length=50)
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    lists = models.JSONField(help_text="Each list that was searched, and in which version.")
    threshold = models.FloatField()
    limit = models.PositiveSmallIntegerField()
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="screenings")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="screening")
    queries = models.BigIntegerField(default=0)
    with_hits = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    partly = models.BigIntegerField(default=0)
    teams = models.ManyToManyField("people.Team", blank=True)


class Query(models.Model):
    """A query that had hits: `asked` (``{"id", "schema", "properties"}``) as screened, `place` where it stood."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="asked")
    number = models.BigIntegerField()
    asked = models.JSONField()
    caption = models.TextField()
    place = models.TextField(blank=True)
    role = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["screening", "number"], name="query_once_a_screening")
        ]


class HitQuerySet(models.QuerySet["Hit"]):
    """Hits, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> HitQuerySet:
        """Return the hits on lists that the principal may see, of screenings open to them."""
        if principal.has("auditor"):
            return self
        from dragoman.node.registry.models import Source

        sources = Source.objects.visible_to(principal).values("name")
        teams = models.Q(query__screening__teams=None) | models.Q(query__screening__teams__in=principal.teams)
        return self.filter(teams, source__in=sources).distinct()


class Hit(models.Model):
    """A query and a record above the threshold, with score and evidence; and where its review stands."""

    class State(models.TextChoices):
        """Where the review stands."""

        OPEN = "open", "Open"
        SECOND = "second", "Second person"
        TRUE = "true", "True match"
        FALSE = "false", "False match"
        INCONCLUSIVE = "inconclusive", "Inconclusive"
        REMEMBERED = "remembered", "Known false match"

    query = models.ForeignKey(Query, on_delete=models.CASCADE, related_name="hits")
    source = models.CharField(max_length=64)
    record_id = models.CharField(max_length=255)
    caption = models.TextField()
    schema = models.CharField(max_length=40)
    score = models.FloatField()
    features = models.JSONField(default=list)
    version = models.CharField(max_length=32)
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now)

    objects = HitQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["state", "-score", "id"], name="hit_queue"),
            models.Index(fields=["source", "record_id"], name="hit_record"),
        ]


class Review(models.Model):
    """A person's decision on one hit. Undone, never deleted."""

    class Disposition(models.TextChoices):
        """What was decided."""

        TRUE = "true", "True match"
        FALSE = "false", "False match"
        INCONCLUSIVE = "inconclusive", "Inconclusive"

    hit = models.ForeignKey(Hit, on_delete=models.PROTECT, related_name="reviews")
    disposition = models.CharField(max_length=14, choices=Disposition.choices)
    reason = models.TextField()
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="reviews")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")


class FalseMatch(models.Model):
    """The memory of a false match: the pair, and the facts on both sides that the decision rested on.

    It holds as long as both digests are what they were, whatever the record's id or the list's version.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT)
    source = models.CharField(max_length=64)
    record_id = models.CharField(max_length=255)
    query_digest = models.CharField(max_length=32)
    record_digest = models.CharField(max_length=32)
    facts = models.JSONField(help_text="The facts of both sides, to say later what has changed.")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["query_digest"], name="false_match_query")]


class SafeListEntry(models.Model):
    """A person wrongly matched again and again, with their redress number; shown beside a hit, and expires."""

    redress_number = models.CharField(max_length=40, unique=True)
    asked = models.JSONField(help_text="Names, births and documents by which the person is known.")
    caption = models.TextField()
    reason = models.TextField()
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires = models.DateField()


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> CaseQuerySet:
        """Return the cases that are open to all or to one of the principal's teams."""
        if principal.has("auditor"):
            return self
        return self.filter(models.Q(teams=None) | models.Q(teams__in=principal.teams)).distinct()


class Case(models.Model):
    """Hits, documents, tasks and clocks about one matter."""

    title = models.CharField(max_length=200)
    opened_by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    purpose = models.CharField(max_length=50)
    teams = models.ManyToManyField("people.Team", blank=True)
    hits = models.ManyToManyField(Hit, blank=True, related_name="cases")
    documents = models.ManyToManyField(Document, blank=True, related_name="cases")

    objects = CaseQuerySet.as_manager()


class Task(models.Model):
    """Something to do in a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    text = models.TextField()
    assigned = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")


class Clock(models.Model):
    """A deadline of a case: its rule (from a profile), start, extensions, holds and outcome."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    rule = models.CharField(max_length=60)
    started = models.DateTimeField()
    due = models.DateTimeField()
    events = models.JSONField(default=list, help_text="Holds, extensions and the outcome, in order.")
    ended = models.DateTimeField(null=True)
