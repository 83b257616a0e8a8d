"""A partner that may ask and be asked, and what it sends; for the tests of requests, interests and co-signing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.messages import Letter
from dragoman.node.partners.agreeing import receive
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Outgoing, Partner
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
