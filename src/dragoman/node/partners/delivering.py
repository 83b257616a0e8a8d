"""Delivering what waits in the outboxes, and taking in what partners deliver: in order, once, whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.errors import DragomanError, MessageRefused
from dragoman.exchange.messages import Letter, read_letter, stream
from dragoman.exchange.outbox import START, Acknowledgement, Envelope, Inbox, acknowledged, due, receive, tried
from dragoman.node.journal.recording import record
from dragoman.node.partners import lines
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Incoming, InStream, Outgoing, OutStream, Partner
from dragoman.node.partners.sending import keep, locked_stream, outbox_of

logger = logging.getLogger(__name__)

Handler = Callable[[Letter, Partner], None]
_handlers: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register what acts on the letters of a kind; it runs in the transaction that takes the letter in."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def deliver_all() -> int:
    """Deliver what is due to every partner; return how many letters were acknowledged."""
    waiting = OutStream.objects.filter(last__gt=0).select_related("partner")
    return sum(deliver(row.partner) for row in waiting if row.last > row.through)


def deliver(partner: Partner) -> int:
    """Deliver what is due to one partner; return how many letters it acknowledged. What fails is tried again later."""
    with transaction.atomic():
        row = locked_stream(partner)
        numbers = due(outbox_of(row), timezone.now())
        if not numbers:
            return 0
        # Written before sending: whoever dies on the way leaves an attempt, not a flood.
        keep(row, tried(outbox_of(row), timezone.now()), row.trouble)
    envelopes = _envelopes(partner, numbers)
    try:
        found = lines.post(partner, lines.INBOX, {"envelopes": [each.to_json() for each in envelopes]})
        return _settle(partner, Acknowledgement.from_json(found))
    except DragomanError as error:
        logger.warning("Letters to %s wait: %s", partner, error)
        OutStream.objects.filter(partner=partner).update(trouble=str(error))
        return 0


def _envelopes(partner: Partner, numbers: range) -> list[Envelope]:
    name = stream(node_id(), partner.node)
    rows = Outgoing.objects.filter(partner=partner, number__in=numbers).order_by("number")
    return [Envelope(name, row.number, row.letter, row.chain) for row in rows]


def _settle(partner: Partner, found: Acknowledgement) -> int:
    def chain_of(number: int) -> str:
        if number == 0:
            return START
        return Outgoing.objects.values_list("chain", flat=True).get(partner=partner, number=number)

    with transaction.atomic():
        row = locked_stream(partner)
        before = row.through
        keep(row, acknowledged(outbox_of(row), found, chain_of))
        return row.through - before


def take_in(partner: Partner, body: Any) -> Acknowledgement:
    """Take in the envelopes that a partner sent; return how far it has come.

    A letter that cannot be acted on is kept with the reason, and the next ones go on.
    Raises MessageRefused, OrderBroken.
    """
    if not isinstance(body, dict) or not isinstance(body.get("envelopes"), list) or not body["envelopes"]:
        raise MessageRefused("no envelopes", remedy="send a list of them")
    envelopes = [Envelope.from_json(found) for found in body["envelopes"]]
    with transaction.atomic():
        InStream.objects.get_or_create(partner=partner)
        row = InStream.objects.select_for_update().get(partner=partner)
        early = tuple(Envelope.from_json(found) for found in row.early)
        inbox = Inbox(stream(partner.node, node_id()), row.through, row.chain, early)
        ring = lines.ring()
        for envelope in envelopes:
            first = inbox.through + 1
            inbox, bodies, acknowledgement = receive(inbox, envelope)
            for number, found in enumerate(bodies, first):
                _act(partner, number, found, ring)
        row.through, row.chain = inbox.through, inbox.chain
        row.early = [each.to_json() for each in inbox.early]
        row.save()
    return acknowledgement


def _act(partner: Partner, number: int, found: Any, ring: Any) -> None:
    kept = Incoming(partner=partner, number=number, letter=found, kind=_kind(found))
    try:
        letter = read_letter(found, ring, node_id())
        if letter.sender != partner.node:
            raise MessageRefused(f"a letter of {letter.sender} came from {partner}", remedy="treat it as forged")
        handler = _handlers.get(letter.kind)
        if handler is None:
            raise MessageRefused(f"letters of the kind {letter.kind} are not taken here", remedy="tell the partner")
        with transaction.atomic():
            handler(letter, partner)
    except DragomanError as error:
        kept.trouble = str(error)
    kept.save()
    result = "refused" if kept.trouble else "taken"
    record(f"partner:{partner.pk}", "partners.letter.received", f"letter:{kept.pk}", result=result, kind=kept.kind)


def _kind(found: Any) -> str:
    kind = found.get("kind") if isinstance(found, dict) else None
    return kind[:40] if isinstance(kind, str) and kind.isidentifier() else "unknown"
