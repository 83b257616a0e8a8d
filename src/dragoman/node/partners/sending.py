"""Messages to partners: written in the transaction of the act that they tell of, delivered in order afterwards."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max

from dragoman.node.partners.models import Outgoing, Partner


def send(partner: Partner, kind: str, body: dict[str, Any]) -> Outgoing:
    """Write a message into the outbox of a partner; it leaves once the transaction is through."""
    with transaction.atomic():
        Partner.objects.select_for_update().get(pk=partner.pk)  # one numbering at a time
        last = Outgoing.objects.filter(partner=partner).aggregate(last=Max("number"))["last"] or 0
        return Outgoing.objects.create(partner=partner, number=last + 1, kind=kind, body=body)
