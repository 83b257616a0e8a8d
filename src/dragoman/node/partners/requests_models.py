"""Requests with their events and answers; interests that are compared in private; journals that partners co-sign."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from dragoman.exchange import requests as rules
from dragoman.node.access import Principal
from dragoman.node.partners.models import Agreement, Partner

ACCOUNT = settings.AUTH_USER_MODEL


class InformationRequestQuerySet(models.QuerySet["InformationRequest"]):
    """Requests, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> InformationRequestQuerySet:
        """Return the requests that the principal may see.

        What partners ask is for those who answer. An own request is for who wrote it and for all who may see its case;
        without a case, for those who work with partners.
        """
        if principal.has("auditor"):
            return self
        from dragoman.node.desk.models import Case

        seen = Case.objects.visible_to(principal).filter(pk=OuterRef("case"))
        own = Q(own=True) & (Exists(seen) | Q(by=principal.account))
        if principal.has("liaison", "supervisor"):
            own |= Q(own=True, case=None) | Q(own=False)
        return self.filter(own)

    def overdue(self) -> InformationRequestQuerySet:
        """Return those whose time to answer is over while they wait for an answer."""
        return self.filter(until__lt=timezone.now())


class InformationRequest(models.Model):
    """A request for information: of this node (`own`), or a partner's. `body` is as it travels.

    `state`, `due` and `until` are what `dragoman.exchange.requests.status` makes of body and events; `until` is the
    moment from which it is overdue, None where it waits for no answer.
    """

    digest = models.CharField(max_length=80)
    own = models.BooleanField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="requests")
    body = models.JSONField()
    at = models.DateTimeField()
    data_class = models.CharField(max_length=40)
    purpose = models.CharField(max_length=50)
    urgency = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="sent")
    due = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True, db_index=True)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("desk.Case", null=True, on_delete=models.PROTECT, related_name="requests")
    reminded = models.PositiveIntegerField(default=0)
    last_reminded = models.DateTimeField(null=True)

    objects = InformationRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["digest", "own"], name="request_once")]

    @cached_property
    def read(self) -> rules.Request:
        """The request as the exchange reads it."""
        return rules.Request.from_json(self.body)

    @property
    def partner(self) -> Partner:
        """Who asks, or is asked."""
        return self.agreement.partner

    @property
    def is_overdue(self) -> bool:
        """Whether its time to answer is over while it waits for an answer."""
        return self.until is not None and self.until < timezone.now()

    def known_events(self) -> list[rules.Event]:
        """Return what happened to it, in the order in which this node took it in."""
        return [rules.Event.from_json(each.body) for each in self.events.all()]

    def status(self) -> rules.Status:
        """Return how it stands now."""
        return rules.status(self.read, self.known_events(), timezone.now())


class RequestEvent(models.Model):
    """Something that happened to a request, of this node's people (`by`) or of the partner."""

    request = models.ForeignKey(InformationRequest, on_delete=models.CASCADE, related_name="events")
    body = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]


class AnswerObject(models.Model):
    """An object of an answer: given by this node, or received. `content` is empty once it was called back."""

    request = models.ForeignKey(InformationRequest, on_delete=models.CASCADE, related_name="answer_objects")
    stix_id = models.CharField(max_length=120, db_index=True)
    content = models.TextField()
    handling = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateField(null=True)
    removed = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]


class InterestQuerySet(models.QuerySet["Interest"]):
    """Interests, and which of them somebody may see."""

    def visible_to(self, principal: Principal) -> InterestQuerySet:
        """Return the principal's interests, those of cases that they may see, and to a supervisor those of no case."""
        if principal.has("auditor"):
            return self
        from dragoman.node.desk.models import Case

        seen = Case.objects.visible_to(principal).filter(pk=OuterRef("case"))
        shown = Exists(seen) | Q(by=principal.account)
        return self.filter(shown | Q(case=None) if principal.has("supervisor") else shown)


class Interest(models.Model):
    """An interest of this node in a subject. `subject` never leaves; partners get keys of it under a secret."""

    subject = models.JSONField()
    caption = models.TextField()
    purpose = models.CharField(max_length=50)
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("desk.Case", null=True, on_delete=models.PROTECT, related_name="interests")
    at = models.DateTimeField(default=timezone.now)
    ends = models.DateTimeField()
    open = models.BooleanField(default=False, help_text="Whoever has an interest too and is open may know whose it is.")
    contact = models.CharField(max_length=100, blank=True)
    withdrawn = models.DateTimeField(null=True)

    objects = InterestQuerySet.as_manager()


class InterestAt(models.Model):
    """An interest as one partner compares it: `ref` is its name there, `tokens` are empty until the partner answered.

    `met`: that partner has an interest too; `named`: both agreed to say whose; `contact` is then whom to call.
    """

    interest = models.ForeignKey(Interest, on_delete=models.CASCADE, related_name="partners")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="interests")
    ref = models.CharField(max_length=32, unique=True)
    count = models.PositiveIntegerField()
    tokens = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)
    met = models.DateTimeField(null=True)
    named = models.BooleanField(default=False)
    contact = models.CharField(max_length=100, blank=True)


class TheirInterest(models.Model):
    """One key of an interest of a partner, as `dragoman.exchange.requests_deconfliction` compares it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="their_interests")
    ref = models.CharField(max_length=32, db_index=True)
    body = models.JSONField()
    token = models.CharField(max_length=64, db_index=True)
    ends = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)


class SeenJournal(models.Model):
    """The newest checkpoint of a partner's journal that this node has co-signed."""

    partner = models.OneToOneField(Partner, primary_key=True, on_delete=models.PROTECT, related_name="journal")
    origin = models.CharField(max_length=200)
    size = models.BigIntegerField()
    note = models.TextField()
    cosignature = models.JSONField()
    at = models.DateTimeField(default=timezone.now)


class JournalAlarm(models.Model):
    """A journal does not continue the one that was seen before: a partner's, or (`own`) this node's, as that says.

    Both checkpoints are kept as evidence. Until a person has `cleared` it, nothing more is co-signed.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="journal_alarms")
    own = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)
    before = models.TextField()
    after = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    cleared = models.DateTimeField(null=True)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)


class Cosigned(models.Model):
    """A checkpoint of this node's journal that a partner saw: sent, and, once it came back, with its co-signature.

    `note` then bears the partner's signature, and `verifier` is the key that it is verified with.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="cosigned")
    size = models.BigIntegerField()
    note = models.TextField()
    verifier = models.CharField(max_length=300, blank=True)
    sent = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["partner", "size"], name="cosigned_size")]
