"""What a partner's TAXII server answers is believed only if the partner signed just that, to just this request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.test import Client

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.keys import KeyRing, NodeKey, PrivateKey
from dragoman.exchange.messages import new_nonce
from dragoman.exchange.signing import Message, sign, verify
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.taxii.negotiation import MEDIA_TYPE
from dragoman.node.partners import lines, polling
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Disclosure, Poll, ReceivedObject
from dragoman.node.partners.taxii.asking import collections_of
from tests.node.partners.parties import BANK, BORDER, KEYS, Doors, Side
from tests.node.partners.test_narrowing import border, left

__all__ = ["border", "left"]
pytestmark = pytest.mark.django_db
LAST = "X-TAXII-Date-Added-Last"

# This node answers.


def ask(border: Side, path: str, method: str = "GET", body: bytes = b"") -> tuple[Message, Message]:
    """Let the border service sign a request and send it; return that, and the answer."""
    headers = (("Accept", MEDIA_TYPE), *((("Content-Type", MEDIA_TYPE),) if body else ()))
    made = Message(method, f"http://testserver{path}", headers, body)
    made = sign(made, KEYS[BORDER], created=datetime.now(UTC), nonce=new_nonce())
    place = urlsplit(made.url)
    came = Client().generic(
        method, f"{place.path}?{place.query}" if place.query else place.path, body, headers=dict(made.headers)
    )
    answer = Message(method, made.url, tuple(came.headers.items()), came.content, status=came.status_code, answers=made)
    return made, answer


def check(answer: Message, **given: Any) -> str:
    """Return which node signed an answer."""
    ring = KeyRing([NodeKey(node_id(), node_key().public)])
    return verify(answer, ring, datetime.now(UTC), **given).node


def objects_of(border: Side, kind: str = "list_entries") -> str:
    (uuid,) = [each for each, shown in collections_of(border.agreement).items() if shown.alias == kind]
    return f"/taxii2/{border.agreement.pk}/collections/{uuid}/objects/"


def test_every_resource_and_every_error_is_signed_for_who_signed_the_request(
    border: Side, left: dict[str, str]
) -> None:
    root = f"/taxii2/{border.agreement.pk}/"
    paths = {
        "/taxii2/": 200, root: 200, f"{root}collections/": 200, objects_of(border): 200,
        f"{objects_of(border)}?limit=1": 200, "/taxii2/987654/": 404, f"{objects_of(border)}?limit=-1": 400,
    }  # fmt: skip
    for path, status in paths.items():
        _, answer = ask(border, path)
        assert (answer.status, check(answer)) == (status, node_id()), path
    _, answer = ask(border, objects_of(border), "POST", b'{"objects": []}')
    assert answer.status is not None
    assert answer.status >= 400
    assert check(answer) == node_id()


def test_the_signature_covers_status_body_how_far_it_goes_and_the_request(border: Side, left: dict[str, str]) -> None:
    made, answer = ask(border, f"{objects_of(border)}?limit=1")
    assert check(answer, headers=[lines.FIRST_ADDED, lines.LAST_ADDED]) == node_id()
    other, _ = ask(border, f"{objects_of(border)}?limit=1")
    assert answer.answers == made
    for forged in (
        Message("GET", answer.url, answer.headers, answer.body, status=404, answers=made),
        Message("GET", answer.url, answer.headers, answer.body + b" ", status=200, answers=made),
        Message("GET", answer.url, answer.headers, answer.body, status=200, answers=other),
        answer.with_headers([(LAST, "2030-01-01T00:00:00.000000Z")]),
    ):
        with pytest.raises(SignatureRefused):
            check(forged)


def test_who_comes_with_a_token_gets_the_same_unsigned(border: Side, left: dict[str, str]) -> None:
    answer = Doors.of(border.partner).ask(objects_of(border))
    assert answer.status_code == 200
    assert "Signature" not in answer.headers


def test_what_leaves_by_a_signed_answer_is_in_the_ledger_as_before(border: Side, left: dict[str, str]) -> None:
    Disclosure.objects.all().delete()
    _, answer = ask(border, f"{objects_of(border)}?limit=1")
    (thing,) = orjson.loads(answer.body)["objects"]
    assert Disclosure.objects.get().object == thing["id"]


# This node asks.


class Bank:
    """The bank's TAXII server: it answers with a resource, and signs as `forge` leaves it."""

    def __init__(self, side: Side) -> None:
        self.side, self.body = side, orjson.dumps({"objects": []})
        self.key: PrivateKey = KEYS[BANK]
        self.headers: tuple[tuple[str, str], ...] = ((LAST, "2026-01-01T00:00:00.000000Z"),)
        self.forge: Callable[[Message], Message] = lambda answer: answer
        self.asked: list[Message] = []
        self.cover, self.to, self.ago = [lines.LAST_ADDED], -1, timedelta()

    def answer(self, partner: Any, asked: Message) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        self.asked.append(asked)
        made = Message("GET", asked.url, self.headers, self.body, status=200, answers=self.asked[self.to])
        moment = datetime.now(UTC) - self.ago
        made = self.forge(sign(made, self.key, created=moment, nonce=new_nonce(), headers=self.cover))
        assert made.status is not None
        return made.status, made.headers, made.body


@pytest.fixture
def server(bank: Side, monkeypatch: pytest.MonkeyPatch) -> Bank:
    found = Bank(bank)
    monkeypatch.setattr(lines, "_exchange", found.answer)
    return found


def read(server: Bank) -> tuple[dict[str, Any], str]:
    return lines.get(server.side.partner, "taxii2/")


def test_what_the_partner_signed_is_read(server: Bank) -> None:
    assert read(server) == ({"objects": []}, "2026-01-01T00:00:00.000000Z")
    server.headers, server.cover = (), []
    assert read(server) == ({"objects": []}, "")


def _unsigned(answer: Message) -> Message:
    kept = tuple(pair for pair in answer.headers if not pair[0].lower().startswith(("signature", "content-digest")))
    return Message("GET", answer.url, kept, answer.body, status=200)


FORGED: dict[str, Callable[[Bank], None]] = {
    "unsigned": lambda bank: setattr(bank, "forge", _unsigned),
    "signed by another partner": lambda bank: setattr(bank, "key", KEYS[BORDER]),
    "signed by nobody known": lambda bank: setattr(bank, "key", PrivateKey.from_seed(bytes([99] * 32))),
    "how far it goes is not covered": lambda bank: setattr(bank, "cover", []),
    "too old": lambda bank: setattr(bank, "ago", timedelta(minutes=11)),
    "how far it goes is taken out": lambda bank: setattr(
        bank, "forge", lambda made: replace(made, headers=tuple(each for each in made.headers if each[0] != LAST))
    ),
    "how far it goes is altered": lambda bank: setattr(
        bank, "forge", lambda made: made.with_headers([(LAST, "2030-01-01T00:00:00.000000Z")])
    ),
    "another body": lambda bank: setattr(
        bank, "forge", lambda made: Message("GET", made.url, made.headers, b'{"objects": [1]}', status=200)
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_the_partner_did_not_sign_so_is_refused(border: Side, server: Bank, what: str) -> None:
    FORGED[what](server)
    with pytest.raises(MessageRefused) as refused:
        read(server)
    assert refused.value.remedy


def test_an_answer_to_another_request_is_refused(server: Bank) -> None:
    read(server)
    server.to = 0
    with pytest.raises(SignatureRefused):
        read(server)


def test_nothing_of_an_unsigned_answer_is_kept_and_the_page_says_why(server: Bank) -> None:
    server.forge = _unsigned
    thing: Thing = {"type": "identity", "id": "identity--0f5a0c0e-0000-4000-8000-000000000001"}
    server.body = orjson.dumps({"objects": [thing]})
    assert polling.poll(server.side.agreement) == 0
    assert "does not sign what its TAXII server answers" in Poll.objects.get().trouble
    assert not ReceivedObject.objects.exists()
