"""Requests to and from partners: only what an agreement lets be asked leaves, and people answer, refuse and report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dragoman.exchange import requests as rules
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.recall import notice
from dragoman.node.desk.models import Case
from dragoman.node.journal.models import Event
from dragoman.node.partners import recalling_receiving, requests_receiving
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import (
    Agreement,
    AnswerObject,
    Disclosure,
    Incoming,
    InformationRequest,
    Outgoing,
    Partner,
)
from dragoman.node.people.models import Team
from dragoman.node.registry.models import Record, Source
from dragoman.screening import Screener
from tests.node.conftest import People
from tests.node.desk.conftest import index, keep, lists, party
from tests.node.partners.asking import ask, border, event, letter, liaison, note, sent, theirs
from tests.node.partners.test_agreeing import BORDER

__all__ = ["border", "index", "liaison", "lists"]
pytestmark = pytest.mark.django_db


def received(liaison: Client) -> tuple[InformationRequest, str]:
    """Return a request of the partner whose receipt was confirmed, and where it is answered."""
    requests_receiving.take_request(letter("request", theirs().to_json()), Partner.objects.get())
    row = InformationRequest.objects.get(own=False)
    liaison.post(f"/partners/requests/{row.pk}/answer", {"step": "received"})
    row.refresh_from_db()
    return row, f"/partners/requests/{row.pk}/answer"


def test_a_request_leaves_signed_with_the_time_that_the_agreement_gives(liaison: Client, border: Partner) -> None:
    page = ask(liaison).content.decode()
    row = InformationRequest.objects.get()
    (body,) = sent("request")
    assert rules.Request.from_json(body).id == row.digest
    assert (row.own, row.state, row.read.hours) == (True, "sent", 8)
    assert "Anwar Belhadi Tazmart" in page
    assert Event.objects.filter(act="partners.request.sent", object=f"request:{row.pk}").count() == 1
    assert not [each for each in Event.objects.all() if "Tazmart" in str(each.details)]


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "aml-cft"},
        {"data_class": "payments"},
        {"tlp": "RED"},
        {"urgency": "now"},
        {"question": " "},
        {"name": "", "birthDate": ""},
        {"schema": "Dog"},
    ],
)
def test_what_no_clause_allows_or_what_asks_nothing_does_not_leave(
    liaison: Client, border: Partner, changes: dict[str, str]
) -> None:
    assert "notice bad" in ask(liaison, **changes).content.decode()
    assert not InformationRequest.objects.exists()
    assert not sent("request")


def test_a_suspended_agreement_stops_the_next_request(liaison: Client, border: Partner) -> None:
    agreement = Agreement.objects.get()
    act = {"act": "suspend", "reason": "An incident at the partner"}
    liaison.post(f"/partners/agreements/{agreement.pk}/act", act)
    assert ask(liaison).status_code == 404
    assert "No partner can be asked" in liaison.get("/partners/requests/new").content.decode()


def test_an_analyst_asks_for_a_case_and_only_who_sees_the_case_sees_the_request(
    border: Partner, people: People, client_of: Callable[..., Client]
) -> None:
    team = Team.objects.create(name="Closed desk")
    people.make("insider", "analyst", teams=[team])
    people.make("colleague", "analyst", teams=[team])
    case = Case.objects.create(title="A case", opened_by=people.insider, purpose="training")
    case.teams.set([team])
    analyst = client_of(people.insider)
    assert "names it" in ask(analyst).content.decode()
    ask(analyst, case=case.pk)
    row = InformationRequest.objects.get()
    assert row.case == case
    for who, status in (("colleague", 200), ("auditor", 200), ("analyst", 404), ("liaison", 404), ("supervisor", 404)):
        client = client_of(getattr(people, who))
        assert client.get(f"/partners/requests/{row.pk}").status_code == status, who
        assert ("Tazmart" in client.get("/partners/requests").content.decode()) == (status == 200), who


def test_the_answer_is_kept_shown_and_reported_on(liaison: Client, border: Partner) -> None:
    ask(liaison)
    row = InformationRequest.objects.get()
    event(row, "received")
    assert row.due is not None
    event(row, "answered", [note()])
    page = liaison.get(f"/partners/requests/{row.pk}").content.decode()
    assert "We know this person." in page
    assert (row.state, row.until) == ("answered", None)
    liaison.post(f"/partners/requests/{row.pk}/follow", {"step": "feedback", "word": "wrong", "text": "A namesake"})
    (told,) = sent("event")
    assert (told["event"]["kind"], told["event"]["word"]) == ("feedback", "wrong")


def test_what_is_unclear_stops_the_clock_until_the_asker_says(liaison: Client, border: Partner) -> None:
    ask(liaison)
    row = InformationRequest.objects.get()
    event(row, "received")
    event(row, "unclear", text="Which of the two?")
    assert (row.state, row.until) == ("on hold", None)
    url = f"/partners/requests/{row.pk}/follow"
    assert "notice bad" in liaison.post(url, {"step": "clarified", "text": ""}, follow=True).content.decode()
    liaison.post(url, {"step": "clarified", "text": "The elder"})
    row.refresh_from_db()
    assert row.state == "received"
    liaison.post(url, {"step": "withdrawn"})
    assert [each["event"]["kind"] for each in sent("event")] == ["clarified", "withdrawn"]


def test_a_partner_is_answered_with_records_by_policy_and_they_are_in_the_ledger(
    liaison: Client, border: Partner, lists: Screener
) -> None:
    row, url = received(liaison)
    assert row.state == "received"
    page = liaison.get(f"/partners/requests/{row.pk}?look=1").content.decode()
    record = Record.objects.get(record_id="H-1")
    assert f'name="record" value="{record.pk}"' in page
    closed = Record.objects.get(record_id="C-1")
    assert f'name="record" value="{closed.pk}"' not in page

    liaison.post(url, {"step": "answered", "tlp": "AMBER", "record": record.pk, "text": "See the record."})
    row.refresh_from_db()
    assert row.state == "answered"
    given, said = Disclosure.objects.order_by("pk")
    assert (given.data_class, given.purpose, given.clause) == ("list_entries", "border-control", "clause 1")
    assert said.object.startswith("note--")
    (_, body) = sent("event")
    assert [each["object"]["id"] for each in body["objects"]] == body["event"]["objects"] == [given.object, said.object]
    assert "Anwar Belhadi Tazmart" in str(body["objects"][0])
    assert Event.objects.filter(act="partners.request.answered", object=f"request:{row.pk}").count() == 1


@pytest.mark.parametrize("colour", ["RED", "AMBER+STRICT", "purple"])
def test_what_the_agreement_forbids_stays_and_nothing_is_half_sent(
    liaison: Client, border: Partner, colour: str
) -> None:
    row, url = received(liaison)
    page = liaison.post(url, {"step": "answered", "tlp": colour, "text": "Known."}, follow=True).content.decode()
    assert "notice bad" in page
    row.refresh_from_db()
    assert row.state == "received"
    assert not Disclosure.objects.exists()
    assert len(sent("event")) == 1


def test_what_a_partner_gave_or_a_source_restricts_is_not_given_as_ones_own(liaison: Client, border: Partner) -> None:
    _, url = received(liaison)
    received_from = keep(party("from-border-example", "B-1", name="Somebody Else"))
    restricted = keep(party("harbour", "H-9", name="Somebody Else"))
    handling = Handling(Colour.AMBER, frozenset({node_id()}), recipients=frozenset({"bank.example"}))
    Source.objects.filter(name="harbour").update(handling=handling.to_json())
    for record, why in ((received_from, "passed on"), (restricted, "recipients are named")):
        page = liaison.post(url, {"step": "answered", "tlp": "AMBER", "record": record.pk}, follow=True)
        assert why in page.content.decode()
    assert not Disclosure.objects.exists()


def test_a_refusal_has_a_ground_of_the_table(liaison: Client, border: Partner) -> None:
    row, url = received(liaison)
    assert "no ground" in liaison.post(url, {"step": "refused", "word": "mood"}, follow=True).content.decode()
    liaison.post(url, {"step": "refused", "word": "rights"})
    row.refresh_from_db()
    assert (row.state, sent("event")[-1]["event"]["word"]) == ("refused", "rights")


def test_more_time_needs_a_later_day_and_a_reason(liaison: Client, border: Partner) -> None:
    row, url = received(liaison)
    for given in ({"until": "", "text": "x"}, {"until": "2020-01-01", "text": "x"}, {"until": "2099-01-01"}):
        assert "notice bad" in liaison.post(url, {"step": "extended"} | given, follow=True).content.decode()
    liaison.post(url, {"step": "extended", "until": "2099-01-01", "text": "The court has to permit it"})
    row.refresh_from_db()
    assert row.due is not None
    assert row.due.year == 2099


def test_feedback_that_it_was_wrong_asks_the_provider_to_look_at_what_it_gave(liaison: Client, border: Partner) -> None:
    row, url = received(liaison)
    liaison.post(url, {"step": "answered", "tlp": "AMBER", "text": "Known."})
    event(row, "feedback", word="wrong")
    page = liaison.get(f"/partners/requests/{row.pk}").content.decode()
    assert "call it back or correct it" in page
    assert Disclosure.objects.get().object in page


def test_an_answer_that_is_called_back_is_gone_here_and_from_the_letter_it_came_in(
    liaison: Client, border: Partner
) -> None:
    ask(liaison)
    row = InformationRequest.objects.get()
    event(row, "received")
    event(row, "answered", [note()])
    held = AnswerObject.objects.get()
    body = {"event": {"request": row.digest}, "objects": [note()]}
    Incoming.objects.create(partner=border, number=99, kind="event", letter={"body": body})
    found = notice("recall", held.stix_id, "border.example", "Another person", datetime.now(UTC), BORDER)
    recalling_receiving.take_notices(letter("notice", {"notices": [found.to_json()]}), border)
    held.refresh_from_db()
    assert (held.content, held.removed is not None) == ("", True)
    assert "We know" not in str(Incoming.objects.get(number=99).letter)
    assert recalling_receiving.carry_out_all() == 1
    assert sent("done")[0]["done"][0]["outcome"] == "removed"
    assert "We know" not in liaison.get(f"/partners/requests/{row.pk}").content.decode()


def test_an_answer_is_kept_no_longer_than_agreed(liaison: Client, border: Partner) -> None:
    ask(liaison)
    row = InformationRequest.objects.get()
    event(row, "received")
    event(row, "answered", [note()])
    assert requests_receiving.forget_all() == 0
    AnswerObject.objects.update(keep_until="2020-01-01")
    assert requests_receiving.forget_all() == 1
    assert AnswerObject.objects.get().content == ""


def test_an_overdue_request_is_marked_chased_and_at_last_a_person_calls(liaison: Client, border: Partner) -> None:
    ask(liaison)
    assert requests_receiving.chase_all() == 0
    long_ago = datetime.now(UTC) - timedelta(hours=100)
    InformationRequest.objects.update(until=long_ago)
    assert [requests_receiving.chase_all() for _ in range(4)] == [1, 1, 1, 0]
    assert len(sent("request")) == 4
    row = InformationRequest.objects.get()
    assert "Overdue" in liaison.get("/partners/requests?state=overdue").content.decode()
    assert "Call the partner" in liaison.get(f"/partners/requests/{row.pk}").content.decode()


def test_a_hit_of_private_matching_opens_a_prefilled_request(liaison: Client, border: Partner) -> None:
    page = liaison.post("/partners/requests/new", {"name": "Invented Person", "passportNumber": "A01234567"})
    text = page.content.decode()
    assert 'value="Invented Person"' in text
    assert 'value="A01234567"' in text
    assert not Outgoing.objects.filter(kind="request").exists()


def test_an_auditor_reads_and_answers_nothing(
    liaison: Client, border: Partner, client_of: Callable[..., Client]
) -> None:
    row, url = received(liaison)
    auditor = client_of("auditor")
    page = auditor.get(f"/partners/requests/{row.pk}").content.decode()
    assert "What to do" not in page
    assert auditor.post(url, {"step": "refused", "word": "rights"}).status_code == 403
