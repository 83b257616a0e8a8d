"""Calling back what was given: notices to every recipient, carried out and acknowledged, and chased until they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from dragoman.errors import MessageRefused, UsageError
from dragoman.exchange import recall
from dragoman.exchange.canonical import digest
from dragoman.exchange.messages import Letter
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import lines, polling, requests_receiving
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import (
    Agreement,
    Disclosure,
    Notice,
    NoticeDuty,
    Partner,
    ReceivedObject,
    SharedObject,
)
from dragoman.node.partners.sending import send

NOTICES, DONE = "notice", "done"
#: Notices in one letter.
_BATCH = 200


def write(principal: Principal, objects: Sequence[str], kind: str, reason: str) -> list[Notice]:
    """Write a notice about each object, and send it to everybody whom the ledger names as having got it.

    What is recalled, delisted or narrowed leaves no more; of a correction the newest version has been written before.
    Raises UsageError where nothing is chosen or nothing of it left, MessageRefused without a reason.
    """
    if not objects:
        raise UsageError("no object is chosen", remedy="choose what is called back")
    now = timezone.now()
    with transaction.atomic():
        kept = [_write(principal, each, kind, reason, now) for each in dict.fromkeys(objects)]
        _send(kept)
        for each in kept:
            journal(principal, f"partners.notice.{kind}", f"notice:{each.pk}", count=each.duties.count())
    return kept


def _write(principal: Principal, object_id: str, kind: str, reason: str, now: Any) -> Notice:
    left = Disclosure.objects.filter(object=object_id)
    recipients = set(left.values_list("partner", flat=True))
    if not recipients:
        raise UsageError(f"{object_id} left to nobody", remedy="choose it from the disclosures")
    replacement = _replacement(object_id) if kind == "correction" else ""
    made = recall.notice(kind, object_id, node_id(), reason, now, node_key(), replacement=replacement)
    kept = _keep(made, own=True, by=principal.account)
    if kind != "correction":
        SharedObject.objects.filter(stix_id=object_id, collection__giver=node_id()).delete()
    left.update(recalled=now, acknowledged=None)
    NoticeDuty.objects.bulk_create(NoticeDuty(notice=kept, partner_id=each, sent=now) for each in sorted(recipients))
    return kept


def _replacement(object_id: str) -> str:
    newest = SharedObject.objects.filter(stix_id=object_id).order_by("-version").first()
    if newest is None:
        raise UsageError(f"nothing takes the place of {object_id}", remedy="recall it instead")
    return digest(orjson.loads(newest.content))


def _keep(found: recall.Notice, *, own: bool, partner: Partner | None = None, by: Any = None) -> Notice:
    return Notice.objects.create(
        digest=found.id,
        own=own,
        partner=partner,
        kind=found.kind,
        object=found.object,
        body=found.to_json(),
        at=found.at,
        due=found.due,
        by=by,
    )


def _send(kept: Sequence[Notice]) -> None:
    by_partner: dict[Partner, list[Any]] = {}
    for duty in NoticeDuty.objects.filter(notice__in=kept).select_related("notice", "partner").order_by("pk"):
        by_partner.setdefault(duty.partner, []).append(duty.notice.body)
    for partner, bodies in by_partner.items():
        for start in range(0, len(bodies), _BATCH):
            send(partner, NOTICES, {"notices": bodies[start : start + _BATCH]})


def take_back(principal: Principal, agreement: Agreement, reason: str) -> list[Notice]:
    """Write a notice of narrowing about everything that left under an agreement and was not called back before."""
    objects = Disclosure.objects.filter(agreement=agreement, recalled=None).values_list("object", flat=True)
    return write(principal, sorted(set(objects)), "narrowing", reason)


@handles(NOTICES)
def take_notices(letter: Letter, partner: Partner) -> None:
    """Take in notices: what they call back is out of use at once; the answer follows once the lists are without it."""
    body = letter.body.get("notices") if isinstance(letter.body, dict) else None
    if not isinstance(body, list):
        raise MessageRefused("no notices", remedy="ask the partner to send them again")
    for found in body:
        _take(recall.Notice.from_json(found), partner)


def _take(found: recall.Notice, partner: Partner) -> None:
    # Only who gave it, and says that it is its own, can call it back; onward, the same notice comes from the holder.
    found.check({partner.node}, lines.ring())
    before = Notice.objects.filter(digest=found.id, own=False).first()
    if before is not None:
        if before.done is not None:
            send(partner, DONE, {"done": [before.done]})  # the answer was lost, or they remind us
        return
    kept = _keep(found, own=False, partner=partner)
    if found.kind != "correction":
        held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=found.object)
        answers = requests_receiving.remove(partner, found.object)
        kept.outcome = "removed" if held.update(revoked=True, at=timezone.now()) + answers else "not_held"
        kept.save(update_fields=["outcome"])
    onward = Disclosure.objects.filter(object=found.object).exclude(partner=partner)
    recipients = sorted(set(onward.values_list("partner", flat=True)))
    NoticeDuty.objects.bulk_create(NoticeDuty(notice=kept, partner_id=each) for each in recipients)
    SharedObject.objects.filter(stix_id=found.object).delete()
    _send([kept])
    journal(f"partner:{partner.pk}", "partners.notice.received", f"notice:{kept.pk}", result=kept.outcome)


def carry_out_all() -> int:
    """Carry out the notices that wait, and answer those that are carried out; return how many were answered."""
    waiting = Notice.objects.filter(own=False, done__isnull=True).select_related("partner").order_by("pk")
    by_partner: dict[Partner, list[Notice]] = {}
    for each in waiting:
        if each.partner is not None:
            by_partner.setdefault(each.partner, []).append(each)
    return sum(_carry_out(partner, notices) for partner, notices in by_partner.items())


def _carry_out(partner: Partner, notices: list[Notice]) -> int:
    if any(each.kind == "correction" for each in notices):
        for agreement in partner.agreements.prefetch_related("acts"):
            polling.poll(agreement)
    if not polling.renew(partner):  # the list in use still has what was called back: nothing was removed yet
        return 0
    answers = []
    with transaction.atomic():
        for kept in notices:
            outcome = kept.outcome or _corrected(kept, partner)
            read = recall.Notice.from_json(kept.body)
            done = recall.answer(read, node_id(), outcome, _duties(kept), timezone.now()) if outcome else None
            if done is None:  # the correction has not come yet, or those below have not answered
                continue
            kept.outcome, kept.done = outcome, done.signed(node_key()).to_json()
            kept.save(update_fields=["outcome", "done"])
            answers.append(kept.done)
        if answers:
            send(partner, DONE, {"done": answers})
            journal(f"partner:{partner.pk}", "partners.notice.answered", f"partner:{partner.pk}", count=len(answers))
    return len(answers)


def _corrected(kept: Notice, partner: Partner) -> str:
    held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=kept.object).order_by("-modified").first()
    if held is None:
        return "not_held"
    return "corrected" if digest(orjson.loads(held.content)) == kept.body["replacement"] else ""


def _duties(kept: Notice) -> list[recall.Duty]:
    return [duty_of(each) for each in kept.duties.select_related("notice", "partner")]


def duty_of(row: NoticeDuty) -> recall.Duty:
    """Return a row as the exchange reads it."""
    done = recall.Done.from_json(row.done) if row.done is not None else None
    return recall.Duty(recall.Notice.from_json(row.notice.body), row.partner.node, row.sent, row.reminded, done)


@handles(DONE)
def take_done(letter: Letter, partner: Partner) -> None:
    """Take in what a recipient says that it did. Raises MessageRefused, SignatureRefused."""
    body = letter.body.get("done") if isinstance(letter.body, dict) else None
    if not isinstance(body, list):
        raise MessageRefused("no answers to notices", remedy="ask the partner to send them again")
    for found in body:
        done = recall.Done.from_json(found)
        done.check(lines.ring())
        rows = NoticeDuty.objects.filter(notice__digest=done.notice, partner=partner)
        row = rows.select_related("notice", "partner").first()
        if row is None:
            raise MessageRefused("an answer to no notice of ours", remedy="look which notice it was sent")
        answered = recall.answered(duty_of(row), done)
        row.done = done.to_json()
        row.save(update_fields=["done"])
        if answered.progress(timezone.now()) is recall.Progress.DONE:
            Disclosure.objects.filter(partner=partner, object=row.notice.object).update(acknowledged=timezone.now())
        journal(f"partner:{partner.pk}", "partners.notice.done", f"notice:{row.notice_id}", result=done.outcome)


def chase_all() -> int:
    """Remind those who have not answered, as often as the table says; return how many were reminded."""
    now, count = timezone.now(), 0
    for row in NoticeDuty.objects.filter(done__isnull=True).select_related("notice", "partner"):
        _, remind = recall.chase([duty_of(row)], now)
        if not remind:
            continue
        with transaction.atomic():
            fresh = NoticeDuty.objects.select_for_update().get(pk=row.pk)
            if fresh.reminded != row.reminded:  # another worker was faster
                continue
            fresh.reminded = remind[0].reminded
            fresh.save(update_fields=["reminded"])
            send(row.partner, NOTICES, {"notices": [row.notice.body]})
            journal("service", "partners.notice.reminded", f"notice:{row.notice_id}", number=fresh.reminded)
        count += 1
    return count
