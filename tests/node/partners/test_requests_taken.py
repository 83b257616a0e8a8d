"""What partners send as requests and events is taken in only under an agreement, in its turn, and whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from dragoman.errors import DragomanError, MessageRefused
from dragoman.exchange import requests as rules
from dragoman.node.partners import requests_receiving
from dragoman.node.partners.models import AnswerObject, InformationRequest, Partner
from tests.node.partners.asking import ask, border, event, letter, liaison, note, sent, theirs

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db


def test_a_reminder_is_no_second_request(border: Partner) -> None:
    asked = theirs().to_json()
    for _ in range(2):
        requests_receiving.take_request(letter("request", asked), border)
    assert InformationRequest.objects.get().reminded == 1


def test_what_no_clause_lets_a_partner_ask_is_refused_on_that_ground(border: Partner) -> None:
    requests_receiving.take_request(letter("request", theirs(purpose="aml-cft").to_json()), border)
    assert InformationRequest.objects.get().state == "refused"
    assert sent("event")[0]["event"]["word"] == "outside_agreement"


@pytest.mark.parametrize(
    "changes",
    [
        {"asker": "else.example"},
        {"hours": 9000},
        {"agreement": "sha-256:0"},
        {"question": ""},
        {"about": {}},
        {"about": {"schema": "Person", "properties": {"name": "x"}}},
        {"about": {"schema": "Person", "properties": {"religion": ["x"]}}},
        {"about": {"schema": "Person", "properties": {"name": ["x" * 501]}}},
        {"urgency": "now"},
    ],
)
def test_what_is_no_request_under_an_agreement_is_refused(border: Partner, changes: dict[str, Any]) -> None:
    with pytest.raises(MessageRefused):
        requests_receiving.take_request(letter("request", theirs().to_json() | changes), border)
    assert not InformationRequest.objects.exists()


def test_events_out_of_turn_of_others_or_with_other_objects_are_refused(liaison: Client, border: Partner) -> None:
    ask(liaison)
    row = InformationRequest.objects.get()
    with pytest.raises(DragomanError):
        event(row, "answered", [note()])  # the receipt was not confirmed
    event(row, "received")
    made = rules.Event(row.digest, "answered", "border.example", datetime.now(UTC), objects=("note--x",))
    for body in ({"event": made.to_json(), "objects": [note()]}, {"event": made.to_json()}, {}, None):
        with pytest.raises(DragomanError):
            requests_receiving.take_event(letter("event", body), border)
    other = rules.Event("sha-256:0", "received", "border.example", datetime.now(UTC))
    with pytest.raises(MessageRefused):
        requests_receiving.take_event(letter("event", {"event": other.to_json(), "objects": []}), border)
    assert not AnswerObject.objects.exists()
