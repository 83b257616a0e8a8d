"""Letters to partners: written in the transaction of the act that they tell of, delivered in order afterwards."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.exchange.messages import Letter, stream
from dragoman.exchange.outbox import Outbox, put
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Outgoing, OutStream, Partner


def send(partner: Partner, kind: str, body: Any, *, agreement: str = "") -> Outgoing:
    """Write a signed letter into the outbox of a partner; it leaves once the transaction is through."""
    letter = Letter(kind, node_id(), partner.node, agreement, timezone.now(), body).signed(node_key())
    with transaction.atomic():
        row = locked_stream(partner)
        outbox, envelope = put(outbox_of(row), letter.to_json())
        keep(row, outbox, row.trouble)  # that the partner does not answer is still so
        return Outgoing.objects.create(
            partner=partner, number=envelope.number, chain=envelope.chain, kind=kind, letter=envelope.body
        )


def locked_stream(partner: Partner) -> OutStream:
    """Return the state of the stream to a partner, held until the transaction ends: one numbering at a time."""
    OutStream.objects.get_or_create(partner=partner)
    return OutStream.objects.select_for_update().get(partner=partner)


def outbox_of(row: OutStream) -> Outbox:
    """Return the row as the exchange's state."""
    name = stream(node_id(), row.partner.node)
    return Outbox(name, row.last, row.chain, row.through, row.attempts, row.since, row.again)


def keep(row: OutStream, outbox: Outbox, trouble: str = "") -> None:
    """Store the exchange's state into its row."""
    row.last, row.chain, row.through = outbox.last, outbox.chain, outbox.through
    row.attempts, row.since, row.again, row.trouble = outbox.attempts, outbox.since, outbox.again, trouble
    row.save()
