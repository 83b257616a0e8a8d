"""Two partners of this node for tests: a bank that gives it a list, and a border service that reads from it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.messages import Letter
from dragoman.exchange.stix.ids import AUTHOR, Thing
from dragoman.exchange.stix.markings import markings_of
from dragoman.exchange.stix.records import Writing, write_record
from dragoman.model import Record
from dragoman.node.partners import agreeing
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.keeping import Keeping
from dragoman.node.partners.models import Agreement, Partner, PartnerToken
from dragoman.node.partners.taxii.asking import collections_of, digest_of

BANK, BORDER = "bank.example", "border.example"
KEYS = {node: PrivateKey.from_seed(bytes([number] * 32)) for number, node in enumerate((BANK, BORDER), 31)}
NOW = datetime.now(UTC)
PURPOSE = "border-control"
WRITTEN = NOW - timedelta(hours=1)


@dataclass
class Side:
    """A partner with the agreement with it."""

    partner: Partner
    agreement: Agreement

    def letter(self, kind: str, body: object) -> Letter:
        return Letter(kind, self.partner.node, node_id(), "", datetime.now(UTC), body)

    @property
    def key(self) -> PrivateKey:
        return KEYS[self.partner.node]

    def act(self, kind: str) -> None:
        """Let the partner act on the agreement."""
        done = perform(kind, self.agreement.read, self.key, self.agreement.known_acts(), datetime.now(UTC), "A reason")
        agreeing.receive({"document": self.agreement.document, "acts": [done.to_json()]}, self.partner)


def meet(node: str, account: Any, giver: str, receiver: str, **changes: Any) -> Side:
    """Return a partner whose key was compared, with an agreement that both signed."""
    partner = Partner.objects.create(
        node=node, name=node, address=f"https://{node}/", key=KEYS[node].public.text, confirmed=NOW, by=account
    )
    return Side(partner, agree(partner, giver, receiver, **changes))


def drafted(partner: Partner, giver: str, receiver: str, **changes: Any) -> dict[str, Any]:
    """Return the document by which one of the two gives list entries; `clause` changes its one clause."""
    clause = {
        "id": "1", "giver": giver, "receiver": receiver, "actions": ["disclose", "pass_on", "match"],
        "classes": ["list_entries"], "purposes": [PURPOSE], "tlp": "AMBER+STRICT", "codes": ["H0", "H1", "H2"],
        "roles": ["liaison", "service"],
    }  # fmt: skip
    return {
        "type": "dragoman-agreement", "form": 1, "id": f"{giver}-{receiver}", "version": 1,
        "title": f"{giver} to {receiver}",
        "memorandum": {"title": "Memorandum", "reference": "1", "signed": "2026-01-05"},
        "parties": [
            {"node": node, "name": node, "key": key.public.text, "contact": {"desk": "Desk"}}
            for node, key in _keys(partner).items()
        ],
        "clauses": [clause | changes.pop("clause", {})], "onward": "leave", "retention": {"list_entries": 365},
        "quotas": [], "answers": {"urgent": 8, "prompt": 72, "routine": 168}, "authors": "stripped",
        "references": "cut", "starts": (NOW - timedelta(days=9)).isoformat(),
        "ends": (NOW + timedelta(days=900)).isoformat(),
    } | changes  # fmt: skip


def _keys(partner: Partner) -> dict[str, PrivateKey]:
    return {node_id(): node_key(), partner.node: KEYS[partner.node]}


def agree(partner: Partner, giver: str, receiver: str, *, signers: int = 2, **changes: Any) -> Agreement:
    """Return an agreement as `drafted`, signed by both, or by as many as are said, this node first."""
    kept = agreeing.keep(drafted(partner, giver, receiver, **changes), "node")
    for key in list(_keys(partner).values())[:signers]:
        done = perform("sign", kept.read, key, kept.known_acts(), NOW - timedelta(days=1))
        agreeing.receive({"document": kept.document, "acts": [done.to_json()]}, partner)
    return kept


def listed(number: int, *, note: str = "", source: str = "bank-list") -> Record:
    """Return somebody invented on a list."""
    record = Record(f"p-{number}", "Person", source=source, version="2026-01-01")
    record.add("name", f"Exempla Ficta {number}", quality="good", place=f"row {number}")
    record.add("alias", f"Ficta {number}", quality="weak", original=f"FICTA {number}", lang="ara")
    record.add("notes", note)
    return record


def given_by_bank(bank: Side, *records: Record, modified: datetime = WRITTEN, **changes: Any) -> list[Thing]:
    """Let the bank give records; return their objects."""
    handling = Handling(**{"colour": Colour.AMBER, "originators": frozenset({BANK})} | changes)
    marks = markings_of(handling)
    writing = Writing(WRITTEN, modified, markings=tuple(mark["id"] for mark in marks))
    things = [write_record(record, writing) for record in records]
    with transaction.atomic():
        Keeping(bank.agreement, "list_entries").keep([*marks, *things])
    return things


@dataclass
class Reader:
    """A TAXII client of a partner."""

    side: Side
    secret: str = "of the test"  # noqa: S105  no secret

    def __post_init__(self) -> None:
        PartnerToken.objects.get_or_create(partner=self.side.partner, digest=digest_of(self.secret))

    def read(self, kind: str = "objects", collection: str = "", **query: str) -> list[Thing]:
        """Return what of the collection the partner gets now, without definitions and markings."""
        shown = collections_of(self.side.agreement).values()
        (uuid,) = [each.id for each in shown if each.can_read and collection in ("", each.id)]
        text = base64.b64encode(f"{self.side.partner.node}:{self.secret}".encode()).decode()
        path = f"/taxii2/{self.side.agreement.pk}/collections/{uuid}/{kind}/"
        answer = Client().get(path, query, HTTP_AUTHORIZATION=f"Basic {text}", HTTP_ACCEPT="application/taxii+json")
        if answer.status_code != 200:
            return []
        found: list[Thing] = answer.json().get("objects", [])
        own = ("identity--", "threat-actor--", "x-dragoman-record--")
        return [each for each in found if each["id"].startswith(own) and each["id"] != AUTHOR]


@dataclass
class Doors:
    """The doors of the TAXII server, for one caller and one purpose."""

    headers: dict[str, str]

    @classmethod
    def of(cls, partner: Partner | None, purpose: str = "") -> Doors:
        headers = {"HTTP_ACCEPT": "application/taxii+json"} | ({"HTTP_DRAGOMAN_PURPOSE": purpose} if purpose else {})
        if partner is not None:
            PartnerToken.objects.get_or_create(partner=partner, digest=digest_of(partner.node))
            text = base64.b64encode(f"{partner.node}:{partner.node}".encode()).decode()
            headers["HTTP_AUTHORIZATION"] = f"Basic {text}"
        return cls(headers)

    def ask(self, path: str, **query: str) -> Any:
        return Client().get(path, query, **self.headers)

    def ids(self, path: str, **query: str) -> set[str]:
        """Return the ids that a door of many shows, page by page; nothing but them may tell of others."""
        found, token = [], ""
        while True:
            answer = self.ask(path, **query, **({"next": token} if token else {}))
            if answer.status_code != 200:
                assert answer.status_code in (401, 404)
                return set()
            page = answer.json()
            objects = page.get("objects", [])
            assert ("X-TAXII-Date-Added-Last" in answer) == bool(objects)
            found += [each["id"] for each in objects]
            token = page.get("next", "")
            assert page.get("more", False) == bool(token)
            assert objects or not token
            if not token:
                assert len(found) == len(set(found))
                return set(found)
