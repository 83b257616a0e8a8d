"""What was asked and answered is removed when the agreement's retention is over: rows and letters, not the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Max
from django.test import Client

from dragoman.node.journal.models import Event
from dragoman.node.partners import chores, requests_forgetting, requests_receiving
from dragoman.node.partners.models import (
    AnswerObject,
    Disclosure,
    Incoming,
    InformationRequest,
    Outgoing,
    OutStream,
    Partner,
    RequestEvent,
)
from tests.node.partners.asking import ask, border, event, letter, liaison, note, theirs

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db
NAMES = ("Tazmart", "Is this person known", "We know this person", "Who is this", "Known to us", "A namesake")


@pytest.fixture
def talked(liaison: Client, border: Partner) -> None:
    """A request each way, both answered, with the letters as they travel, all delivered."""
    ask(liaison)
    own = InformationRequest.objects.get()
    event(own, "received")
    event(own, "answered", [note()])
    liaison.post(f"/partners/requests/{own.pk}/follow", {"step": "feedback", "word": "wrong", "text": "A namesake"})
    body = {"event": {"request": own.digest}, "objects": [note()]}
    Incoming.objects.create(partner=border, number=1, kind="event", letter={"body": body})
    asked = theirs()
    requests_receiving.take_request(letter("request", asked.to_json()), border)
    Incoming.objects.create(partner=border, number=2, kind="request", letter={"body": asked.to_json()})
    url = f"/partners/requests/{InformationRequest.objects.get(own=False).pk}/answer"
    liaison.post(url, {"step": "received"})
    liaison.post(url, {"step": "answered", "tlp": "AMBER", "text": "Known to us"})
    delivered(border)


def delivered(partner: Partner) -> None:
    OutStream.objects.filter(partner=partner).update(through=Outgoing.objects.aggregate(last=Max("number"))["last"])


def at(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let it be so many days later; the agreement keeps list entries for 365."""
    then = datetime.now(UTC) + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: then)


def said() -> str:
    """Return all that is kept of what was asked and answered."""
    rows: list[Any] = [*InformationRequest.objects.values_list("body"), *RequestEvent.objects.values_list("body")]
    letters = [*Incoming.objects.values_list("letter"), *Outgoing.objects.values_list("letter")]
    return str([*rows, *letters, *AnswerObject.objects.values_list("content")])


def test_nothing_said_is_left_once_the_time_is_over(talked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(name in said() for name in NAMES)
    given = Disclosure.objects.count()
    at(monkeypatch, 365)
    assert requests_forgetting.forget_all() == 0
    at(monkeypatch, 367)
    assert requests_forgetting.forget_all() == 2
    assert not [name for name in NAMES if name in said()]
    assert not InformationRequest.objects.exists()
    assert not RequestEvent.objects.exists()
    assert Disclosure.objects.count() == given > 0  # ids only; a recall still follows them
    assert requests_forgetting.forget_all() == 0


def test_it_is_journalled_by_numbers_and_digests(talked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {row.digest.removeprefix("sha-256:") for row in InformationRequest.objects.all()}
    at(monkeypatch, 367)
    requests_forgetting.forget_all()
    events = Event.objects.filter(act="partners.request.forgotten")
    assert {each.details["digest"] for each in events} == digests
    assert {each.details["count"] for each in events} == {1}
    assert {each.who for each in events} == {"service"}
    assert not [each for each in Event.objects.all() if any(name in str(each.details) for name in NAMES)]


def test_the_time_runs_from_the_last_that_happened(talked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    own = InformationRequest.objects.get(own=True)
    later = RequestEvent.objects.filter(request=own).order_by("pk").last()
    assert later is not None
    RequestEvent.objects.filter(pk=later.pk).update(at=later.at + timedelta(days=30))
    at(monkeypatch, 370)
    assert requests_forgetting.forget_all() == 1
    assert InformationRequest.objects.get() == own
    at(monkeypatch, 398)
    assert requests_forgetting.forget_all() == 1


def test_what_was_never_answered_is_forgotten_too_but_not_before_its_letters_are_delivered(
    liaison: Client, border: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(liaison)
    at(monkeypatch, 367)
    assert requests_forgetting.forget_all() == 0
    delivered(border)
    assert requests_forgetting.forget_all() == 1
    assert "Tazmart" not in said()


def test_letters_of_other_requests_and_of_other_kinds_stay(
    talked: None, border: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each.pk: each.letter for each in Outgoing.objects.exclude(kind__in=("request", "event"))}
    other = theirs(question="Another question", at=datetime.now(UTC) + timedelta(days=300))
    requests_receiving.take_request(letter("request", other.to_json()), border)
    at(monkeypatch, 367)
    assert requests_forgetting.forget_all() == 2
    assert "Another question" in said()
    assert before == {each.pk: each.letter for each in Outgoing.objects.filter(pk__in=list(before))}


def test_the_worker_does_it_now_and_then(talked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 367)
    chores.forget_answers()
    assert not InformationRequest.objects.exists()
