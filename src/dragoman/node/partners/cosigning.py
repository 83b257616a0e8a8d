"""Journals that partners co-sign: the newest checkpoint goes to each, who signs it only if it continues the one before.

So nobody rewrites a journal unseen, its owner included: the partner has what it signed, and hands it back as evidence.
Each sends at most once an hour, since every letter is itself journalled.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import COSIGNER, Note, Signature, Verifier
from dragoman.audit.proofs import verify_consistency
from dragoman.audit.tree import consistency_proof
from dragoman.errors import MessageRefused, OrderBroken, ProofRefused, UsageError
from dragoman.exchange.keys import decode
from dragoman.exchange.messages import Letter
from dragoman.exchange.messages_checkpoints import Cosignature, LastSeen, cosign
from dragoman.node.access import Principal
from dragoman.node.journal.appending import Store, current_head
from dragoman.node.journal.keys import signer
from dragoman.node.journal.recording import record as journal
from dragoman.node.journal.verifying import newest_checkpoint
from dragoman.node.journal.witnesses import Witness, register
from dragoman.node.partners import lines
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Cosigned, JournalAlarm, Partner, SeenJournal
from dragoman.node.partners.octets import read_octets
from dragoman.node.partners.sending import locked_stream, send

CHECKPOINT, COSIGNATURE = "checkpoint", "cosignature"
EVERY = timedelta(hours=1)


def send_all() -> int:
    """Send the newest checkpoint to every partner with an agreement in force; return to how many."""
    return sum(_send(partner) for partner in Partner.objects.exclude(confirmed=None) if _agreed(partner))


def _agreed(partner: Partner) -> bool:
    return any(each.standing().in_force for each in partner.agreements.prefetch_related("acts"))


def _send(partner: Partner) -> bool:
    last = partner.cosigned.order_by("-pk").first()
    if last is not None and (timezone.now() - last.sent < EVERY or last.size >= current_head().size):
        return False
    seen = partner.cosigned.exclude(at=None).order_by("-size").first()
    _send_since(partner, seen.size if seen is not None else 0)
    return True


def _send_since(partner: Partner, since: int) -> None:
    """Send the newest checkpoint with the proof that it continues the one of `since` events."""
    with transaction.atomic():
        locked_stream(partner)  # before the journal's head, as everywhere else, so that nobody waits for each other
        text = newest_checkpoint()
        if text is None:
            return
        newest = Checkpoint.parse(text)
        proof = consistency_proof(Store(), since, newest.size) if since <= newest.size else []
        body = {
            "checkpoint": text,
            "since": since,
            "proof": [base64.b64encode(each).decode() for each in proof],
            "key": str(signer().verifier),
        }
        Cosigned.objects.create(partner=partner, size=newest.size, note=text)
        send(partner, CHECKPOINT, body)


@handles(CHECKPOINT)
def take_checkpoint(letter: Letter, partner: Partner) -> None:
    """Co-sign a partner's checkpoint if it continues the one before; else raise the alarm, here and at the partner.

    Raises MessageRefused, CheckpointRefused where it is no checkpoint with its proof.
    """
    found, since, proof = _read(letter.body)
    seen = SeenJournal.objects.select_for_update().filter(partner=partner).first()
    if partner.journal_alarms.filter(own=False, cleared=None).exists():
        _refuse(partner, seen)
        return
    if seen is not None and seen.size != since and seen.size <= found.size:
        send(partner, COSIGNATURE, {"want": seen.size} | _evidence(seen))  # it is to prove from what was seen here
        return

    def follows(before: str | None, _: str) -> bool:
        if before is None or seen is None:
            return True
        old = Checkpoint.parse(seen.note)
        try:
            verify_consistency(old.size, old.root, found.size, found.root, proof)
        except ProofRefused:
            return False
        return old.origin == found.origin

    last = LastSeen(partner.node, Note.parse(seen.note).text) if seen is not None else None
    try:
        _, made = cosign(last, partner.node, found.note.text, follows, node_id(), node_key(), timezone.now())
    except OrderBroken:
        _raise_alarm(partner, seen, found)
        return
    seen = SeenJournal(
        partner=partner, origin=found.origin, size=found.size, note=str(found.note), cosignature=made.to_json()
    )
    seen.save()
    send(partner, COSIGNATURE, _evidence(seen))
    journal(f"partner:{partner.pk}", "partners.journal.cosigned", f"partner:{partner.pk}", size=found.size)


def _read(body: Any) -> tuple[Checkpoint, int, list[bytes]]:
    try:
        found = Checkpoint.parse(body["checkpoint"])
        found.note.verify([Verifier.parse(body["key"])])
        proof = [read_octets(each, "a step of the proof") for each in body["proof"]]
        since = body["since"]
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise MessageRefused("no checkpoint with its proof", remedy="ask the partner to send it again") from error
    if type(since) is not int or len(proof) > 200:
        raise MessageRefused("no checkpoint with its proof", remedy="ask the partner to send it again")
    return found, since, proof


def _evidence(seen: SeenJournal) -> dict[str, Any]:
    return {"seen": seen.note, "cosignature": seen.cosignature}


def _raise_alarm(partner: Partner, seen: SeenJournal | None, found: Checkpoint) -> None:
    assert seen is not None  # noqa: S101  the first one follows from nothing
    kind = "set back" if found.size < seen.size else "rewritten"
    alarm = JournalAlarm.objects.create(partner=partner, kind=kind, before=seen.note, after=str(found.note))
    _refuse(partner, seen)
    journal(
        f"partner:{partner.pk}", "partners.journal.alarmed", f"alarm:{alarm.pk}", result=kind.replace(" ", "-"),
        size=found.size, partner=partner.pk,
    )  # fmt: skip


def _refuse(partner: Partner, seen: SeenJournal | None) -> None:
    if seen is not None:
        send(partner, COSIGNATURE, {"refused": True} | _evidence(seen))


@handles(COSIGNATURE)
def take_cosignature(letter: Letter, partner: Partner) -> None:
    """Keep what a partner co-signed of this node's journal; prove from there on if it asks, raise the alarm if it does.

    Raises MessageRefused, SignatureRefused.
    """
    body = letter.body if isinstance(letter.body, dict) else {}
    text = body.get("seen")
    if not isinstance(text, str):
        raise MessageRefused("no co-signed checkpoint", remedy="ask the partner to send it again")
    found, made = Checkpoint.parse(text), Cosignature.from_json(body.get("cosignature"))
    made.check(found.note.text, lines.ring())
    if made.node != partner.node:
        raise MessageRefused("a co-signature of somebody else", remedy="treat it as forged")
    _keep(partner, found, made)
    name = f"partner:{partner.pk}"
    if body.get("refused"):
        if not partner.journal_alarms.filter(own=True, before=text).exists():
            alarm = JournalAlarm.objects.create(partner=partner, own=True, kind="refused", before=text, after="")
            journal(name, "partners.journal.refused", f"alarm:{alarm.pk}", size=found.size)
    elif body.get("want") == found.size:
        _send_since(partner, found.size)
    else:
        journal(name, "partners.journal.returned", name, size=found.size)


def _keep(partner: Partner, found: Checkpoint, made: Cosignature) -> None:
    """Keep a checkpoint with the co-signature as the signed note that any verifier of C2SP reads."""
    verifier = Verifier(partner.node, decode(partner.key, 32), COSIGNER)
    content = made.seconds.to_bytes(8, "big") + decode(made.signature, 64)
    signature = Signature(partner.node, verifier.key_id, content)
    note = Note(found.note.text, (*found.note.signatures, signature))
    note.verify([verifier])
    waiting = partner.cosigned.filter(size=found.size, at=None).order_by("-pk").first()
    row = waiting or partner.cosigned.filter(size=found.size).first() or Cosigned(partner=partner, size=found.size)
    row.note, row.verifier, row.at = str(note), str(verifier), timezone.now()
    row.save()


@register
def witnessed() -> Iterator[Witness]:
    """Yield the checkpoints of this node's journal that partners co-signed and sent back."""
    for note, verifier in Cosigned.objects.exclude(at=None).order_by("pk").values_list("note", "verifier"):
        yield Witness(note, verifier)


def clear(principal: Principal, alarm: JournalAlarm, reason: str) -> None:
    """Note that people looked into an alarm; the partner's next checkpoint is then taken as the first.

    Raises UsageError without a reason.
    """
    if not reason:
        raise UsageError("no reason is given", remedy="say what the partner's overseer found")
    with transaction.atomic():
        row = JournalAlarm.objects.select_for_update().get(pk=alarm.pk)
        if row.cleared is not None:
            return
        row.cleared, row.by, row.reason = timezone.now(), principal.account, reason
        row.save(update_fields=["cleared", "by", "reason"])
        if not row.own:
            SeenJournal.objects.filter(partner=row.partner).delete()
        journal(principal, "partners.journal.cleared", f"alarm:{row.pk}", partner=row.partner_id)


def at_partner(partner: Partner) -> dict[str, Any]:
    """Return what the partner's page shows of both journals."""
    return {
        "seen_journal": SeenJournal.objects.filter(partner=partner).first(),
        "cosigned": partner.cosigned.exclude(at=None).order_by("-size").first(),
        "alarms": partner.journal_alarms.order_by("-pk")[:10],
    }
