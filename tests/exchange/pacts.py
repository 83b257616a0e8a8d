"""An invented agreement between two invented agencies, and their keys."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from dragoman.exchange.agreement import Agreement
from dragoman.exchange.agreement_acts import Act, perform
from dragoman.exchange.agreement_reading import read_agreement
from dragoman.exchange.keys import PrivateKey

FIU, BORDER, BANK = "fiu.example", "border.example", "bank.example"
KEYS = {node: PrivateKey.from_seed(bytes([index] * 32)) for index, node in enumerate((FIU, BORDER, BANK), 1)}
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

DOCUMENT: dict[str, Any] = {
    "type": "dragoman-agreement",
    "form": 1,
    "id": "fiu-border",
    "version": 1,
    "title": "Exchange on the financing of terrorism",
    "memorandum": {"title": "Memorandum of Understanding", "reference": "MoU 12/2025", "signed": "2025-11-03"},
    "parties": [
        {
            "node": FIU,
            "name": "the Financial Intelligence Unit",
            "key": KEYS[FIU].public.text,
            "contact": {"desk": "Duty desk", "email": "desk@fiu.example"},
        },
        {
            "node": BORDER,
            "name": "the Border Service",
            "key": KEYS[BORDER].public.text,
            "contact": {"desk": "Liaison", "phone": "+999 555 0100"},
        },
    ],
    "clauses": [
        {
            "id": "1",
            "giver": FIU,
            "receiver": BORDER,
            "actions": ["disclose", "match", "ask"],
            "classes": ["list_entries", "persons_of_interest", "indicators"],
            "purposes": ["counter-terrorism", "border-control"],
            "tlp": "AMBER+STRICT",
            "codes": ["H0", "H1", "H2"],
            "roles": ["liaison", "service"],
        },
        {
            "id": "2",
            "giver": BORDER,
            "receiver": FIU,
            "actions": ["disclose", "pass_on", "ask", "use_in_court"],
            "classes": ["journeys", "documents", "list_entries"],
            "purposes": ["counter-terrorism", "aml-cft"],
            "tlp": "RED",
            "codes": ["H0", "H1", "H2", "H3"],
            "roles": ["liaison"],
        },
    ],
    "onward": "leave",
    "retention": {
        "list_entries": 1825,
        "persons_of_interest": 365,
        "indicators": 90,
        "journeys": 180,
        "documents": 365,
    },
    "quotas": [{"action": "match", "class": "persons_of_interest", "count": 3, "hours": 24}],
    "answers": {"urgent": 8, "prompt": 72, "routine": 168},
    "authors": "stripped",
    "references": "cut",
    "starts": "2026-01-01T00:00:00+00:00",
    "ends": "2028-01-01T00:00:00+00:00",
}


def document(**changes: Any) -> dict[str, Any]:
    """Return the document with these keys changed; None leaves one out."""
    made = deepcopy(DOCUMENT) | changes
    return {key: value for key, value in made.items() if value is not None}


def pact(**changes: Any) -> Agreement:
    return read_agreement(document(**changes))


def between(giver: str, receiver: str, **changes: Any) -> Agreement:
    """Return an agreement of two other parties, whose one clause gives all classes one way."""
    parties = [
        {"node": node, "name": node, "key": KEYS[node].public.text, "contact": {"desk": "Desk"}}
        for node in (giver, receiver)
    ]
    classes = ["list_entries", "persons_of_interest", "indicators", "journeys", "documents"]
    clause = DOCUMENT["clauses"][1] | {
        "giver": giver, "receiver": receiver, "classes": classes, "purposes": ["counter-terrorism", "border-control"],
        "roles": ["liaison", "service"],
    }  # fmt: skip
    made = {"id": f"{giver}-{receiver}", "title": f"{giver} to {receiver}", "parties": parties, "clauses": [clause]}
    return pact(**made | {"retention": dict.fromkeys(classes, 365), "quotas": []} | changes)


def signed(agreement: Agreement, at: datetime = NOW - DAY) -> list[Act]:
    """Return the acts by which both parties signed."""
    return [perform("sign", agreement, KEYS[each.node], [], at) for each in agreement.parties]
