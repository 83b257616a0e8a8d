"""Deconfliction: where two nodes have an interest in one subject, each is told that there is one.

An interest is compared by both nodes of an agreement, as keys under the secrets of both. Whose it is, is shown to
people only where both agreed. A person registers one with several partners at once, so that it is not plain which of
them it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, MessageRefused, QuotaReached, UsageError
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.messages import Letter
from dragoman.exchange.policy import Ask, Decision, Held, Policies, quota_left
from dragoman.exchange.requests_deconfliction import Interest as Told
from dragoman.exchange.requests_deconfliction import deconflict
from dragoman.node.access import Principal
from dragoman.node.desk.acting import person_of
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import deconflict_tokens as tokens
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Interest, InterestAt, Partner, TheirInterest
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.requests_subject import record_of
from dragoman.node.partners.sending import send

INTEREST = "interest"
#: An interest is about a person of interest, and is compared as a private match is.
CLASS, ACTION = "persons_of_interest", "match"
#: Keys of one interest, and the longest time for which one is registered.
_MOST, _LONGEST = 200, timedelta(days=366)


def open_to_us() -> list[Agreement]:
    """Return the agreements in force under which some purpose lets both sides compare interests."""
    rows = Agreement.objects.exclude(partner__confirmed=None).select_related("partner").prefetch_related("acts")
    return [each for each in rows if purposes_of(each) and each.standing().in_force]


def purposes_of(agreement: Agreement) -> list[str]:
    """Return the purposes for which clauses of both directions let persons of interest be matched."""
    clauses = [each for each in agreement.read.clauses if ACTION in each.actions and CLASS in each.classes]
    sides = [
        {purpose for each in clauses if each.giver == party.node for purpose in each.purposes}
        for party in agreement.read.parties
    ]
    return sorted(sides[0] & sides[1])


def decide(agreement: Agreement, purpose: str, now: datetime) -> Decision:
    """Decide whether interests may be compared: each side lets the other match against its own."""
    own, other = node_id(), agreement.partner.node
    asks = [
        Ask(giver, receiver, ACTION, CLASS, purpose, SERVICE, Handling(Colour.AMBER, frozenset({giver})))
        for giver, receiver in ((own, other), (other, own))
    ]
    decided = Policies([Held(agreement.read, agreement.standing())]).decide(asks, now)
    return next((each for each in decided if not each.allowed), decided[0])


def register(
    principal: Principal,
    agreements: Sequence[Agreement],
    subject: Any,
    *,
    purpose: str,
    days: int,
    named: bool = False,
    contact: str = "",
    case: Any = None,
) -> Interest:
    """Register an interest with partners: only keys under this node's secret are sent.

    Raises UsageError where there is nothing to compare or nobody to compare it with, ActRefused, QuotaReached.
    """
    found = record_of(subject)
    keys = tokens.keys(found)
    if not keys:
        raise UsageError(
            "nothing here can be compared", remedy="a name needs a full date of birth, a document its country"
        )
    if not agreements or not 1 <= days <= _LONGEST.days:
        raise UsageError("no partner or no time is chosen", remedy=f"choose partners, and 1 to {_LONGEST.days} days")
    if named and not contact:
        raise UsageError("nobody is to be called", remedy="name the desk that the other may call")
    now = timezone.now()
    with transaction.atomic():
        kept = Interest.objects.create(
            subject=subject,
            caption=found.caption,
            purpose=purpose,
            by=person_of(principal),
            case=case,
            ends=now + timedelta(days=days),
            open=named,
            contact=contact[:100] if named else "",
        )
        for agreement in agreements:
            _send(kept, agreement, keys, now)
        journal(principal, "partners.interest.registered", f"interest:{kept.pk}", count=len(agreements))
    return kept


def _send(kept: Interest, agreement: Agreement, keys: Sequence[Any], now: datetime) -> None:
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    decided = decide(agreement, kept.purpose, now)
    if not decided.allowed:
        raise ActRefused(f"{agreement.partner}: {decided.sentence}", remedy="leave this partner out")
    past = [at for at, count in agreement.interests.values_list("at", "count") for _ in range(count)]
    _within_quota(agreement, past, len(keys), now)
    row = InterestAt.objects.create(interest=kept, agreement=agreement, ref=secrets.token_hex(16), count=len(keys))
    told = [
        Told(node_id(), point, kept.at, kept.ends, _open_to(kept, agreement), kept.contact).to_json()
        for point in tokens.once(tokens.secret_of(agreement), keys)
    ]
    body = {"ref": row.ref, "purpose": kept.purpose, "interests": told}
    send(agreement.partner, INTEREST, body, agreement=agreement.hash)


def _within_quota(agreement: Agreement, past: Iterable[datetime], wanted: int, now: datetime) -> None:
    left = quota_left(agreement.read, ACTION, CLASS, past, now)
    if left is not None and left < wanted:
        raise QuotaReached(f"{wanted} keys, of which {left} are left in the quota", remedy="register it later")


def _open_to(kept: Interest, agreement: Agreement) -> frozenset[str]:
    return frozenset({agreement.partner.node}) if kept.open else frozenset()


def withdraw(principal: Principal, kept: Interest) -> None:
    """End an interest, here and at the partners."""
    with transaction.atomic():
        row = Interest.objects.select_for_update().get(pk=kept.pk)
        if row.withdrawn is not None:
            return
        row.withdrawn = timezone.now()
        row.save(update_fields=["withdrawn"])
        for each in row.partners.select_related("agreement__partner"):
            body = {"ref": each.ref, "withdrawn": True}
            send(each.agreement.partner, INTEREST, body, agreement=each.agreement.hash)
        journal(principal, "partners.interest.withdrawn", f"interest:{row.pk}")


@handles(INTEREST)
def take(letter: Letter, partner: Partner) -> None:
    """Take in an interest of a partner, its answer to one of this node, or that one is withdrawn.

    Raises MessageRefused, QuotaReached.
    """
    body = letter.body if isinstance(letter.body, dict) else {}
    ref, agreement = body.get("ref"), partner.agreements.filter(hash=letter.agreement).first()
    if agreement is None or not isinstance(ref, str) or len(ref) != 32:
        raise MessageRefused("an interest under no agreement", remedy="ask the partner to send it again")
    if body.get("withdrawn") is True:
        TheirInterest.objects.filter(agreement=agreement, ref=ref).update(ends=timezone.now())
    elif "again" in body:
        _take_answer(agreement, ref, body["again"])
    else:
        _take_theirs(agreement, ref, body)
    compare(agreement)


def _take_theirs(agreement: Agreement, ref: str, body: dict[str, Any]) -> None:
    listed, now = body.get("interests"), timezone.now()
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST:
        raise MessageRefused("no interest", remedy="ask the partner to send it again")
    told = [Told.from_json(each) for each in listed]
    if any(each.node != agreement.partner.node or len(each.contact) > 100 for each in told):
        raise MessageRefused("an interest of somebody else", remedy="treat it as forged")
    decided = decide(agreement, str(body.get("purpose")), now)
    if not decided.allowed:
        raise MessageRefused(decided.sentence, remedy="agree on clauses that let interests be compared")
    if TheirInterest.objects.filter(agreement=agreement, ref=ref).exists():
        return
    _within_quota(agreement, agreement.their_interests.values_list("at", flat=True), len(told), now)
    points = tokens.again(tokens.secret_of(agreement), [each.token for each in told])
    TheirInterest.objects.bulk_create(
        TheirInterest(
            agreement=agreement,
            ref=ref,
            body=each.to_json(),
            token=tokens.token(point),
            ends=min(each.ends, now + _LONGEST),
        )
        for each, point in zip(told, points, strict=True)
    )
    send(agreement.partner, INTEREST, {"ref": ref, "again": points}, agreement=agreement.hash)
    who = f"partner:{agreement.partner_id}"
    journal(who, "partners.interest.taken", f"agreement:{agreement.pk}", count=len(told))


def _take_answer(agreement: Agreement, ref: str, points: Any) -> None:
    row = InterestAt.objects.filter(agreement__partner=agreement.partner, ref=ref).first()
    if row is None or not isinstance(points, list) or len(points) != row.count:
        raise MessageRefused("an answer to no interest of ours", remedy="ask the partner to send it again")
    row.tokens = [tokens.token(each) for each in points]
    row.save(update_fields=["tokens"])


def compare(agreement: Agreement) -> int:
    """Compare the interests of both sides, and note which of this node's met another; return how many are new."""
    now = timezone.now()
    if not agreement.standing().in_force:
        return 0
    held = agreement.interests.filter(interest__withdrawn=None, interest__ends__gt=now).select_related("interest")
    rows = [each for each in held if each.tokens]
    told = [_theirs(each) for each in agreement.their_interests.filter(ends__gt=now)]
    told += [
        Told(node_id(), token, row.interest.at, row.interest.ends, _open_to(row.interest, agreement))
        for row in rows
        for token in row.tokens
    ]
    overlaps = {each.token: each for each in deconflict(told, now) if each.to == node_id()}
    return sum(_meet(row, [overlaps[token] for token in row.tokens if token in overlaps], now) for row in rows)


def _theirs(row: TheirInterest) -> Told:
    read = Told.from_json(row.body)
    return Told(read.node, row.token, row.at, row.ends, read.open_to, read.contact)


def _meet(row: InterestAt, overlaps: Sequence[Any], now: datetime) -> bool:
    named = next((each for each in overlaps if each.other and row.interest.open), None)
    if not overlaps or (row.met is not None and row.named == (named is not None)):
        return False
    row.met, row.named, row.contact = row.met or now, named is not None, named.contact if named else ""
    row.save(update_fields=["met", "named", "contact"])
    journal(SERVICE, "partners.interest.met", f"interest:{row.interest_id}", result="named" if named else "unnamed")
    return True


def forget_all() -> int:
    """Remove what partners registered and is over for as long as a quota looks back; return how many keys."""
    return TheirInterest.objects.filter(ends__lt=timezone.now() - timedelta(days=30)).delete()[0]
