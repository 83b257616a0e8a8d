"""Partners, the agreements with them and the acts on these; messages to and from them; what was disclosed to whom."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from dragoman.exchange import agreement as pact
from dragoman.exchange.agreement_acts import Act, Standing, standing
from dragoman.exchange.agreement_reading import read_agreement

ACCOUNT = settings.AUTH_USER_MODEL


class Partner(models.Model):
    """Another node, by its card. People compare the key on another channel before `confirmed` is set."""

    node = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    address = models.URLField()
    key = models.CharField(max_length=43, unique=True)
    confirmed = models.DateTimeField(null=True)
    added = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


#: Agreements that this process has read, by hash: what is signed does not change.
_read: dict[str, pact.Agreement] = {}


class Agreement(models.Model):
    """One version of an agreement with a partner: its `document`; how it stands follows from the acts.

    `compared` is when it had taken over, and what earlier versions gave and it does not allow was called back, or
    was said to be kept for less time.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    hash = models.CharField(max_length=80, unique=True)
    document = models.JSONField()
    agreement_id = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    added = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")
    compared = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["agreement_id", "version"], name="agreement_versions")]

    @cached_property
    def read(self) -> pact.Agreement:
        """The agreement as the exchange reads it."""
        found = _read.get(self.hash)
        if found is None:
            found = _read[self.hash] = read_agreement(self.document)
        return found

    def known_acts(self) -> list[Act]:
        """Return the acts of both sides, checked when they came in."""
        return [Act.from_json(row.body) for row in self.acts.all()]

    def standing(self) -> Standing:
        """Return how it stands now: a pure function of the acts, later versions and the clock."""
        later = Agreement.objects.filter(agreement_id=self.agreement_id, version__gt=self.version)
        successors = [(each.read, each.known_acts()) for each in later.prefetch_related("acts")]
        return standing(self.read, self.known_acts(), timezone.now(), successors=successors)


class AgreementAct(models.Model):
    """A signed act of one side on an agreement."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="acts")
    node = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    body = models.JSONField()
    signature = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(ACCOUNT, null=True, on_delete=models.PROTECT, related_name="+")


class OutStream(models.Model):
    """The state of the stream to a partner (`dragoman.exchange.outbox.Outbox`)."""

    partner = models.OneToOneField(Partner, primary_key=True, on_delete=models.PROTECT, related_name="out")
    last = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)
    through = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(null=True)
    again = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)


class Outgoing(models.Model):
    """A letter to a partner as it was written, in the order of its `number`."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="outgoing")
    number = models.PositiveBigIntegerField()
    chain = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    letter = models.JSONField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["partner", "number"], name="letter_once_a_partner")
        ]


class InStream(models.Model):
    """The state of the stream from a partner (`dragoman.exchange.outbox.Inbox`)."""

    partner = models.OneToOneField(Partner, primary_key=True, on_delete=models.PROTECT, related_name="into")
    through = models.PositiveBigIntegerField(default=0)
    chain = models.CharField(max_length=64, blank=True)
    early = models.JSONField(default=list)


class Incoming(models.Model):
    """A letter from a partner, kept with its signature; `trouble` says why it could not be acted on."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="incoming")
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40, blank=True)
    letter = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    trouble = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["partner", "number"], name="taken_in_once_a_partner")
        ]


class Nonce(models.Model):
    """A nonce that was seen in a signed request, kept for as long as the request would be taken."""

    key = models.CharField(max_length=43)
    nonce = models.CharField(max_length=120)
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_once")]


from dragoman.node.partners.asking_models import (  # noqa: E402  they refer to the models above
    HeldEdition,
    MatchList,
    MatchQuestion,
    Notice,
    NoticeDuty,
)
from dragoman.node.partners.onward_models import BarKept, LeaveAsked, LeaveGiven  # noqa: E402  they refer to those above
from dragoman.node.partners.requests_models import (  # noqa: E402  they refer to the models above
    AnswerObject,
    Cosigned,
    InformationRequest,
    Interest,
    InterestAt,
    JournalAlarm,
    RequestEvent,
    SeenJournal,
    TheirInterest,
)
from dragoman.node.partners.sharing_models import (  # noqa: E402  they refer to the models above
    Collection,
    Disclosure,
    PartnerToken,
    Poll,
    ReceivedObject,
    SharedList,
    SharedObject,
    SharedRecord,
    TaxiiStatus,
)

__all__ = [
    "Agreement",
    "AgreementAct",
    "AnswerObject",
    "BarKept",
    "Collection",
    "Cosigned",
    "Disclosure",
    "HeldEdition",
    "InStream",
    "Incoming",
    "InformationRequest",
    "Interest",
    "InterestAt",
    "JournalAlarm",
    "LeaveAsked",
    "LeaveGiven",
    "MatchList",
    "MatchQuestion",
    "Nonce",
    "Notice",
    "NoticeDuty",
    "OutStream",
    "Outgoing",
    "Partner",
    "PartnerToken",
    "Poll",
    "ReceivedObject",
    "RequestEvent",
    "SeenJournal",
    "SharedList",
    "SharedObject",
    "SharedRecord",
    "TaxiiStatus",
    "TheirInterest",
]
