"""Leave to pass objects on: asked of their originator case by case, given or refused by a person there.

Leave is for these versions of these objects, one receiver, one purpose, and hours. When it comes, the objects are put
anew into the receiver's collection, since its reader has passed them by.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from dragoman.errors import MessageRefused, UsageError
from dragoman.exchange.canonical import digest
from dragoman.exchange.messages import Letter
from dragoman.exchange.policy_onward import LEAVE_LASTS, Leave, barring
from dragoman.exchange.taxii.moments import moment_of, next_moments
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import lines
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.holding import giver_of, handling_of
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Collection, LeaveAsked, LeaveGiven, Partner, SharedList, SharedObject
from dragoman.node.partners.onward import bars_against, leaves_for
from dragoman.node.partners.rows import parts
from dragoman.node.partners.sending import send

KIND = "leave"
#: Objects in one question: their ids and digests make a letter of less than three megabytes.
MOST = 20_000
#: Hours for which leave may be given at most.
LONGEST = 24 * 30


def ask(principal: Principal, shared: SharedList, reason: str) -> list[LeaveAsked]:
    """Ask the originators for leave to pass on what this list has in versions that none covers yet.

    Raises UsageError where nothing waits for leave, no reason is given, or an originator is no partner.
    """
    if giver_of(shared.source) is None:
        raise UsageError("this list is this node's own", remedy="it needs nobody's leave")
    if not reason:
        raise UsageError("no reason is given", remedy="say what it is for; the originator reads it")
    receiver = shared.collection.agreement.partner
    waiting = _waiting(shared, receiver)
    if not waiting:
        raise UsageError("nothing waits for leave", remedy="look at what left already")
    partners = {each.node: each for each in Partner.objects.filter(node__in=list(waiting)).exclude(confirmed=None)}
    if missing := sorted(waiting.keys() - partners.keys()):
        raise UsageError(f"{missing[0]} is no partner, and cannot be asked", remedy=f"ask {shared.source} for a way")
    with transaction.atomic():
        return [
            _ask(principal, partners[node], receiver, shared.purpose, objects[at : at + MOST], reason)
            for node, objects in waiting.items()
            for at in range(0, len(objects), MOST)
        ]


def _waiting(shared: SharedList, receiver: Partner) -> dict[str, list[list[str]]]:
    """Return, by originator, the objects whose version in the collection no leave covers: id and digest."""
    now = timezone.now()
    leaves = leaves_for(receiver.node, now)
    names = shared.records.filter(gone=False).values("stix_id")
    rows = shared.collection.objects_in.filter(stix_id__in=names, superseded=None).order_by("added")
    found: dict[str, list[list[str]]] = {}
    for name, content, text in rows.values_list("stix_id", "content", "handling").iterator():
        key = digest(orjson.loads(content))
        for originator in handling_of(text).originators - {node_id()}:
            case = (node_id(), receiver.node, "pass_on", shared.purpose, key, now)
            if not any(each.originator == originator and each.covers(*case) for each in leaves):
                found.setdefault(originator, []).append([name, key])
    return found


def _ask(
    principal: Principal, partner: Partner, receiver: Partner, purpose: str, objects: list[list[str]], reason: str
) -> LeaveAsked:
    now = timezone.now()
    body = {
        "receiver": receiver.node, "purpose": purpose, "objects": objects, "reason": reason, "at": now.isoformat(),
    }  # fmt: skip
    kept = LeaveAsked.objects.create(
        digest=digest(body),
        own=True,
        partner=partner,
        receiver=receiver.node,
        purpose=purpose,
        objects_asked=objects,
        reason=reason,
        at=now,
        by=principal.account,
    )
    send(partner, KIND, {"ask": body})
    journal(principal, "partners.leave.asked", f"leave:{kept.pk}", count=len(objects), partner=partner.pk)
    return kept


def give(principal: Principal, asked: LeaveAsked, hours: int) -> LeaveGiven:
    """Give a partner leave to pass on those of the objects that it asked about that are this node's and unchanged.

    Raises UsageError where it was answered, none of them is, or this node bars the receiver.
    """
    if not 1 <= hours <= LONGEST:
        raise UsageError(f"{hours} hours", remedy=f"leave lasts from one hour to {LONGEST}")
    now = timezone.now()
    if barring(bars_against(asked.receiver), asked.receiver, [node_id()], now):
        raise UsageError(f"this node bars {asked.receiver}", remedy="refuse it, or resume the agreement with that node")
    with transaction.atomic():
        row = _answerable(asked)
        objects = _own(row)
        if not objects:
            raise UsageError("none of these objects is as this node gave it", remedy="refuse it; the partner asks anew")
        leave = Leave(
            node_id(), row.partner.node, row.receiver, "pass_on", row.purpose, frozenset(objects), now,
            now + timedelta(hours=hours),
        ).signed(node_key())  # fmt: skip
        kept = _keep(leave, row.partner, own=True)
        _answer(row, LeaveAsked.State.GIVEN, principal)
        send(row.partner, KIND, {"leave": leave.to_json(), "asked": row.digest})
        journal(principal, "partners.leave.given", f"leave:{row.pk}", count=len(objects), partner=row.partner_id)
    return kept


def refuse(principal: Principal, asked: LeaveAsked, ground: str) -> None:
    """Refuse leave, and tell the partner on what ground. Raises UsageError without one, or where it was answered."""
    if not ground:
        raise UsageError("no ground is given", remedy="say why; the partner reads it")
    with transaction.atomic():
        row = _answerable(asked)
        _answer(row, LeaveAsked.State.REFUSED, principal, ground)
        send(row.partner, KIND, {"refused": row.digest, "ground": ground})
        journal(principal, "partners.leave.refused", f"leave:{row.pk}", partner=row.partner_id)


def _answerable(asked: LeaveAsked) -> LeaveAsked:
    row = LeaveAsked.objects.select_for_update().select_related("partner").get(pk=asked.pk)
    if row.own or row.state != LeaveAsked.State.WAITING:
        raise UsageError("it was answered before", remedy="look at what became of it")
    return row


def _answer(row: LeaveAsked, state: str, by: Principal | None, ground: str = "") -> None:
    row.state, row.ground, row.answered = state, ground, timezone.now()
    row.answered_by = by.account if by is not None else None
    row.save(update_fields=["state", "ground", "answered", "answered_by"])


def _own(asked: LeaveAsked) -> set[str]:
    """Return the digests of those objects asked about that this node gave the partner just so."""
    wanted = dict(asked.objects_asked)
    given = SharedObject.objects.filter(collection__giver=node_id(), collection__agreement__partner=asked.partner)
    found: set[str] = set()
    for some in parts(list(wanted)):
        for name, content, text in given.filter(stix_id__in=some).values_list("stix_id", "content", "handling"):
            key = digest(orjson.loads(content))
            if wanted[name] == key and text and node_id() in handling_of(text).originators:
                found.add(key)
    return found


def _keep(leave: Leave, partner: Partner, *, own: bool) -> LeaveGiven:
    kept, _ = LeaveGiven.objects.get_or_create(
        signature=leave.signature,
        defaults={
            "own": own, "partner": partner, "receiver": leave.receiver, "body": leave.to_json(), "ends": leave.ends,
        },
    )  # fmt: skip
    return kept


@handles(KIND)
def take(letter: Letter, partner: Partner) -> None:
    """Take in a question for leave, a leave, or a refusal. Raises MessageRefused, SignatureRefused."""
    body = letter.body if isinstance(letter.body, dict) else {}
    if "ask" in body:
        _take_question(body["ask"], partner)
    elif "leave" in body:
        _take_leave(Leave.from_json(body["leave"]), partner, body.get("asked"))
    elif isinstance(body.get("refused"), str) and isinstance(body.get("ground"), str):
        for row in LeaveAsked.objects.filter(own=True, partner=partner, digest=body["refused"]):
            _answer(row, LeaveAsked.State.REFUSED, None, body["ground"][:2000])
    else:
        raise MessageRefused("neither a question for leave nor an answer", remedy="ask the partner to send it again")


def _take_question(body: Any, partner: Partner) -> None:
    texts = [body.get(key) for key in ("receiver", "purpose", "reason")] if isinstance(body, dict) else [None]
    objects = body.get("objects") if isinstance(body, dict) else None
    if not all(isinstance(each, str) and each for each in texts) or not _are_pairs(objects):
        raise MessageRefused("not a question for leave", remedy="ask the partner to send it again")
    receiver, purpose, reason = (str(each) for each in texts)
    kept, new = LeaveAsked.objects.get_or_create(
        digest=digest(body),
        own=False,
        defaults={
            "partner": partner, "receiver": receiver[:120], "purpose": purpose[:50], "objects_asked": objects,
            "reason": reason[:2000],
        },
    )  # fmt: skip
    if new:
        journal(f"partner:{partner.pk}", "partners.leave.wanted", f"leave:{kept.pk}", count=len(kept.objects_asked))


def _are_pairs(found: Any) -> bool:
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        return False
    return all(isinstance(pair, list) and [type(one) for one in pair] == [str, str] for pair in found)


def _take_leave(leave: Leave, partner: Partner, asked: Any) -> None:
    leave.check(lines.ring())
    if leave.originator != partner.node or leave.holder != node_id():
        raise MessageRefused("a leave of another, or for another", remedy="ask the partner what it is about")
    kept = _keep(leave, partner, own=False)
    for row in LeaveAsked.objects.filter(own=True, partner=partner, digest=asked if isinstance(asked, str) else ""):
        _answer(row, LeaveAsked.State.GIVEN, None)
        _put_anew(leave, [name for name, key in row.objects_asked if key in leave.objects])
    journal(f"partner:{partner.pk}", "partners.leave.received", f"leave:{kept.pk}", count=len(leave.objects))


def _put_anew(leave: Leave, names: Sequence[str]) -> None:
    """Give the objects new moments in the collections of the receiver: its next poll begins after the old ones."""
    for collection in Collection.objects.filter(giver=node_id(), agreement__partner__node=leave.receiver):
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        rows: list[SharedObject] = []
        for some in parts(list(names)):
            rows += locked.objects_in.filter(stix_id__in=some, superseded=None).only("pk", "added").order_by("added")
        moments = next_moments(locked.newest, moment_of(timezone.now()), len(rows))
        for row, at in zip(rows, moments, strict=True):
            row.added = at
        SharedObject.objects.bulk_update(rows, ["added"], batch_size=400)
        if rows:
            Collection.objects.filter(pk=locked.pk).update(newest=rows[-1].added)


#: Hours for which a page offers leave.
OFFERED = int(LEAVE_LASTS.total_seconds() // 3600)
