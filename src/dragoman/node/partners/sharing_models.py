"""Collections under an agreement and the objects in them; what a partner has got of them; what partners gave."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from dragoman.node.partners.models import Agreement, Partner


class Collection(models.Model):
    """A class of data that one side gives under an agreement: a collection of TAXII. `newest` never falls back."""

    uuid = models.UUIDField(unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="collections")
    data_class = models.CharField(max_length=40)
    giver = models.CharField(max_length=120)
    newest = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["agreement", "data_class", "giver"], name="one_collection_a_class")
        ]


class SharedObject(models.Model):
    """One version of one STIX object in a collection: a row of `dragoman.exchange.taxii.rows`, and its handling."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="objects_in")
    added = models.BigIntegerField()
    stix_id = models.CharField(max_length=120)
    type = models.CharField(max_length=60)
    version = models.BigIntegerField()
    label = models.CharField(max_length=40)
    spec_version = models.CharField(max_length=4)
    superseded = models.BigIntegerField(null=True)
    preceded = models.BigIntegerField(null=True)
    outdated = models.BigIntegerField(null=True)
    superseded_by_any = models.BigIntegerField(null=True)
    preceded_by_any = models.BigIntegerField(null=True)
    content = models.TextField()
    handling = models.TextField(blank=True, help_text="Canonical JSON of its handling; empty: none, so it stays.")
    needs = models.JSONField(default=list, help_text="Ids that it makes no sense without.")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["collection", "added"], name="one_row_a_moment")
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["collection", "stix_id"], name="shared_object_id")]


class PartnerToken(models.Model):
    """A password by which a partner's TAXII client signs in; only its digest is kept."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    made = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True)


class SharedList(models.Model):
    """A list of this node that is given to a partner under an agreement, and how it is to be handled.

    `former` is how it was given under the version of the agreement before, if it went on from there; `stopped` says why
    it did not go on from here, where no person stopped it.
    """

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="lists")
    source = models.ForeignKey("registry.Source", on_delete=models.PROTECT, related_name="shared")
    handling = models.JSONField()
    purpose = models.CharField(max_length=50)
    since = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)
    version = models.CharField(max_length=32, blank=True, help_text="The version that was written last.")
    former = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    stopped = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["collection", "source"], condition=models.Q(ended=None), name="a_list_is_shared_once"
            )
        ]


class SharedRecord(models.Model):
    """A record of a shared list as it was written last."""

    shared = models.ForeignKey(SharedList, on_delete=models.CASCADE, related_name="records")
    record_id = models.CharField(max_length=255)
    stix_id = models.CharField(max_length=120)
    content = models.CharField(max_length=32)
    created = models.DateTimeField()
    gone = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["shared", "record_id"], name="a_record_is_shared_once")
        ]


class Disclosure(models.Model):
    """One version of one object that left to one recipient: a row of the ledger that recall follows."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="disclosures")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="disclosures")
    object = models.CharField(max_length=120)
    version = models.CharField(max_length=40)
    data_class = models.CharField(max_length=40)
    purpose = models.CharField(max_length=50)
    clause = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)
    recalled = models.DateTimeField(null=True)
    acknowledged = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["partner", "object", "version"], name="disclosed_once")
        ]


class Poll(models.Model):
    """How far this node has read a collection of a partner.

    `confirmed` is the last day on which it looked what is still listed, and put off the last days of that.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="polls")
    collection = models.UUIDField()
    after = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)
    confirmed = models.DateField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["agreement", "collection"], name="one_poll_a_collection")
        ]


class ReceivedObject(models.Model):
    """The newest version of an object that came from a partner, as it came.

    The last day in `handling` is put off while the partner lists the object, but never beyond `ends`: the object's own
    last day, or one that a notice set.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="received")
    stix_id = models.CharField(max_length=120)
    type = models.CharField(max_length=60)
    modified = models.CharField(max_length=40)
    content = models.TextField()
    handling = models.TextField(blank=True, help_text="Canonical JSON of it; empty: marked as is not understood here.")
    revoked = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    data_class = models.CharField(max_length=40, blank=True)
    ends = models.DateField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["agreement", "stix_id"], name="received_once")
        ]


class TaxiiStatus(models.Model):
    """What became of a request to add objects; kept for a day."""

    uuid = models.UUIDField(unique=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+")
    resource = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
