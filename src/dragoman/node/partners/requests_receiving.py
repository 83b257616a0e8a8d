"""Taking in what partners ask, answer and say; and putting right what is late or may no longer be kept."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from dragoman.errors import MessageRefused
from dragoman.exchange import requests as rules
from dragoman.exchange.agreement import Agreement as Pact
from dragoman.exchange.handling import Handling
from dragoman.exchange.handling_words import load
from dragoman.exchange.messages import Letter
from dragoman.exchange.stix.bundles import check_things
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import requests_subject
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import AnswerObject, Incoming, InformationRequest, Partner
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.requests_asking import EVENT, LONGEST, REQUEST, decide, keep, take
from dragoman.node.partners.sending import send


@handles(REQUEST)
def take_request(letter: Letter, partner: Partner) -> None:
    """Take in what a partner asks; the same again is a reminder. What no clause allows is refused at once.

    Raises MessageRefused where it is none, or not under an agreement with this node.
    """
    asked = rules.Request.from_json(letter.body)
    if asked.asker != partner.node or asked.asked != node_id():
        raise MessageRefused("a request between others", remedy="tell the partner")
    known = InformationRequest.objects.filter(digest=asked.id, own=False).first()
    if known is not None:
        known.reminded, known.last_reminded = known.reminded + 1, timezone.now()
        known.save(update_fields=["reminded", "last_reminded"])
        journal(f"partner:{partner.pk}", "partners.request.reminded", f"request:{known.pk}", number=known.reminded)
        return
    agreement = partner.agreements.filter(hash=asked.agreement).first()
    if agreement is None or agreement.read.answers.get(asked.urgency) != asked.hours:
        raise MessageRefused("a request under no agreement with its times", remedy="tell the partner")
    if not asked.question or len(asked.question) > LONGEST:
        raise MessageRefused("nothing is asked", remedy="ask the partner to send it again")
    requests_subject.check(asked.about)
    row = keep(asked, agreement, own=False)
    decided = decide(agreement, asked, timezone.now())
    if not decided.allowed:
        event = rules.Event(asked.id, "refused", node_id(), timezone.now(), decided.sentence, "outside_agreement")
        take(row, event)
        send(partner, EVENT, {"event": event.to_json(), "objects": []}, agreement=agreement.hash)
    result = "taken" if decided.allowed else "outside_agreement"
    journal(f"partner:{partner.pk}", "partners.request.taken", f"request:{row.pk}", result=result)


@handles(EVENT)
def take_event(letter: Letter, partner: Partner) -> None:
    """Take in what a partner did about a request, with the objects of its answer.

    Raises MessageRefused, BundleRefused, StepRefused.
    """
    body = letter.body if isinstance(letter.body, dict) else {}
    event = rules.Event.from_json(body.get("event"))
    rows = InformationRequest.objects.filter(agreement__partner=partner, digest=event.request)
    row = rows.select_related("agreement").first()
    if row is None:
        raise MessageRefused("an event of no request", remedy="ask the partner which request it means")
    if event.by != partner.node or len(event.text) > LONGEST:
        raise MessageRefused("an event of somebody else", remedy="treat it as forged")
    objects = _objects(body.get("objects"), event)
    if take(row, event):
        _keep(row, objects, event.at)
        name = f"partner:{partner.pk}"
        count = len(objects) or None
        journal(name, f"partners.request.{event.kind}", f"request:{row.pk}", result=event.word, count=count)


def _objects(found: Any, event: rules.Event) -> list[tuple[Any, Handling]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise MessageRefused("not the objects of an answer", remedy="ask the partner to send it again")
    things = check_things([each.get("object") for each in found])
    if tuple(each["id"] for each in things) != event.objects:
        raise MessageRefused("the answer has other objects than it says", remedy="ask the partner to send it again")
    return [(thing, Handling.from_json(each.get("handling"))) for thing, each in zip(things, found, strict=True)]


def _keep(row: InformationRequest, objects: list[tuple[Any, Handling]], at: datetime) -> None:
    ends = last_day(row, timezone.now())
    AnswerObject.objects.bulk_create(
        AnswerObject(
            request=row,
            stix_id=thing["id"],
            content=orjson.dumps(thing).decode(),
            handling=handling.to_json(),
            keep_until=min(ends, handling.keep_until or ends),
        )
        for thing, handling in objects
    )


def last_day(row: InformationRequest, now: datetime) -> date:
    """Return the last day on which what was asked and answered may be kept, by the agreement."""
    return (now + timedelta(days=days_kept(row.agreement.read, row.data_class))).date()


def days_kept(agreement: Pact, data_class: str) -> int:
    """Return for how many days what is said about a class of data is kept under an agreement."""
    return agreement.retention.get(data_class, min(agreement.retention.values(), default=365))


def remove(partner: Partner, stix_id: str) -> int:
    """Remove an object of answers of a partner, which calls it back: its content, here and in the letter it came in."""
    rows = AnswerObject.objects.filter(request__agreement__partner=partner, request__own=True, stix_id=stix_id)
    held = list(rows.filter(removed=None).select_related("request"))
    for each in held:
        _blank(each)
    return rows.count()


def _blank(row: AnswerObject) -> None:
    row.content, row.removed = "", timezone.now()
    row.save(update_fields=["content", "removed"])
    letters = Incoming.objects.filter(partner=row.request.partner, kind=EVENT)
    for letter in letters.filter(letter__body__event__request=row.request.digest):
        for found in letter.letter["body"]["objects"]:
            if found.get("object", {}).get("id") == row.stix_id:
                found["object"] = {"id": row.stix_id, "removed": True}
        letter.save(update_fields=["letter"])


def forget_all() -> int:
    """Remove objects of answers that may no longer be kept; return how many."""
    rows = AnswerObject.objects.filter(removed=None, keep_until__lt=timezone.now().date(), request__own=True)
    count = 0
    for row in rows.select_related("request__agreement"):
        with transaction.atomic():
            _blank(row)
            journal(SERVICE, "partners.answer.forgotten", f"request:{row.request_id}")
        count += 1
    return count


def chase_all() -> int:
    """Remind partners of own requests that are overdue, as often as the table says; return how many were reminded."""
    now, count = timezone.now(), 0
    hours = load("delivery.yaml")["requests"]["remind"]
    for row in InformationRequest.objects.filter(own=True).overdue().select_related("agreement__partner"):
        late = now - (row.until or now)
        if sum(late >= timedelta(hours=each) for each in hours) <= row.reminded:
            continue
        with transaction.atomic():
            fresh = InformationRequest.objects.select_for_update().get(pk=row.pk)
            if fresh.reminded != row.reminded or not fresh.is_overdue:  # another worker was faster, or the answer
                continue
            fresh.reminded, fresh.last_reminded = fresh.reminded + 1, now
            fresh.save(update_fields=["reminded", "last_reminded"])
            send(row.partner, REQUEST, row.body, agreement=row.agreement.hash)
            journal(SERVICE, "partners.request.chased", f"request:{row.pk}", number=fresh.reminded)
        count += 1
    return count


def needs_a_person(row: InformationRequest) -> bool:
    """Tell whether all reminders were sent, so that a person has to call the partner."""
    return row.own and row.is_overdue and row.reminded >= len(load("delivery.yaml")["requests"]["remind"])
