"""Asking partners: a request leaves only if the agreement lets this be asked; its events go in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, StepRefused, UsageError
from dragoman.exchange import requests as rules
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.policy import Ask, Decision, Held, Policies, quota_left
from dragoman.node.access import Principal
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.models import Case
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, InformationRequest, RequestEvent
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.sending import send

REQUEST, EVENT = "request", "event"
#: Characters of a question and of the words of an event.
LONGEST = 10_000


def asking_under() -> list[Agreement]:
    """Return the agreements in force under which this node may ask the partner about some class of data."""
    rows = Agreement.objects.exclude(partner__confirmed=None).select_related("partner").prefetch_related("acts")
    return [each for each in rows if clauses_of(each) and each.standing().in_force]


def clauses_of(agreement: Agreement) -> list[Any]:
    """Return the clauses that let this node ask."""
    own = node_id()
    return [each for each in agreement.read.clauses if each.receiver == own and "ask" in each.actions]


def handling_of(agreement: Agreement, colour: str) -> Handling:
    """Return how a request of this node is to be handled: that somebody asks may be secret. Raises MessageRefused."""
    own, read = node_id(), Colour.read(colour)
    named = frozenset({own, agreement.partner.node}) if read is Colour.RED else None
    return Handling(read, frozenset({own}), recipients=named)


def decide(agreement: Agreement, asked: rules.Request, now: datetime) -> Decision:
    """Decide, on either side, whether this may be asked: the asked node is who gives, if it answers."""
    past = InformationRequest.objects.filter(
        agreement=agreement, own=asked.asker == node_id(), data_class=asked.data_class
    ).exclude(digest=asked.id)
    left = quota_left(agreement.read, "ask", asked.data_class, past.values_list("at", flat=True), now)
    ask = Ask(
        asked.asked,
        asked.asker,
        "ask",
        asked.data_class,
        asked.purpose,
        SERVICE,
        asked.handling,
        spent=left == 0,
    )
    return Policies([Held(agreement.read, agreement.standing())]).decide([ask], now)[0]


def write(
    principal: Principal, agreement: Agreement, given: Mapping[str, str], subject: Any, case: Case | None = None
) -> InformationRequest:
    """Write a request to the partner and send it; `given` has data_class, purpose, urgency, tlp and question.

    Raises UsageError without a question, ActRefused where no clause lets this be asked, StepRefused, MessageRefused.
    """
    question = given.get("question", "").strip()[:LONGEST]
    if not question:
        raise UsageError("nothing is asked", remedy="say in words what the partner is to answer")
    if case is None and not principal.has("liaison"):
        raise ActRefused("who asks for a case names it", remedy="choose the case, or let the liaison desk ask")
    if agreement.partner.confirmed is None:
        raise ActRefused(f"the key of {agreement.partner} was not compared", remedy="compare it on the telephone")
    now = timezone.now()
    asked = rules.request(
        agreement.read,
        node_id(),
        data_class=given.get("data_class", ""),
        purpose=given.get("purpose", ""),
        urgency=given.get("urgency", ""),
        question=question,
        about=subject,
        handling=handling_of(agreement, given.get("tlp", "")),
        at=now,
    )
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)  # so that the quota is counted one after another
        decided = decide(agreement, asked, now)
        if not decided.allowed:
            raise ActRefused(decided.sentence, remedy="agree on a clause that lets this be asked")
        kept = keep(asked, agreement, own=True, by=person_of(principal), case=case)
        send(agreement.partner, REQUEST, asked.to_json(), agreement=agreement.hash)
        journal(
            principal,
            "partners.request.sent",
            f"request:{kept.pk}",
            agreement=agreement.pk,
            digest=asked.id.removeprefix("sha-256:"),
            case=case.pk if case else None,
        )
    return kept


def keep(
    asked: rules.Request, agreement: Agreement, *, own: bool, by: Any = None, case: Case | None = None
) -> InformationRequest:
    """Keep a request as a row."""
    row = InformationRequest(
        digest=asked.id,
        own=own,
        agreement=agreement,
        body=asked.to_json(),
        at=asked.at,
        data_class=asked.data_class,
        purpose=asked.purpose,
        urgency=asked.urgency,
        by=by,
        case=case,
    )
    _settle(row, asked, [])
    return row


def _settle(row: InformationRequest, asked: rules.Request, events: list[rules.Event]) -> None:
    """Put into the row what the events make of it."""
    from datetime import timedelta

    now = timezone.now()
    found = rules.status(asked, events, now)
    waits = found.state in (rules.State.SENT, rules.State.RECEIVED, rules.State.PART)
    row.state, row.due = found.state, found.due
    row.until = (found.due or asked.at + timedelta(hours=asked.hours)) if waits else None
    row.save()


def take(row: InformationRequest, event: rules.Event, by: Any = None) -> bool:
    """Add an event to a request within the running transaction; tell whether it is new. Raises StepRefused."""
    held = InformationRequest.objects.select_for_update().get(pk=row.pk)
    before = held.known_events()
    after = rules.take(held.read, before, event, timezone.now())
    if len(after) == len(before):
        return False
    RequestEvent.objects.create(request=held, body=event.to_json(), at=event.at, by=by)
    _settle(held, held.read, list(after))
    row.state, row.due, row.until = held.state, held.due, held.until
    return True


def event_of(row: InformationRequest, kind: str, **given: Any) -> rules.Event:
    """Return an event of this node, now."""
    return rules.Event(row.digest, kind, node_id(), timezone.now(), **given)


def follow(principal: Principal, row: InformationRequest, kind: str, text: str = "", word: str = "") -> None:
    """Say on an own request what is unclear, withdraw it, or tell what came of its answer; the partner is told.

    Raises StepRefused where it is not its turn, UsageError without words where they are needed.
    """
    if not row.own or kind not in ("clarified", "withdrawn", "feedback"):
        raise StepRefused(f"this node cannot do this: {kind}", remedy="only the asked node can")
    if kind == "clarified" and not text:
        raise UsageError("nothing is said", remedy="answer what the partner wants to know")
    tell(principal, row, event_of(row, kind, text=text[:LONGEST], word=word))


def tell(principal: Principal, row: InformationRequest, event: rules.Event, objects: list[Any] | None = None) -> None:
    """Add an event of this node, tell the partner, and journal it; in one transaction."""
    with transaction.atomic():
        take(row, event, principal.account)
        body = {"event": event.to_json(), "objects": objects or []}
        send(row.partner, EVENT, body, agreement=row.agreement.hash)
        journal(
            principal,
            f"partners.request.{event.kind}",
            f"request:{row.pk}",
            result=event.word,
            count=len(event.objects) or None,
        )
