"""Screenings with their queries and hits; reviews; the memory of false matches; cases, tasks, clocks, documents."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from dragoman.node.access import Principal

ACCOUNT = settings.AUTH_USER_MODEL


class Document(models.Model):
    """A file that was handed in, kept as it came under a name that the node gave it; never shown inline."""

    name = models.CharField(max_length=200, help_text="As its sender called it, without folders.")
    file = models.FileField(upload_to="%Y/%m")
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class ScreeningQuerySet(models.QuerySet["Screening"]):
    """Screenings, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> ScreeningQuerySet:
        """Return the screenings that are open to all or to one of the principal's teams."""
        if principal.has("auditor"):
            return self
        own = Screening.teams.through.objects.filter(screening=OuterRef("pk"), team__in=principal.teams)
        return self.filter(Q(limited=False) | Exists(own))


class Screening(models.Model):
    """A batch of queries: purpose, lists in their versions, settings, and what came of it.

    `limited` says whether `teams` names anybody: only those may see it then, and all may otherwise.
    """

    class Origin(models.TextChoices):
        """Whence the queries came."""

        SEARCH = "search", "Search"
        UPLOAD = "upload", "Upload"
        API = "api", "API"
        CHANGE = "change", "List change"

    origin = models.CharField(max_length=8, choices=Origin.choices)
    purpose = models.CharField(max_length=50)
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    lists = models.JSONField(help_text="Each list that was searched, and in which version.")
    threshold = models.FloatField()
    limit = models.PositiveSmallIntegerField()
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="screenings")
    job = models.OneToOneField("jobs.Job", null=True, on_delete=models.PROTECT, related_name="screening")
    watched = models.BooleanField(default=False, help_text="The whole document is screened again when a list changes.")
    queries = models.BigIntegerField(default=0)
    with_hits = models.BigIntegerField(default=0)
    hits = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    unread = models.BigIntegerField(default=0)
    partly = models.BigIntegerField(default=0)
    limited = models.BooleanField(default=False)
    teams = models.ManyToManyField("people.Team", blank=True)

    objects = ScreeningQuerySet.as_manager()


class Query(models.Model):
    """A query that had hits: `asked` (``{"id", "schema", "properties"}``) as screened, `place` where it stood.

    `digest` is that of the facts that decisions rest on (see `dragoman.node.desk.facts`).
    """

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="asked")
    number = models.BigIntegerField()
    asked = models.JSONField()
    asked_id = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=32)
    caption = models.TextField()
    place = models.TextField(blank=True)
    role = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["screening", "number"], name="query_once_a_screening")
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["digest"], name="query_digest")]


class Remark(models.Model):
    """What was not read of an input, row by row: nothing is dropped in silence."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="remarks")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    place = models.TextField()
    text = models.TextField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["screening", "number"], name="remark_once_a_screening")
        ]


class HitQuerySet(models.QuerySet["Hit"]):
    """Hits, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> HitQuerySet:
        """Return the hits on lists that the principal may see, of screenings open to them."""
        if principal.has("auditor"):
            return self
        from dragoman.node.registry.visibility import visible_names

        seen = self.filter(source__in=visible_names(principal))
        hidden = Screening.objects.filter(limited=True).exclude(teams__in=principal.teams)
        # Asked beforehand, because most nodes limit none, and a long queue is then read from its index alone.
        return seen.exclude(screening__in=hidden.values("pk")) if hidden.exists() else seen


class Hit(models.Model):
    """A query and a record above the threshold, with score and evidence; and where its review stands.

    `state` is what `dragoman.node.desk.states.state_of` makes of the reviews that count and of `memory`.
    """

    class State(models.TextChoices):
        """Where the review stands."""

        OPEN = "open", "Open"
        SECOND = "second", "Second person"
        TRUE = "true", "True match"
        FALSE = "false", "False match"
        INCONCLUSIVE = "inconclusive", "Inconclusive"
        REMEMBERED = "remembered", "Known false match"

    query = models.ForeignKey(Query, on_delete=models.CASCADE, related_name="hits")
    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="found")
    origin = models.CharField(max_length=8, choices=Screening.Origin.choices)
    source = models.CharField(max_length=64)
    record_id = models.CharField(max_length=255)
    caption = models.TextField()
    schema = models.CharField(max_length=40)
    score = models.FloatField()
    features = models.JSONField(default=list)
    version = models.CharField(max_length=32)
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(default=timezone.now)
    memory = models.ForeignKey("FalseMatch", null=True, on_delete=models.PROTECT, related_name="spared")
    reopened_at = models.DateTimeField(null=True, help_text="When it last came back to the queue.")
    reopened_why = models.JSONField(default=list, help_text="What changed, a sentence each.")

    objects = HitQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["query", "source", "record_id"], name="record_once_a_query")
        ]
        indexes: ClassVar[list[Any]] = [
            # The order of the queue, and behind it all that its filters ask for, so that they read the index only.
            models.Index(fields=["state", "-score", "id", "source", "screening", "origin", "at"], name="hit_queue"),
            models.Index(fields=["source", "record_id"], name="hit_record"),
        ]


class Assignment(models.Model):
    """Who looks after a hit at present, and who said so. What was before stands in the journal."""

    hit = models.OneToOneField(Hit, on_delete=models.CASCADE, primary_key=True, related_name="assignment")
    to = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="assignments")
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Review(models.Model):
    """A person's decision on one hit. Undone, never deleted.

    Which reviews are `outdated` is kept with them, not read from moments: a clock that was set back would mix them up.
    """

    class Disposition(models.TextChoices):
        """What was decided."""

        TRUE = "true", "True match"
        FALSE = "false", "False match"
        INCONCLUSIVE = "inconclusive", "Inconclusive"

    hit = models.ForeignKey(Hit, on_delete=models.PROTECT, related_name="reviews")
    disposition = models.CharField(max_length=14, choices=Disposition.choices)
    reason = models.TextField()
    code = models.CharField(max_length=40, blank=True, help_text="The prepared reason, where one was chosen.")
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="reviews")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    outdated = models.BooleanField(default=False, help_text="The facts changed since: it no longer counts.")


class FalseMatch(models.Model):
    """The memory of a false match: the pair, and the facts on both sides that the decision rested on.

    It holds as long as both digests are what they were, whatever the record's id or the list's version, and as long as
    its review is not undone.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="memory")
    source = models.CharField(max_length=64)
    record_id = models.CharField(max_length=255)
    asked_id = models.CharField(max_length=255, blank=True)
    query_digest = models.CharField(max_length=32)
    record_digest = models.CharField(max_length=32)
    facts = models.JSONField(help_text="The facts of both sides, to say later what has changed.")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["query_digest"], name="false_match_query"),
            models.Index(fields=["source", "record_id"], name="false_match_record"),
            models.Index(fields=["asked_id"], name="false_match_asked"),
        ]


class SafeListEntry(models.Model):
    """A person wrongly matched again and again, with their redress number; shown beside a hit, and expires."""

    redress_number = models.CharField(max_length=40, unique=True)
    asked = models.JSONField(help_text="Names, births and documents by which the person is known.")
    caption = models.TextField()
    reason = models.TextField()
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")


class SafeListKey(models.Model):
    """What leads from a query to an entry: the redress number, a document, a name with a birth date; as a digest."""

    entry = models.ForeignKey(SafeListEntry, on_delete=models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=32, db_index=True)


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> CaseQuerySet:
        """Return the cases that are open to all or to one of the principal's teams."""
        if principal.has("auditor"):
            return self
        return self.filter(Q(teams=None) | Q(teams__in=principal.teams)).distinct()


class Case(models.Model):
    """Hits, documents, tasks and clocks about one matter."""

    title = models.CharField(max_length=200)
    opened_by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    purpose = models.CharField(max_length=50)
    teams = models.ManyToManyField("people.Team", blank=True)
    hits = models.ManyToManyField(Hit, blank=True, related_name="cases")
    documents = models.ManyToManyField(Document, blank=True, related_name="cases")

    objects = CaseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class Note(models.Model):
    """What somebody wrote down in a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)


class Task(models.Model):
    """Something to do in a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    text = models.TextField()
    assigned = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    due = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")


class Clock(models.Model):
    """A deadline of a case: its rule (from a profile), start, extensions, holds and outcome.

    `due` and `outcome` are what `dragoman.node.desk.clocks` makes of the rule, the start and the events.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    rule = models.CharField(max_length=60)
    started = models.DateTimeField()
    due = models.DateTimeField(null=True, help_text="None while the clock is on hold.")
    events = models.JSONField(default=list, help_text="Holds, extensions and the outcome, in order.")
    ended = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True)
