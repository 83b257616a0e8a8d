"""Forgetting requests: when the agreement's retention for the class of data is over, nothing said in them is kept.

The time runs from the last that happened. What goes is the request with its events and what was answered, here and in
the letters that they travelled in. What stays is who gave which object to whom (the ledger) and the journal: numbers
and digests only.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.models import Agreement, Incoming, InformationRequest, Outgoing, OutStream
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.requests_asking import EVENT, REQUEST
from dragoman.node.partners.requests_receiving import days_kept


def forget_all() -> int:
    """Remove the requests, of this node and of partners, that may no longer be kept; return how many.

    One whose letters still wait to be delivered waits with them.
    """
    count = 0
    for row in _over(timezone.now()):
        with transaction.atomic():
            held = InformationRequest.objects.select_for_update().filter(pk=row.pk).first()
            if held is not None and not _waits(held):
                _forget(held)
                count += 1
    return count


def _over(now: datetime) -> Iterator[InformationRequest]:
    """Yield the requests whose last day is over, by the agreement and class of each."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    asked = InformationRequest.objects.order_by().values_list("agreement_id", "data_class").distinct()
    agreements = Agreement.objects.in_bulk([pk for pk, _ in asked])
    for pk, data_class in asked:
        limit = today - timedelta(days=days_kept(agreements[pk].read, data_class))
        rows = InformationRequest.objects.filter(agreement_id=pk, data_class=data_class, at__lt=limit)
        rows = rows.annotate(last=Coalesce(Max("events__at"), "at")).filter(last__lt=limit)
        yield from rows.select_related("agreement__partner").order_by("pk")


def _letters(row: InformationRequest) -> tuple[QuerySet[Incoming], QuerySet[Outgoing]]:
    """Return the letters that speak of a request, taken in and written."""
    partner = row.partner
    return (
        Incoming.objects.filter(partner=partner, pk__in=_speaking(row, Incoming.objects.filter(partner=partner))),
        Outgoing.objects.filter(partner=partner, pk__in=_speaking(row, Outgoing.objects.filter(partner=partner))),
    )


def _speaking(row: InformationRequest, letters: QuerySet[Incoming] | QuerySet[Outgoing]) -> list[int]:
    events = letters.filter(kind=EVENT, letter__body__event__request=row.digest)
    asking = letters.filter(kind=REQUEST, letter__body__at=row.body["at"])
    same = [pk for pk, letter in asking.values_list("pk", "letter") if letter["body"] == row.body]
    return [*same, *events.values_list("pk", flat=True)]


def _waits(row: InformationRequest) -> bool:
    out = OutStream.objects.filter(partner=row.partner).first()
    return _letters(row)[1].filter(number__gt=out.through if out is not None else 0).exists()


def _forget(row: InformationRequest) -> None:
    for letters in _letters(row):
        for each in letters:
            each.letter = each.letter | {"body": {"forgotten": row.digest}}
            each.save(update_fields=["letter"])
    digest, objects = row.digest.removeprefix("sha-256:"), row.answer_objects.count()
    journal(
        SERVICE,
        "partners.request.forgotten",
        f"request:{row.pk}",
        agreement=row.agreement_id,
        digest=digest,
        count=objects or None,
    )
    row.delete()
