"""Notices go to all who got an object, are believed only of who gave it, and are chased until they are answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dragoman.errors import DragomanError, SignatureRefused
from dragoman.exchange import recall
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.messages import Letter
from dragoman.node.partners import recalling, recalling_receiving
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import (
    Agreement,
    Disclosure,
    Notice,
    NoticeDuty,
    Outgoing,
    Partner,
    ReceivedObject,
)
from tests.node.partners.test_agreeing import BORDER
from tests.node.partners.test_partner_matching import border, liaison

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db
OBJECT = "identity--0f5a0c0e-0000-4000-8000-000000000001"


def disclosed(partner: Partner) -> Disclosure:
    return Disclosure.objects.create(
        partner=partner,
        agreement=Agreement.objects.get(),
        object=OBJECT,
        version="1",
        data_class="list_entries",
        purpose="border-control",
        clause="1",
    )


def letter(kind: str, body: object) -> Letter:
    return Letter(kind, "border.example", node_id(), "", datetime.now(UTC), body)


def their_notice(key: PrivateKey = BORDER, originator: str = "border.example") -> recall.Notice:
    return recall.notice("recall", OBJECT, originator, "It was another person", datetime.now(UTC), key)


def test_a_recall_goes_to_who_got_the_object_and_its_answer_is_kept(liaison: Client, border: Partner) -> None:
    row = disclosed(border)
    liaison.post("/partners/disclosures/recall", {"object": OBJECT, "kind": "recall", "reason": "Another person"})
    sent = Outgoing.objects.get(kind="notice")
    (body,) = sent.letter["body"]["notices"]
    notice = recall.Notice.from_json(body)
    page = liaison.get("/partners/notices").content.decode()
    assert ">sent<" in page

    done = recall.Done(notice.id, "border.example", "removed", datetime.now(UTC)).signed(BORDER)
    recalling_receiving.take_done(letter("done", {"done": [done.to_json()]}), border)
    row.refresh_from_db()
    assert row.acknowledged is not None
    assert ">done<" in liaison.get("/partners/notices").content.decode()


def test_what_is_kept_for_a_ground_is_shown_and_is_no_acknowledgement(liaison: Client, border: Partner) -> None:
    row = disclosed(border)
    liaison.post("/partners/disclosures/recall", {"object": OBJECT, "kind": "recall", "reason": "Another person"})
    done = recall.Done(Notice.objects.get().digest, "border.example", "kept", datetime.now(UTC), "A court's order")
    recalling_receiving.take_done(letter("done", {"done": [done.signed(BORDER).to_json()]}), border)
    row.refresh_from_db()
    assert row.acknowledged is None
    assert "A court&#x27;s order" in liaison.get("/partners/notices").content.decode()


def test_an_answer_that_another_key_signed_is_refused(liaison: Client, border: Partner) -> None:
    disclosed(border)
    liaison.post("/partners/disclosures/recall", {"object": OBJECT, "kind": "recall", "reason": "Another person"})
    other = PrivateKey.from_seed(bytes([9] * 32))
    done = recall.Done(Notice.objects.get().digest, "border.example", "removed", datetime.now(UTC)).signed(other)
    with pytest.raises(SignatureRefused):
        recalling_receiving.take_done(letter("done", {"done": [done.to_json()]}), border)
    assert NoticeDuty.objects.get().done is None


@pytest.mark.parametrize(("chosen", "reason"), [([], ""), ([OBJECT], ""), (["identity--unknown"], "A reason")])
def test_a_notice_needs_an_object_that_left_and_a_reason(
    liaison: Client, border: Partner, chosen: list[str], reason: str
) -> None:
    disclosed(border)
    form = {"object": chosen, "kind": "recall", "reason": reason}
    assert "notice bad" in liaison.post("/partners/disclosures/recall", form, follow=True).content.decode()
    assert not Notice.objects.exists()
    assert not Outgoing.objects.filter(kind="notice").exists()


def test_an_object_that_this_node_never_held_is_answered_so_and_a_reminder_is_answered_again(border: Partner) -> None:
    notice = their_notice()
    recalling_receiving.take_notices(letter("notice", {"notices": [notice.to_json()]}), border)
    assert recalling_receiving.carry_out_all() == 1
    assert recalling_receiving.carry_out_all() == 0
    recalling_receiving.take_notices(letter("notice", {"notices": [notice.to_json()]}), border)
    first, second = Outgoing.objects.filter(kind="done").order_by("number")
    assert first.letter["body"] == second.letter["body"]
    assert first.letter["body"]["done"][0]["outcome"] == "not_held"


@pytest.mark.parametrize(
    "notice", [lambda: their_notice(originator="elsewhere.example"), lambda: their_notice(PrivateKey.generate())]
)
def test_only_who_gave_an_object_can_call_it_back(border: Partner, notice: Callable[[], recall.Notice]) -> None:
    held = ReceivedObject.objects.create(
        agreement=Agreement.objects.get(), stix_id=OBJECT, type="identity", modified="1", content="{}"
    )
    with pytest.raises(DragomanError):
        recalling_receiving.take_notices(letter("notice", {"notices": [notice().to_json()]}), border)
    held.refresh_from_db()
    assert not held.revoked


def test_who_does_not_answer_is_reminded_and_at_last_called(liaison: Client, border: Partner) -> None:
    disclosed(border)
    liaison.post("/partners/disclosures/recall", {"object": OBJECT, "kind": "recall", "reason": "Another person"})
    assert recalling.chase_all() == 0
    NoticeDuty.objects.update(sent=datetime.now(UTC) - timedelta(hours=7))
    assert recalling.chase_all() == 1
    assert recalling.chase_all() == 0
    assert Outgoing.objects.filter(kind="notice").count() == 2
    assert "reminded 1×" in liaison.get("/partners/notices").content.decode()


def test_what_was_given_under_an_agreement_is_called_back_in_one_act(liaison: Client, border: Partner) -> None:
    disclosed(border)
    agreement = Agreement.objects.get()
    liaison.post(f"/partners/agreements/{agreement.pk}/take-back", {"reason": "The agreement ends"})
    assert Notice.objects.get().kind == "narrowing"
    liaison.post(f"/partners/agreements/{agreement.pk}/take-back", {"reason": "The agreement ends"})
    assert Notice.objects.count() == 1


def test_an_auditor_sees_what_left_and_calls_nothing_back(client_of: Callable[..., Client], border: Partner) -> None:
    disclosed(border)
    auditor = client_of("auditor")
    page = auditor.get("/partners/disclosures").content.decode()
    assert OBJECT in page
    assert "Write a notice" not in page
    form = {"object": OBJECT, "kind": "recall", "reason": "x"}
    assert auditor.post("/partners/disclosures/recall", form).status_code == 403
