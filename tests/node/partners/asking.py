"""A partner that may ask and be asked, and what it sends; for the tests of requests, interests and co-signing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from dragoman.exchange import requests as rules
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.messages import Letter
from dragoman.node.partners import requests_receiving
from dragoman.node.partners.agreeing import receive
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, InformationRequest, Outgoing, Partner
from tests.node.partners.test_agreeing import BORDER, CARD, DRAFT

BOTH_WAYS = DRAFT | {
    f"{side}_{name}": value
    for side in ("give", "take")
    for name, value in {
        "classes": ["list_entries", "persons_of_interest"],
        "purposes": ["border-control"],
        "actions": ["disclose", "match", "ask"],
    }.items()
}


@pytest.fixture
def liaison(client_of: Callable[..., Client]) -> Client:
    return client_of("liaison")


@pytest.fixture
def border(liaison: Client) -> Partner:
    """A partner with an agreement in force by which both may ask, give and match."""
    liaison.post("/partners/add", {"card": json.dumps(CARD)})
    partner = Partner.objects.get()
    answer = liaison.post(f"/partners/{partner.pk}/draft", BOTH_WAYS | {"quota": "15"})
    assert answer.status_code == 302, answer.context["form"].errors
    liaison.post(f"/partners/{partner.pk}/confirm")
    agreement = Agreement.objects.get()
    liaison.post(f"/partners/agreements/{agreement.pk}/act", {"act": "sign"})
    theirs = perform("sign", agreement.read, BORDER, agreement.known_acts(), datetime.now(UTC))
    receive({"document": agreement.document, "acts": [theirs.to_json()]}, partner)
    partner.refresh_from_db()
    return partner


def letter(kind: str, body: Any) -> Letter:
    """Return a letter of the partner, as it is after its signature was checked."""
    return Letter(kind, "border.example", node_id(), Agreement.objects.get().hash, datetime.now(UTC), body)


def sent(kind: str) -> list[Any]:
    """Return the bodies of the letters of a kind that wait for the partner."""
    return [each.letter["body"] for each in Outgoing.objects.filter(kind=kind).order_by("number")]


FORM = {
    "step": "send",
    "question": "Is this person known to you?",
    "data_class": "list_entries",
    "purpose": "border-control",
    "urgency": "urgent",
    "tlp": "AMBER",
    "schema": "Person",
    "name": "Anwar Belhadi Tazmart",
    "birthDate": "1971-03-04",
}
ABOUT = {"schema": "Person", "properties": {"name": ["Anwar Belhadi Tazmart"], "birthDate": ["1971-03-04"]}}


def ask(liaison: Client, **changes: Any) -> Any:
    form = FORM | {"agreement": Agreement.objects.get().pk} | changes
    return liaison.post("/partners/requests/new", form, follow=True)


def theirs(**changes: Any) -> rules.Request:
    given: dict[str, Any] = {
        "data_class": "list_entries",
        "purpose": "border-control",
        "urgency": "urgent",
        "question": "Who is this?",
        "about": ABOUT,
        "handling": Handling(Colour.AMBER, frozenset({"border.example"})),
        "at": datetime.now(UTC),
    }
    return rules.request(Agreement.objects.get().read, "border.example", **given | changes)


def event(row: InformationRequest, kind: str, objects: list[Any] | None = None, **given: Any) -> None:
    """Take in an event of the partner."""
    ids = tuple(each["object"]["id"] for each in objects or [])
    made = rules.Event(row.digest, kind, "border.example", datetime.now(UTC), objects=ids, **given)
    body = {"event": made.to_json(), "objects": objects or []}
    requests_receiving.take_event(letter("event", body), Partner.objects.get())
    row.refresh_from_db()


def note(number: int = 1, text: str = "We know this person.") -> dict[str, Any]:
    thing = {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--0f5a0c0e-0000-4000-8000-{number:012}",
        "created": "2026-06-01T00:00:00.000Z",
        "modified": "2026-06-01T00:00:00.000Z",
        "content": text,
        "object_refs": ["identity--0f5a0c0e-0000-4000-8000-000000000009"],
    }
    return {"object": thing, "handling": {"tlp": "AMBER", "originators": ["border.example"]}}
