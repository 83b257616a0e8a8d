"""Calling back what was given: notices to every recipient, and reminders until each of them has answered.

`recalling_receiving` carries out what partners call back, `recalling_closure` says what goes along with a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dragoman.errors import UsageError
from dragoman.exchange import recall
from dragoman.exchange.canonical import digest
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import (
    Agreement,
    Collection,
    Disclosure,
    Notice,
    NoticeDuty,
    Partner,
    SharedList,
    SharedObject,
)
from dragoman.node.partners.recalling_closure import along
from dragoman.node.partners.sending import send

NOTICES = "notice"
#: Notices in one letter, and rows in one statement.
_BATCH = 200
_ROWS = 500


def write(principal: Principal, objects: Sequence[str], kind: str, reason: str) -> list[Notice]:
    """Write a notice about each object, and send it to everybody whom the ledger names as having got it.

    What describes a record that is called back goes along, and its notice says so. What is recalled, delisted or
    narrowed leaves no more; of a correction the newest version has been written before. Raises UsageError where nothing
    is chosen or nothing of it left, MessageRefused without a reason.
    """
    chosen = list(dict.fromkeys(objects))
    with transaction.atomic():
        recipients = _recipients(chosen, Disclosure.objects.all())
        if missing := next((each for each in chosen if each not in recipients), None):
            raise UsageError(f"{missing} left to nobody", remedy="choose it from the disclosures")
        reasons = dict.fromkeys(chosen, reason)
        if kind != "correction":
            with_it = along(chosen)
            recipients |= _recipients(list(with_it), Disclosure.objects.all())
            reasons |= {each: f"{reason} (it describes {of})" for each, of in with_it.items() if each in recipients}
            _stop([*chosen, *with_it], SharedObject.objects.filter(collection__giver=node_id()))
        return _write(principal, reasons, kind, recipients, Disclosure.objects.all())


def take_back(principal: Principal, agreement: Agreement, reason: str) -> list[Notice]:
    """Write a notice of narrowing about everything that left under an agreement and was not called back before.

    It goes to the other party alone: who got the same under another agreement keeps it. Raises UsageError where there
    is nothing, MessageRefused without a reason.
    """
    left, objects = Disclosure.objects.filter(partner=agreement.partner), open_under(agreement)
    with transaction.atomic():
        _stop(objects, SharedObject.objects.filter(collection__giver=node_id(), collection__agreement=agreement))
        recipients = _recipients(objects, left)
        return _write(principal, dict.fromkeys(objects, reason), "narrowing", recipients, left)


def take_back_some(by: Principal | str, agreement: Agreement, reasons: dict[str, str]) -> list[Notice]:
    """Write a notice of narrowing about objects that the other party got under any version of an agreement, with why.

    Raises UsageError where there is none.
    """
    left = Disclosure.objects.filter(partner=agreement.partner)
    collections = Collection.objects.filter(giver=node_id(), agreement__agreement_id=agreement.agreement_id)
    with transaction.atomic():
        _stop(list(reasons), SharedObject.objects.filter(collection__in=collections))
        return _write(by, reasons, "narrowing", _recipients(list(reasons), left), left)


def shorten(by: Principal | str, agreement: Agreement, days: dict[str, date]) -> list[Notice]:
    """Tell the other party until which day it may keep objects that it got under earlier versions of an agreement.

    Nobody is told of a day that is over before the notice is due: what goes on under this version has come anew by
    then. Raises UsageError where there is no object.
    """
    now = timezone.now()
    first = (now + timedelta(hours=recall.hours_to("shortening"))).astimezone(UTC).date()
    until = {name: max(day, first) for name, day in days.items()}
    name = f"{agreement.title}, version {agreement.version}"
    reasons = {each: f"{name}: it may be kept until {day.isoformat()}" for each, day in until.items()}
    left = Disclosure.objects.filter(partner=agreement.partner)
    with transaction.atomic():
        return _write(by, reasons, "shortening", _recipients(list(until), left), left, Shorter(until, agreement.hash))


@dataclass(frozen=True, slots=True)
class Shorter:
    """The last day of each object, and the hash of the agreement by which it is so early."""

    until: dict[str, date] = field(default_factory=dict)
    agreement: str = ""


def _write(
    principal: Principal | str,
    reasons: dict[str, str],
    kind: str,
    recipients: dict[str, set[int]],
    left: QuerySet[Disclosure],
    shorter: Shorter = Shorter(),
) -> list[Notice]:
    if not reasons:
        raise UsageError("no object is chosen", remedy="choose what is called back")
    now = timezone.now()
    kept = _keep(principal, reasons, kind, now, shorter)
    if kind != "shortening":
        for some in parts(list(reasons)):
            left.filter(object__in=some).update(recalled=now, acknowledged=None)
    _oblige(kept, recipients, now)
    send_notices(kept)
    _tell(principal, kept, kind)
    return kept


def _tell(principal: Principal | str, kept: list[Notice], kind: str) -> None:
    """Write into the journal what was called back: one event for each, or one for many."""
    if len(kept) <= _BATCH:
        for each in kept:
            journal(principal, f"partners.notice.{kind}", f"notice:{each.pk}", count=each.duties.count())
        return
    first, last = kept[0].pk, kept[-1].pk
    journal(principal, f"partners.notices.{kind}", f"notice:{first}", count=len(kept), first=first, last=last)


def _recipients(objects: list[str], left: QuerySet[Disclosure]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for some in parts(objects):
        for name, partner in left.filter(object__in=some).values_list("object", "partner").distinct():
            found.setdefault(name, set()).add(partner)
    return found


def _keep(
    principal: Principal | str, reasons: dict[str, str], kind: str, now: datetime, shorter: Shorter
) -> list[Notice]:
    rows, by = [], principal.account if isinstance(principal, Principal) else None
    for name, reason in reasons.items():
        replacement = _replacement(name) if kind == "correction" else ""
        until = shorter.until.get(name)
        made = recall.notice(
            kind, name, node_id(), reason, now, node_key(),
            replacement=replacement, until=until, agreement=shorter.agreement,
        )  # fmt: skip
        rows.append(row_of(made, own=True, by=by))
    return Notice.objects.bulk_create(rows, batch_size=_ROWS)


def _replacement(object_id: str) -> str:
    newest = SharedObject.objects.filter(stix_id=object_id).order_by("-version").first()
    if newest is None:
        raise UsageError(f"nothing takes the place of {object_id}", remedy="recall it instead")
    return digest(orjson.loads(newest.content))


def _stop(objects: list[str], shared: QuerySet[SharedObject]) -> None:
    """Let no more of these objects leave."""
    for some in parts(objects):
        shared.filter(stix_id__in=some).delete()


def _oblige(kept: list[Notice], recipients: dict[str, set[int]], now: datetime) -> None:
    rows = [NoticeDuty(notice=each, partner_id=pk, sent=now) for each in kept for pk in sorted(recipients[each.object])]
    NoticeDuty.objects.bulk_create(rows, batch_size=_ROWS)


def row_of(found: recall.Notice, *, own: bool, partner: Partner | None = None, by: Any = None) -> Notice:
    """Return a notice as a row, not stored yet."""
    return Notice(
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


def send_notices(kept: Sequence[Notice]) -> None:
    """Send notices to who owes an answer to them, with the keys of originators that the recipient may not know."""
    by_partner: dict[Partner, list[Notice]] = {}
    for some in parts([each.pk for each in kept]):
        for duty in NoticeDuty.objects.filter(notice__in=some).select_related("notice__partner", "partner"):
            by_partner.setdefault(duty.partner, []).append(duty.notice)
    for partner, notices in by_partner.items():
        for start in range(0, len(notices), _BATCH):
            send(partner, NOTICES, body_of(notices[start : start + _BATCH]))


def body_of(notices: Sequence[Notice]) -> dict[str, Any]:
    """Return the body of a letter with some notices; for the keys of others' this node vouches."""
    keys: dict[str, str] = {}
    for each in notices:
        if each.partner is not None:
            giver = each.partner
            originator = each.body["originator"]
            keys[originator] = giver.key if giver.node == originator else each.signer
    return {"notices": [each.body for each in notices]} | ({"keys": keys} if keys else {})


def open_under(agreement: Agreement) -> list[str]:
    """Return the objects that left under an agreement, or a version before it, and were not called back, by id."""
    versions = Disclosure.objects.filter(partner=agreement.partner, agreement__agreement_id=agreement.agreement_id)
    left = versions.filter(agreement__version__lte=agreement.version, recalled=None).exclude(clause="withdrawal")
    return sorted(set(left.values_list("object", flat=True)))


def left_of(shared: SharedList) -> list[str]:
    """Return the objects of a list that left to the partner that it is given to, and were not called back, by id."""
    rows = Disclosure.objects.filter(partner=shared.collection.agreement.partner, recalled=None)
    left = rows.filter(object__in=shared.records.values("stix_id")).exclude(clause="withdrawal")
    return sorted(set(left.values_list("object", flat=True)))


def duty_of(row: NoticeDuty) -> recall.Duty:
    """Return a row as the exchange reads it."""
    done = recall.Done.from_json(row.done) if row.done is not None else None
    return recall.Duty(recall.Notice.from_json(row.notice.body), row.partner.node, row.sent, row.reminded, done)


def chase_all() -> int:
    """Remind those who have not answered, as often as the table says; return how many were reminded."""
    now, count = timezone.now(), 0
    for row in NoticeDuty.objects.filter(done__isnull=True).select_related("notice__partner", "partner"):
        _, remind = recall.chase([duty_of(row)], now)
        if not remind:
            continue
        with transaction.atomic():
            fresh = NoticeDuty.objects.select_for_update().get(pk=row.pk)
            if fresh.reminded != row.reminded:  # another worker was faster
                continue
            fresh.reminded = remind[0].reminded
            fresh.save(update_fields=["reminded"])
            send(row.partner, NOTICES, body_of([row.notice]))
            journal("service", "partners.notice.reminded", f"notice:{row.notice_id}", number=fresh.reminded)
        count += 1
    return count


def parts(every: list[Any]) -> Iterable[list[Any]]:
    """Return a list in parts that fit into one statement."""
    return (every[start : start + _ROWS] for start in range(0, len(every), _ROWS))
