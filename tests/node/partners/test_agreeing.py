"""Two nodes agree: drafts, keys that people compared, signatures of both sides, suspending and ending."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from dragoman.errors import AgreementRefused, SignatureRefused
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.keys import PrivateKey
from dragoman.node.partners.agreeing import receive
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Agreement, Outgoing, Partner

pytestmark = pytest.mark.django_db
BORDER = PrivateKey.from_seed(bytes([7] * 32))
CARD = {
    "type": "dragoman-node",
    "node": "border.example",
    "name": "Border Service of Nowhere",
    "address": "https://border.example/",
    "key": BORDER.public.text,
}
DRAFT = {
    "title": "Watch lists",
    "memorandum": "Memorandum of Understanding",
    "reference": "MoU 3/2026",
    "signed": "2026-01-05",
    "desk": "Duty desk",
    "their_desk": "Liaison",
    "give_classes": ["list_entries"],
    "give_purposes": ["border-control"],
    "give_actions": ["disclose", "match"],
    "give_tlp": "AMBER",
    "take_tlp": "AMBER",
    "codes": ["H1"],
    "onward": "leave",
    "authors": "stripped",
    "retention": "365",
    "quota": "100",
    "starts": "2026-01-10",
    "ends": "2099-01-10",
}


@pytest.fixture
def liaison(client_of: Callable[..., Client]) -> Client:
    return client_of("liaison")


@pytest.fixture
def border(liaison: Client) -> Partner:
    liaison.post("/partners/add", {"card": json.dumps(CARD)})
    return Partner.objects.get()


def drafted(liaison: Client, border: Partner) -> Agreement:
    answer = liaison.post(f"/partners/{border.pk}/draft", DRAFT)
    assert answer.status_code == 302, answer.context["form"].errors
    return Agreement.objects.get()


def test_a_partner_is_added_by_its_card_and_its_key_waits_to_be_compared(liaison: Client, border: Partner) -> None:
    page = liaison.get(f"/partners/{border.pk}").content.decode()
    assert "Nobody has compared this partner" in page
    assert border.confirmed is None


@pytest.mark.parametrize(
    "text", ["", "{}", '{"type": "dragoman-node"}', "[" * 100_000, json.dumps(CARD | {"key": "x"})]
)
def test_what_is_no_card_is_refused_with_a_remedy(liaison: Client, text: str) -> None:
    answer = liaison.post("/partners/add", {"card": text}, follow=True)
    assert not Partner.objects.exists()
    assert "notice bad" in answer.content.decode()


def test_nothing_is_signed_before_people_compared_the_key(liaison: Client, border: Partner) -> None:
    agreement = drafted(liaison, border)
    answer = liaison.post(f"/partners/agreements/{agreement.pk}/act", {"act": "sign"}, follow=True)
    assert "was not compared" in answer.content.decode()
    assert not agreement.acts.exists()


def test_an_agreement_is_in_force_once_both_have_signed_and_not_before(liaison: Client, border: Partner) -> None:
    agreement = drafted(liaison, border)
    liaison.post(f"/partners/{border.pk}/confirm")
    liaison.post(f"/partners/agreements/{agreement.pk}/act", {"act": "sign"})
    assert agreement.standing().state == "offered"
    message = Outgoing.objects.get()
    assert (message.partner, message.kind, len(message.letter["body"]["acts"])) == (border, "agreement", 1)

    theirs = perform("sign", agreement.read, BORDER, agreement.known_acts(), datetime.now(UTC))
    receive({"document": agreement.document, "acts": [theirs.to_json()]}, border)
    receive({"document": agreement.document, "acts": [theirs.to_json()]}, border)  # twice is once
    assert agreement.standing().in_force
    assert agreement.acts.count() == 2


def test_suspending_needs_a_reason_and_takes_effect_at_once(liaison: Client, border: Partner) -> None:
    test_an_agreement_is_in_force_once_both_have_signed_and_not_before(liaison, border)
    agreement = Agreement.objects.get()
    url = f"/partners/agreements/{agreement.pk}/act"
    assert "no reason" in liaison.post(url, {"act": "suspend"}, follow=True).content.decode()
    liaison.post(url, {"act": "suspend", "reason": "An incident at the partner"})
    assert agreement.standing().state == "suspended"
    liaison.post(url, {"act": "resume"})
    assert agreement.standing().in_force


def test_acts_that_another_key_signed_and_agreements_of_others_are_refused(liaison: Client, border: Partner) -> None:
    agreement = drafted(liaison, border)
    forged = perform("sign", agreement.read, BORDER, [], datetime.now(UTC)).to_json()
    forged["at"] = "2026-02-02T00:00:00+00:00"
    with pytest.raises(SignatureRefused):
        receive({"document": agreement.document, "acts": [forged]}, border)
    parties = [agreement.document["parties"][0] | {"node": "elsewhere.example"}, agreement.document["parties"][1]]
    with pytest.raises(AgreementRefused):
        receive({"document": agreement.document | {"parties": parties}, "acts": []}, border)
    assert not agreement.acts.exists()


def test_the_own_card_names_the_key_that_the_node_signs_with(liaison: Client) -> None:
    page = liaison.get("/partners/").content.decode()
    assert node_key().public.text in page
    assert node_id() in page


def test_an_auditor_reads_and_changes_nothing(
    client_of: Callable[..., Client], liaison: Client, border: Partner
) -> None:
    agreement = drafted(liaison, border)
    auditor = client_of("auditor")
    assert auditor.get(f"/partners/agreements/{agreement.pk}").status_code == 200
    assert auditor.post(f"/partners/agreements/{agreement.pk}/act", {"act": "sign"}).status_code == 403


def test_the_page_offers_what_can_be_done_now_and_says_times_as_people_read_them(
    liaison: Client, border: Partner
) -> None:
    def offered() -> set[str]:
        page = liaison.get(f"/partners/agreements/{Agreement.objects.get().pk}").content.decode()
        assert "2099-01-10T" not in page.partition("<h2>")[0]
        return {kind for kind in ("sign", "suspend", "resume", "end") if f'name="act" value="{kind}"' in page}

    agreement = drafted(liaison, border)
    assert offered() == {"sign", "end"}
    liaison.post(f"/partners/{border.pk}/confirm")
    url = f"/partners/agreements/{agreement.pk}/act"
    liaison.post(url, {"act": "sign"})
    theirs = perform("sign", agreement.read, BORDER, agreement.known_acts(), datetime.now(UTC))
    receive({"document": agreement.document, "acts": [theirs.to_json()]}, border)
    assert offered() == {"suspend", "end"}
    assert "it holds until 2099-01-10 00:00 UTC" in agreement.standing().sentence
    liaison.post(url, {"act": "suspend", "reason": "An incident"})
    assert offered() == {"resume", "end"}
    liaison.post(url, {"act": "end", "reason": "It is over", "seen": "0"})
    assert offered() == set()
