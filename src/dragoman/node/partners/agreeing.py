"""Drafting, receiving, signing, suspending and ending agreements. Every act is journalled with what it changed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.errors import AgreementRefused, UsageError
from dragoman.exchange.agreement_acts import Act, check_act, perform
from dragoman.exchange.agreement_reading import read_agreement
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record
from dragoman.node.partners import barring, recalling, recalling_narrowing
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Agreement, AgreementAct, Partner
from dragoman.node.partners.sending import send

#: The kind of message that carries an agreement with the acts on it.
KIND = "agreement"


def keep(document: dict[str, Any], principal: Principal | str) -> Agreement:
    """Keep an agreement with a partner that is known; the same text again is the same row.

    Raises AgreementRefused where it has faults, is not with this node, or names another key than the partner's.
    """
    found = read_agreement(document)
    other = found.other(node_id())
    own = found.party(node_id())
    if own is None or own.key != node_key().public:
        raise AgreementRefused("this node is no party to it", remedy="name this node with its own key (Partners, card)")
    partner = Partner.objects.filter(node=other.node).first()
    if partner is None or partner.key != other.key.text:
        raise AgreementRefused(
            f"no partner {other.node} with that key is known", remedy="add the partner by its card first"
        )
    with transaction.atomic():
        kept, new = Agreement.objects.get_or_create(
            hash=found.hash,
            defaults={
                "partner": partner,
                "document": document,
                "agreement_id": found.id,
                "version": found.version,
                "title": found.title,
                "by": principal.account if isinstance(principal, Principal) else None,
            },
        )
        if new:
            record(principal, "partners.agreement.kept", f"agreement:{kept.pk}", hash=found.hash, partner=partner.pk)
    return kept


def act(agreement: Agreement, kind: str, reason: str, principal: Principal, *, seen: int = 0) -> AgreementAct:
    """Sign, suspend, resume or end an agreement for this node, and tell the partner.

    Ending calls back what left under it and was not called back before; `seen` is how many objects the person was shown
    that this concerns. A version that takes over calls back what it does not allow. Raises StepRefused where this
    cannot be done now, UsageError where the partner's key was not confirmed, or where there are more or fewer objects
    by now.
    """
    if kind == "sign" and agreement.partner.confirmed is None:
        raise UsageError(
            f"the key of {agreement.partner} was not compared",
            remedy="read the fingerprint to one another on the telephone, then confirm it",
        )
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=agreement.pk)
        done = perform(kind, agreement.read, node_key(), agreement.known_acts(), timezone.now(), reason)
        kept = _keep_act(agreement, done, principal)
        acts = [each.to_json() for each in agreement.known_acts()]
        send(agreement.partner, KIND, {"document": agreement.document, "acts": acts})
        if kind == "end":
            _call_back(agreement, reason, principal, seen)
        recalling_narrowing.follow(agreement.partner, principal)
        barring.follow(agreement.partner, principal)
    return kept


def _call_back(agreement: Agreement, reason: str, principal: Principal, seen: int) -> None:
    count = len(recalling.open_under(agreement))
    if count != seen:
        raise UsageError(
            f"{count} objects are to be called back, and {seen} were shown", remedy="look again, then end it"
        )
    if count:
        recalling.take_back(principal, agreement, reason)


def receive(body: dict[str, Any], partner: Partner) -> Agreement:
    """Take in an agreement with acts that a partner sent. Raises AgreementRefused, SignatureRefused."""
    document, acts = body.get("document"), body.get("acts", [])
    if not isinstance(document, dict) or not isinstance(acts, list):
        raise AgreementRefused("no agreement with its acts", remedy="ask the partner to send it again")
    agreement = keep(document, f"partner:{partner.pk}")
    if agreement.partner_id != partner.pk:
        raise AgreementRefused("the agreement is with another node", remedy="only a party sends an agreement")
    with transaction.atomic():
        for each in acts:
            done = Act.from_json(each)
            check_act(agreement.read, done, _before(agreement))
            _keep_act(agreement, done, f"partner:{partner.pk}")
        recalling_narrowing.follow(partner, f"partner:{partner.pk}")
        barring.follow(partner, f"partner:{partner.pk}")
    return agreement


def _before(agreement: Agreement) -> Any:
    former = agreement.read.supersedes
    row = Agreement.objects.filter(hash=former).first() if former else None
    return row.read if row is not None else None


def _keep_act(agreement: Agreement, done: Act, principal: Principal | str) -> AgreementAct:
    kept, new = AgreementAct.objects.get_or_create(
        signature=done.signature,
        defaults={
            "agreement": agreement,
            "node": done.node,
            "number": done.number,
            "body": done.to_json(),
            "by": principal.account if isinstance(principal, Principal) else None,
        },
    )
    if new:
        target = f"agreement:{agreement.pk}"
        record(principal, f"partners.agreement.{done.kind}", target, hash=agreement.hash, number=done.number)
    return kept
