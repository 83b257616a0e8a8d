"""What partners call back: out of the list in use, passed on to whoever got it from here, and then answered.

An answer waits for those below. A notice is signed by who originated the object; where this node does not know that
node, the partner that gave the object vouches for the key, since it is the partner that is asked about the way.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from dragoman.errors import MessageRefused
from dragoman.exchange import recall
from dragoman.exchange.canonical import digest
from dragoman.exchange.keys import KeyRing, NodeKey, PublicKey
from dragoman.exchange.messages import Letter
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import erasing, polling, recalling_midway, recalling_shortening, requests_receiving
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.holding import handling_of, list_name
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import (
    Disclosure,
    Notice,
    NoticeDuty,
    Partner,
    ReceivedObject,
    SharedObject,
    SharedRecord,
)
from dragoman.node.partners.recalling import NOTICES, duty_of, row_of, send_notices
from dragoman.node.partners.sending import send

DONE = "done"
#: Answers in one letter.
_BATCH = 100
#: Notices that are carried out with what came last: a correction is that; what ends early may have come anew.
_AFTER_NEWS = ("correction", "shortening")


@handles(NOTICES)
def take_notices(letter: Letter, partner: Partner) -> None:
    """Take in notices: what they call back is out of use at once; the answer follows once the lists are without it."""
    found = _listed(letter, "notices")
    vouched = _vouched(letter)
    ring = _ring(vouched)
    fresh = [kept for each in found if (kept := _take(recall.Notice.from_json(each), partner, ring, vouched))]
    send_notices(fresh)


def _listed(letter: Letter, key: str) -> list[Any]:
    found = letter.body.get(key) if isinstance(letter.body, dict) else None
    if not isinstance(found, list):
        raise MessageRefused(f"no {key}", remedy="ask the partner to send them again")
    return found


def _vouched(letter: Letter) -> dict[str, PublicKey]:
    """Return the keys for which a partner vouches, of nodes that are not partners here, nor this one."""
    found = letter.body.get("keys", {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise MessageRefused("keys that are none", remedy="ask the partner to send them again")
    known = {node_id(), *Partner.objects.filter(node__in=list(found)).values_list("node", flat=True)}
    return {node: PublicKey.read(text) for node, text in found.items() if node not in known}


def _ring(vouched: dict[str, PublicKey]) -> KeyRing:
    rows = Partner.objects.exclude(confirmed=None).values_list("node", "key")
    partners = [NodeKey(node, PublicKey(key)) for node, key in rows]
    own = NodeKey(node_id(), node_key().public)
    return KeyRing([own, *partners, *(NodeKey(node, key) for node, key in vouched.items())])


def _take(found: recall.Notice, partner: Partner, ring: KeyRing, vouched: dict[str, PublicKey]) -> Notice | None:
    """Keep a notice and take what it is about out of use; None where it is known already."""
    held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=found.object)
    handed_in = erasing.handed_in(partner).filter(stix_id=found.object)
    handlings = [text for rows in (held, handed_in) for text in rows.values_list("handling", flat=True)]
    found.check(_believed(found, partner, handlings), ring)
    before = Notice.objects.filter(digest=found.id, own=False, partner=partner).first()
    if before is not None:
        if before.done is not None:
            send(partner, DONE, _answers([before]))  # the answer was lost, or they remind us
        return None
    kept = row_of(found, own=False, partner=partner)
    if found.until is not None:
        kept.outcome = recalling_shortening.apply(found, found.until, partner)
    elif found.kind != "correction":
        others = requests_receiving.remove(partner, found.object) + handed_in.delete()[0]
        kept.outcome = "removed" if held.update(revoked=True, at=timezone.now()) + others else "not_held"
    kept.signer = vouched[found.originator].text if found.originator in vouched else ""
    kept.save()
    _pass_on(kept, partner)
    journal(f"partner:{partner.pk}", "partners.notice.received", f"notice:{kept.pk}", result=kept.outcome)
    return kept


def _believed(found: recall.Notice, partner: Partner, handlings: list[str]) -> set[str]:
    """Return who may call an object back: who gave it, and whose it is by its markings.

    Of what is not held, the partner may pass on anybody's notice: nothing follows from it but an answer.
    """
    if not handlings:
        return {partner.node, found.originator}
    whose = [handling_of(text).originators for text in handlings if text]
    return {partner.node}.union(*whose)


def _pass_on(kept: Notice, partner: Partner) -> None:
    """Stop passing the object on, and oblige those who got it from here."""
    written = SharedRecord.objects.filter(stix_id=kept.object, shared__source__name=list_name(partner))
    collections = set(written.values_list("shared__collection", flat=True))
    if not collections:
        return
    stays = kept.outcome == "shortened"
    if not stays:
        SharedObject.objects.filter(stix_id=kept.object, collection__in=collections).delete()
    if not stays and kept.kind != "correction":
        written.update(gone=True)
    left = Disclosure.objects.filter(object=kept.object, partner__agreements__collections__in=collections)
    recipients = sorted(set(left.exclude(partner=partner).values_list("partner", flat=True)))
    NoticeDuty.objects.bulk_create(NoticeDuty(notice=kept, partner_id=each) for each in recipients)
    if kept.kind == "shortening":
        return
    Disclosure.objects.filter(object=kept.object, partner__in=recipients).update(
        recalled=timezone.now(), acknowledged=None
    )


def carry_out_all() -> int:
    """Carry out the notices that wait, and answer those that are carried out; return how many were answered."""
    waiting = Notice.objects.filter(own=False, done__isnull=True).select_related("partner").order_by("pk")
    by_partner: dict[Partner, list[Notice]] = {}
    for each in waiting:
        if each.partner is not None:
            by_partner.setdefault(each.partner, []).append(each)
    return sum(_carry_out(partner, notices) for partner, notices in by_partner.items())


def _carry_out(partner: Partner, notices: list[Notice]) -> int:
    if any(each.kind in _AFTER_NEWS for each in notices) or polling.unfinished(partner):
        for agreement in partner.agreements.prefetch_related("acts"):
            polling.poll(agreement)
    notices = recalling_midway.take_out(partner, notices)
    answered = []
    with transaction.atomic():
        for kept in notices:
            outcome = kept.outcome or _corrected(kept, partner)
            read = recall.Notice.from_json(kept.body)
            done = recall.answer(read, node_id(), outcome, _duties(kept), timezone.now()) if outcome else None
            if done is None:  # the correction has not come yet, or those below have not answered
                continue
            kept.outcome, kept.done = outcome, done.signed(node_key()).to_json()
            kept.save(update_fields=["outcome", "done"])
            answered.append(kept)
        corrected = [kept.object for kept in answered if kept.outcome == "corrected"]
        for start in range(0, len(answered), _BATCH):
            some = answered[start : start + _BATCH]
            send(partner, DONE, _answers(some))
            journal(f"partner:{partner.pk}", "partners.notice.answered", f"partner:{partner.pk}", count=len(some))
    if corrected:
        erasing.erase_former(partner, corrected, f"partner:{partner.pk}")
    return len(answered)


def _answers(answered: list[Notice]) -> dict[str, Any]:
    """Return the body of a letter with answers, and the keys of those below, for whom this node vouches."""
    below = NoticeDuty.objects.filter(notice__in=answered).select_related("partner")
    keys: dict[str, str] = {}
    for each in below:
        keys |= {each.partner.node: each.partner.key, **each.keys}
    return {"done": [each.done for each in answered]} | ({"keys": keys} if keys else {})


def _corrected(kept: Notice, partner: Partner) -> str:
    held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id=kept.object).order_by("-modified").first()
    if held is None or erasing.is_bare(held):
        return "not_held"
    return "corrected" if digest(orjson.loads(held.content)) == kept.body["replacement"] else ""


def _duties(kept: Notice) -> list[recall.Duty]:
    return [duty_of(each) for each in kept.duties.select_related("notice", "partner")]


@handles(DONE)
def take_done(letter: Letter, partner: Partner) -> None:
    """Take in what a recipient says that it did. Raises MessageRefused, SignatureRefused."""
    found = _listed(letter, "done")
    vouched = _vouched(letter)
    ring, keys = _ring(vouched), {node: key.text for node, key in vouched.items()}
    for each in found:
        done = recall.Done.from_json(each)
        done.check(ring)
        rows = NoticeDuty.objects.filter(notice__digest=done.notice, partner=partner)
        owed = list(rows.select_related("notice", "partner"))
        if not owed:
            raise MessageRefused("an answer to no notice of ours", remedy="look which notice it was sent")
        for row in owed:
            answered = recall.answered(duty_of(row), done)
            below = {one.node for one in recall.flatten(done)}
            row.done, row.keys = done.to_json(), {node: text for node, text in keys.items() if node in below}
            row.save(update_fields=["done", "keys"])
            if row.notice.kind != "shortening" and answered.progress(timezone.now()) is recall.Progress.DONE:
                Disclosure.objects.filter(partner=partner, object=row.notice.object).update(acknowledged=timezone.now())
            journal(f"partner:{partner.pk}", "partners.notice.done", f"notice:{row.notice_id}", result=done.outcome)
