"""What a partner says is to be kept for less time: its last day is brought forward, and never put off."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from dragoman.exchange import recall
from dragoman.node.partners import requests_receiving
from dragoman.node.partners.holding import handling_of, list_name, shorter, text_of
from dragoman.node.partners.models import AnswerObject, Partner, ReceivedObject, SharedObject


def apply(found: recall.Notice, until: date, partner: Partner) -> str:
    """Keep what a partner gave of an object no longer than until a day; return what was done, as it is answered.

    What came under the version of the agreement that the notice names, or a later one, is kept as that says.
    """
    rows = list(_held(found, partner).order_by("-at", "-pk"))
    answers = AnswerObject.objects.filter(request__agreement__partner=partner, request__own=True, removed=None)
    answers = answers.filter(stix_id=found.object)
    if not rows and not answers:
        return "not_held"
    if until < timezone.now().date():
        requests_receiving.remove(partner, found.object)
        ReceivedObject.objects.filter(pk__in=[each.pk for each in rows]).update(revoked=True, at=timezone.now())
        return "removed"
    _shorten_received(rows, found, until, partner)
    for answer in answers:
        answer.keep_until = min(until, answer.keep_until or until)
        answer.save(update_fields=["keep_until"])
    _shorten_passed_on(found.object, until, partner)
    return "shortened"


def _held(found: recall.Notice, partner: Partner) -> QuerySet[ReceivedObject]:
    held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=found.object)
    named = partner.agreements.filter(hash=found.agreement).first()
    if named is not None:
        held = held.filter(agreement__agreement_id=named.agreement_id, agreement__version__lt=named.version)
    return held


def _shorten_received(rows: list[ReceivedObject], found: recall.Notice, until: date, partner: Partner) -> None:
    every = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=found.object).order_by("-at", "-pk")
    used = every.first()
    for row in rows:
        if row.handling:
            row.handling = text_of(shorter(handling_of(row.handling), until))
        row.ends = min(until, row.ends or until)
        if row == used:  # what the list in use has is written anew; another that came later stays what came last
            row.at = timezone.now()
        row.save(update_fields=["handling", "at", "ends"])


def _shorten_passed_on(object_id: str, until: date, partner: Partner) -> None:
    """Let an object that goes on to others leave under the shorter handling."""
    passed = SharedObject.objects.filter(stix_id=object_id, collection__lists__source__name=list_name(partner))
    for row in passed.distinct():
        if row.handling:
            row.handling = text_of(shorter(handling_of(row.handling), until))
            row.save(update_fields=["handling"])
