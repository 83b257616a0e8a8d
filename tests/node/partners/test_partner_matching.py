"""What a partner may ask of a list: within agreement and quota, of the edition in force; no key outlives it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from dragoman.errors import MatchingRefused, QueryRefused, QuotaReached
from dragoman.exchange import matching
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys_of import MatchKey
from dragoman.node.journal.models import Event
from dragoman.node.partners import matching_publishing
from dragoman.node.partners.agreeing import receive
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.matching_asking import read_batch
from dragoman.node.partners.models import Agreement, MatchList, MatchQuestion, Partner
from dragoman.node.registry.models import ListVersion, Source
from tests.node.partners.test_agreeing import BORDER, CARD, DRAFT

pytestmark = pytest.mark.django_db
LISTED = MatchKey("document", "ng:A01234567")


@pytest.fixture
def liaison(client_of: Callable[..., Client]) -> Client:
    return client_of("liaison")


@pytest.fixture
def border(liaison: Client) -> Partner:
    """A partner with an agreement in force by which it may match, 15 elements a day."""
    import json

    liaison.post("/partners/add", {"card": json.dumps(CARD)})
    partner = Partner.objects.get()
    liaison.post(f"/partners/{partner.pk}/draft", DRAFT | {"quota": "15"})
    liaison.post(f"/partners/{partner.pk}/confirm")
    agreement = Agreement.objects.get()
    liaison.post(f"/partners/agreements/{agreement.pk}/act", {"act": "sign"})
    theirs = perform("sign", agreement.read, BORDER, agreement.known_acts(), datetime.now(UTC))
    receive({"document": agreement.document, "acts": [theirs.to_json()]}, partner)
    partner.refresh_from_db()
    return partner


@pytest.fixture
def offered(border: Partner, monkeypatch: pytest.MonkeyPatch) -> MatchList:
    monkeypatch.setattr(matching_publishing._Publishable, "keys", lambda self: iter([LISTED]))
    source = Source.objects.create(name="watched", title="Watched")
    ListVersion.objects.create(source=source, version="1", state=ListVersion.State.IN_USE)
    handling = Handling(Colour.AMBER, frozenset({node_id()}), purposes=frozenset({"border-control"}))
    made = MatchList.objects.create(
        agreement=Agreement.objects.get(),
        source=source,
        purpose="border-control",
        handling=handling.to_json(),
        kinds=["document"],
    )
    assert matching_publishing.publish(made)
    return made


def asked(offered: MatchList, *keys: MatchKey) -> tuple[matching.Asked, dict[str, str]]:
    found = matching.ask(keys, matching.PublishedList.read(bytes(offered.content)))
    blinded = base64.b64encode(found.question.blinded).decode()
    return found, {"agreement": offered.agreement.hash, "edition": offered.edition, "blinded": blinded}


def test_a_question_is_answered_and_its_commitment_is_in_the_journal(border: Partner, offered: MatchList) -> None:
    question, body = asked(offered, LISTED, MatchKey("document", "ng:B7654321"))
    found = matching_publishing.question(border, body)
    answer = matching.Answer(found["commitment"], base64.b64decode(found["evaluated"]))
    assert question.hits(answer, matching.PublishedList.read(bytes(offered.content))) == [LISTED]
    kept = MatchQuestion.objects.get()
    assert (kept.own, kept.elements, kept.commitment) == (False, 10, question.question.commitment)
    assert Event.objects.filter(act="partners.matching.answered").count() == 1


def test_the_holder_refuses_what_goes_beyond_the_quota(border: Partner, offered: MatchList) -> None:
    matching_publishing.question(border, asked(offered, LISTED)[1])
    with pytest.raises(QuotaReached, match="5 of 15 left"):
        matching_publishing.question(border, asked(offered, LISTED)[1])
    assert MatchQuestion.objects.count() == 1


def test_a_suspended_agreement_stops_the_next_question(liaison: Client, border: Partner, offered: MatchList) -> None:
    body = asked(offered, LISTED)[1]
    liaison.post(
        f"/partners/agreements/{offered.agreement_id}/act", {"act": "suspend", "reason": "An incident at the partner"}
    )
    with pytest.raises(MatchingRefused):
        matching_publishing.question(border, body)
    assert matching_publishing.lists(border, {"agreement": offered.agreement.hash}) == {"lists": []}


def test_another_version_of_the_list_destroys_the_key_of_the_one_before(border: Partner, offered: MatchList) -> None:
    body, sealed = asked(offered, LISTED)[1], offered.sealed
    ListVersion.objects.update(version="2")
    assert matching_publishing.publish_all() == 1
    offered.refresh_from_db()
    assert offered.sealed != sealed
    with pytest.raises(MatchingRefused, match="no such list"):
        matching_publishing.question(border, body)


def test_the_secret_is_not_kept_as_it_is(offered: MatchList) -> None:
    secret = matching_publishing._unseal(offered.sealed)
    assert f"{secret.scalar:x}" not in offered.sealed
    assert secret.public == matching.PublishedList.read(bytes(offered.content)).public


@pytest.mark.parametrize("body", [None, {}, {"agreement": 1}, {"agreement": "x", "edition": "y", "blinded": "z"}])
def test_what_is_no_question_is_refused(border: Partner, offered: MatchList, body: object) -> None:
    with pytest.raises(MatchingRefused):
        matching_publishing.question(border, body)


def test_a_list_that_no_clause_lets_be_matched_is_not_offered(liaison: Client, offered: MatchList) -> None:
    MatchList.objects.all().delete()
    form = {"agreement": offered.agreement_id, "source": "watched", "tlp": "AMBER", "kind": ["document"]}
    page = liaison.post("/partners/matching/offer", form | {"purpose": "counter-terrorism"}, follow=True)
    assert "notice bad" in page.content.decode()
    assert not MatchList.objects.exists()


def test_a_batch_is_read_with_or_without_a_heading() -> None:
    (one,) = read_batch("Invented Person;1980-01-02;A01234567;ng")
    assert (one.first("name"), one.first("passportNumber"), one.first("country")) == (
        "Invented Person",
        "A01234567",
        "ng",
    )
    (other,) = read_batch("birthDate,name\n1980-01-02,Invented Person\n")
    assert other.first("birthDate") == "1980-01-02"


@pytest.mark.parametrize("text", ["", "\n\n", "x\n" * 5001])
def test_an_empty_or_too_large_batch_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read_batch(text)
