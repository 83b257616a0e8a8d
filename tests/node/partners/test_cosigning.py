"""Journals are co-signed as long as they continue what was seen; a fork or a setting back is an alarm on both sides."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from dragoman.audit import tree
from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Signer, Verifier
from dragoman.errors import DragomanError, SignatureRefused
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.messages_checkpoints import Cosignature, cosign
from dragoman.node.journal import guard
from dragoman.node.journal.models import Event
from dragoman.node.journal.recording import record
from dragoman.node.journal.verifying import verify
from dragoman.node.partners import cosigning
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Cosigned, JournalAlarm, Partner, SeenJournal
from tests.node.partners.asking import border, letter, liaison, sent
from tests.node.partners.test_agreeing import BORDER

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db


@dataclass
class Journal:
    """The journal of the partner."""

    signer: Signer = field(default_factory=lambda: Signer.from_seed("border/journal", bytes([5] * 32)))
    store: tree.MemoryStore = field(default_factory=tree.MemoryStore)
    head: tree.Head = field(default_factory=tree.Head)

    def append(self, count: int, word: str = "event") -> Journal:
        leaves = [tree.leaf_hash(f"{word} {self.head.size + number}".encode()) for number in range(count)]
        self.head = self.head.grow(leaves, self.store)
        return self

    def letter(self, since: int = 0) -> dict[str, Any]:
        """Return what the partner sends."""
        made = Checkpoint.sign(self.signer.name, self.head.size, self.head.root, self.signer)
        proof = tree.consistency_proof(self.store, since, self.head.size) if since <= self.head.size else []
        return {
            "checkpoint": str(made.note),
            "since": since,
            "proof": [base64.b64encode(each).decode() for each in proof],
            "key": str(self.signer.verifier),
        }


def take(border: Partner, body: Any) -> Any:
    """Take in a checkpoint; return what is answered."""
    cosigning.take_checkpoint(letter("checkpoint", body), border)
    return sent("cosignature")[-1]


def returned(border: Partner, key: PrivateKey = BORDER, **more: Any) -> dict[str, Any]:
    """Return what the partner answers to the newest checkpoint of this node."""
    found = Checkpoint.parse(sent("checkpoint")[-1]["checkpoint"])
    _, made = cosign(None, node_id(), found.note.text, lambda *_: True, "border.example", key, datetime.now(UTC))
    return {"seen": str(found.note), "cosignature": made.to_json()} | more


def test_a_journal_that_continues_is_cosigned_and_the_signature_is_one_of_c2sp(border: Partner) -> None:
    journal = Journal().append(300)
    take(border, journal.letter())
    answer = take(border, journal.append(500).letter(300))
    assert SeenJournal.objects.get().size == 800
    made = Cosignature.from_json(answer["cosignature"])
    text = Checkpoint.parse(answer["seen"]).note.text
    assert node_key().public.verifies(
        base64.urlsafe_b64decode(made.signature + "=="), f"cosignature/v1\ntime {made.seconds}\n{text}".encode()
    )
    assert not JournalAlarm.objects.exists()


def test_who_proves_from_elsewhere_is_asked_to_prove_from_what_was_seen(border: Partner) -> None:
    journal = Journal().append(300)
    take(border, journal.letter())
    assert take(border, journal.append(9).letter(0))["want"] == 300
    assert SeenJournal.objects.get().size == 300
    assert "want" not in take(border, journal.letter(300))
    assert SeenJournal.objects.get().size == 309


@pytest.mark.parametrize(
    ("other", "since", "kind"),
    [
        (lambda: Journal().append(400, "rewritten"), 300, "rewritten"),
        (lambda: Journal().append(300, "rewritten"), 300, "rewritten"),
        (lambda: Journal(Signer.from_seed("border/other", bytes([5] * 32))).append(400), 300, "rewritten"),
        (lambda: Journal().append(200), 200, "set back"),
        (lambda: Journal().append(200), 0, "set back"),
    ],
)
def test_a_journal_that_does_not_continue_is_an_alarm_until_people_cleared_it(
    border: Partner, client_of: Callable[..., Client], other: Callable[[], Journal], since: int, kind: str
) -> None:
    take(border, Journal().append(300).letter())
    answer = take(border, other().letter(since))
    assert answer["refused"] is True
    alarm = JournalAlarm.objects.get()
    assert (alarm.kind, SeenJournal.objects.get().size) == (kind, 300)
    assert Event.objects.filter(act="partners.journal.alarmed").count() == 1
    assert take(border, Journal().append(500).letter(300))["refused"] is True  # nothing more is co-signed

    supervisor = client_of("supervisor")
    url = f"/partners/{border.pk}"
    assert f"was {kind}" in supervisor.get(url).content.decode()
    supervisor.post(f"/partners/alarms/{alarm.pk}/clear", {"reason": ""})
    assert JournalAlarm.objects.filter(cleared=None).exists()
    supervisor.post(f"/partners/alarms/{alarm.pk}/clear", {"reason": "A backup was restored"})
    page = supervisor.get(url).content.decode()
    assert f"was {kind}" not in page
    assert "A backup was restored" in page
    take(border, other().letter(since))
    assert SeenJournal.objects.get().origin == other().signer.name


@pytest.mark.parametrize(
    "changes", [{"checkpoint": "x"}, {"key": "x"}, {"proof": ["!"]}, {"proof": 1}, {"since": "0"}, {"since": None}]
)
def test_what_is_no_checkpoint_or_not_signed_by_its_log_is_refused(border: Partner, changes: dict[str, Any]) -> None:
    with pytest.raises(DragomanError):
        take(border, Journal().append(3).letter() | changes)
    forged = Journal().append(3).letter()
    forged["checkpoint"] = forged["checkpoint"].replace("\n3\n", "\n4\n")
    with pytest.raises(DragomanError):
        take(border, forged)
    assert not SeenJournal.objects.exists()


def test_the_newest_checkpoint_is_sent_once_an_hour_with_the_proof_since_the_last(border: Partner) -> None:
    assert [cosigning.send_all(), cosigning.send_all()] == [1, 0]
    cosigning.take_cosignature(letter("cosignature", returned(border)), border)
    first = Cosigned.objects.get()
    for number in range(300):
        record("system", "desk.hit.viewed", f"hit:{number}")
    Cosigned.objects.update(sent=datetime.now(UTC) - timedelta(hours=2))
    assert cosigning.send_all() == 1
    body = sent("checkpoint")[-1]
    assert body["since"] == first.size
    old, new = Checkpoint.parse(first.note), Checkpoint.parse(body["checkpoint"])
    from dragoman.audit.proofs import verify_consistency

    verify_consistency(old.size, old.root, new.size, new.root, [base64.b64decode(each) for each in body["proof"]])
    assert new.size > old.size + 299


def test_what_came_back_is_kept_as_a_note_that_the_partners_key_verifies(border: Partner) -> None:
    cosigning.send_all()
    cosigning.take_cosignature(letter("cosignature", returned(border)), border)
    row = Cosigned.objects.get()
    verifier = Verifier.parse(row.verifier)
    assert Checkpoint.parse(row.note).note.verify([verifier]) == [verifier]
    assert verifier.name == "border.example"
    found = verify()
    assert found.report.sound
    assert found.witnesses == {"border.example": row.size}


def test_a_cosignature_of_another_key_is_refused(border: Partner) -> None:
    cosigning.send_all()
    with pytest.raises(SignatureRefused):
        cosigning.take_cosignature(letter("cosignature", returned(border, PrivateKey.generate())), border)
    for body in (None, {}, {"seen": "x", "cosignature": {}}, {"seen": 1}):
        with pytest.raises(DragomanError):
            cosigning.take_cosignature(letter("cosignature", body), border)
    assert Cosigned.objects.get().at is None


def test_a_partner_that_refuses_raises_the_alarm_here_once(border: Partner, liaison: Client) -> None:
    cosigning.send_all()
    for _ in range(2):
        cosigning.take_cosignature(letter("cosignature", returned(border, refused=True)), border)
    assert JournalAlarm.objects.get().own
    assert "does not continue what it saw" in liaison.get(f"/partners/{border.pk}").content.decode()


def test_a_partner_that_asks_for_the_proof_gets_it(border: Partner) -> None:
    cosigning.send_all()
    size = Cosigned.objects.get().size
    cosigning.take_cosignature(letter("cosignature", returned(border, want=size)), border)
    assert sent("checkpoint")[-1]["since"] == size


def test_a_journal_made_anew_contradicts_what_a_partner_cosigned(border: Partner) -> None:
    cosigning.send_all()
    cosigning.take_cosignature(letter("cosignature", returned(border)), border)
    size = Cosigned.objects.get().size
    with connection.cursor() as cursor:
        for each in guard.removal(connection):
            cursor.execute(each)
        for name in ("event", "node", "checkpoint", "head"):
            cursor.execute(f"DELETE FROM journal_{name}")  # noqa: S608
    for number in range(size + 5):
        record("system", "desk.hit.viewed", f"hit:{number}")
    report = verify().report
    assert not report.sound
    assert ("contradicts", size - 1) in [(each.kind, each.last) for each in report.findings]


def test_only_partners_with_an_agreement_in_force_get_a_checkpoint(border: Partner, liaison: Client) -> None:
    agreement = border.agreements.get()
    act = {"act": "suspend", "reason": "An incident at the partner"}
    liaison.post(f"/partners/agreements/{agreement.pk}/act", act)
    assert cosigning.send_all() == 0
