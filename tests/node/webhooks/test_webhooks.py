"""Webhooks: told of new hits at least once, signed, only where no network inside is reached."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ActRefused, AddressRefused, DeliveryFailed, SettingRefused, UnknownList
from dragoman.node.access import Principal
from dragoman.node.desk.models import Hit
from dragoman.node.desk.screening import screen_now
from dragoman.node.journal.models import Event
from dragoman.node.webhooks import keeping, outbox, outward, signing
from dragoman.node.webhooks.models import Delivery, Webhook
from dragoman.outward import is_public
from dragoman.screening import Screener
from tests.node.desk.conftest import index, lists, principal_of  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
TAZMART = {"schema": "Person", "name": "Anwar Belhadi Tazmart", "birthDate": "1971-03-04"}


class Receiver(HTTPServer):
    """A receiver on this machine that keeps what it is sent, and answers with `statuses` in turn."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?x=1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append((dict(self.headers), body))
        status = server.statuses.pop(0) if server.statuses else 204
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", server.url)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def administrator(people: Any, principal_of: Callable[..., Principal]) -> Principal:  # noqa: F811
    return principal_of(people.administrator)


@pytest.fixture
def hook(lists: Screener, administrator: Principal, receiver: Receiver) -> tuple[Webhook, str]:  # noqa: F811
    return keeping.register(administrator, "case system", receiver.url)


@pytest.fixture
def screen(people: Any, principal_of: Callable[..., Principal]) -> Callable[..., Any]:  # noqa: F811
    return lambda query=TAZMART: screen_now(principal_of(people.analyst), [query], store=True, origin="api")


def test_a_new_hit_is_told_signed_and_without_personal_data(
    hook: tuple[Webhook, str], screen: Callable[..., Any], receiver: Receiver
) -> None:
    screening = screen().screening
    assert outbox.deliver_due() == 1
    [(headers, body)] = receiver.got
    told = json.loads(body)
    assert told["type"] == "desk.hits.new"
    assert told["data"]["screening"] == screening.pk
    assert {hit["id"] for hit in told["data"]["hits"]} == set(Hit.objects.values_list("pk", flat=True))
    assert b"Tazmart" not in body
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(hook[1].removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
    assert outbox.deliver_due() == 0


def test_the_message_is_written_with_the_hit_or_not_at_all(
    hook: tuple[Webhook, str], screen: Callable[..., Any]
) -> None:
    class Undone(Exception):
        pass

    def roll_back() -> None:
        with transaction.atomic():
            screen()
            assert Delivery.objects.count() == 1
            raise Undone

    with pytest.raises(Undone):
        roll_back()
    assert (Hit.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_failed_delivery_is_tried_again_later_with_the_same_id(
    hook: tuple[Webhook, str], screen: Callable[..., Any], receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    screen()
    for attempt in (1, 2):
        assert outbox.deliver_due() == 1
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.attempts) == (Delivery.State.WAITING, attempt)
        assert waiting.due > timezone.now()
        assert outbox.deliver_due() == 0
        Delivery.objects.update(due=timezone.now())
    assert outbox.deliver_due() == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED
    assert len(receiver.got) == 3  # the redirect was not followed
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_a_worker_that_died_while_sending_leaves_the_delivery_to_another(
    hook: tuple[Webhook, str], screen: Callable[..., Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any) -> int:
        raise Killed

    screen()
    with monkeypatch.context() as patch:
        patch.setattr(outward, "post", die)
        with pytest.raises(Killed):
            outbox.deliver_due()
    assert outbox.deliver_due() == 0
    Delivery.objects.update(due=timezone.now())
    assert outbox.deliver_due() == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


def test_after_many_attempts_it_is_given_up_shown_and_can_be_sent_again(
    hook: tuple[Webhook, str],
    screen: Callable[..., Any],
    receiver: Receiver,
    administrator: Principal,
    client_of: Callable[..., Client],
) -> None:
    receiver.statuses = [503] * outbox.MOST_ATTEMPTS
    screen()
    for _ in range(outbox.MOST_ATTEMPTS):
        Delivery.objects.update(due=timezone.now())
        outbox.deliver_due()
    assert Delivery.objects.get().state == Delivery.State.DEAD
    client = client_of("administrator")
    page = client.get(f"/webhooks/{hook[0].pk}/").content.decode()
    assert "Given up" in page
    assert "the receiver answered 503" in page
    assert client.post(f"/webhooks/{hook[0].pk}/retry/").status_code == 302
    assert outbox.deliver_due() == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


def test_a_receiver_that_is_gone_is_not_asked_again(
    hook: tuple[Webhook, str], screen: Callable[..., Any], receiver: Receiver
) -> None:
    receiver.statuses = [outbox.GONE]
    screen()
    outbox.deliver_due()
    assert Delivery.objects.get().state == Delivery.State.DEAD


def test_a_clock_that_was_set_back_does_not_hold_deliveries_up(
    hook: tuple[Webhook, str], screen: Callable[..., Any]
) -> None:
    screen()
    Delivery.objects.update(due=timezone.now() + timedelta(days=400))
    assert outbox.deliver_due() == 1


def test_an_ended_webhook_is_told_nothing_more(
    hook: tuple[Webhook, str], screen: Callable[..., Any], administrator: Principal, receiver: Receiver
) -> None:
    screen()
    keeping.end(administrator, hook[0])
    screen()
    assert outbox.deliver_due() == 0
    assert Delivery.objects.count() == 1
    assert Event.objects.filter(act="webhooks.webhook.ended").count() == 1


def test_only_hits_of_lists_open_to_everybody_are_told_unless_lists_are_named(
    hook: tuple[Webhook, str], administrator: Principal, people: Any, receiver: Receiver
) -> None:
    named, _ = keeping.register(administrator, "closed desk", receiver.url, ["closed"])
    rows = [Hit(pk=1, source="harbour", score=0.9, state="open"), Hit(pk=2, source="closed", score=0.9, state="open")]
    outbox.announce_hits(7, rows)
    told = {
        each.webhook_id: [hit["id"] for hit in json.loads(each.body)["data"]["hits"]] for each in Delivery.objects.all()
    }
    assert told == {hook[0].pk: [1], named.pk: [2]}


def test_many_hits_are_told_in_parts(hook: tuple[Webhook, str]) -> None:
    rows = [Hit(pk=number, source="harbour", score=0.9, state="open") for number in range(outbox.MOST_HITS + 1)]
    assert outbox.announce_hits(7, rows) == 2


def test_remembered_false_matches_are_not_told(hook: tuple[Webhook, str]) -> None:
    assert outbox.announce_hits(7, [Hit(pk=1, source="harbour", score=0.9, state="remembered")]) == 0


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://[::ffff:127.0.0.1]/hook",
        "https://[64:ff9b::7f00:1]/hook",
        "https://0/hook",
        "https://2130706433/hook",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.0.1:8443/",
        "https://user:word@example.com/",
        "https://example.com:port/",
        "https://example.com/#part",
        "https://127.0.0.1/a b",
        "https:///hook",
        "ftp://example.com/",
        "file:///etc/passwd",
    ],
)
def test_addresses_inside_a_network_are_refused(administrator: Principal, url: str) -> None:
    with pytest.raises((AddressRefused, DeliveryFailed)):
        keeping.register(administrator, "inside", url)
    assert Webhook.objects.count() == 0


def test_a_name_that_resolves_to_a_public_and_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(AddressRefused):
        outward.check("https://rebinding.example/hook")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.215.14", "127.0.0.1"])
    row = lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", row)
    connected = []

    def connect(address: tuple[str, int], *_: Any) -> socket.socket:
        connected.append(address)
        raise OSError("stop here")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(DeliveryFailed):
        outward.post("https://rebinding.example/hook", b"{}", {})
    assert connected == [("93.184.215.14", 443)]


@given(st.ip_addresses(v=4))
def test_an_address_of_version_4_is_as_public_when_it_is_written_as_version_6(address: Any) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))


def test_the_secret_is_kept_sealed_and_opens_with_the_nodes_key_only(hook: tuple[Webhook, str], settings: Any) -> None:
    webhook, secret = hook
    assert secret not in webhook.secret
    assert signing.unseal(webhook.secret) == secret
    settings.SECRET_KEY = "x" * 60
    with pytest.raises(SettingRefused):
        signing.unseal(webhook.secret)


def test_registering_is_journalled_and_refuses_unknown_lists_and_too_many(
    lists: Screener,  # noqa: F811
    administrator: Principal,
    receiver: Receiver,
) -> None:
    with pytest.raises(UnknownList):
        keeping.register(administrator, "one", receiver.url, ["no-such-list"])
    for number in range(keeping.MOST):
        keeping.register(administrator, f"number {number}", receiver.url)
    with pytest.raises(ActRefused):
        keeping.register(administrator, "one more", receiver.url)
    assert Event.objects.filter(act="webhooks.webhook.registered").count() == keeping.MOST


def test_the_page_shows_the_secret_once(lists: Screener, receiver: Receiver, client_of: Callable[..., Client]) -> None:  # noqa: F811
    client = client_of("administrator")
    assert "No other system is told" in client.get("/webhooks/").content.decode()
    made = client.post("/webhooks/", {"name": "case system", "url": receiver.url}).content.decode()
    assert "whsec_" in made
    assert "whsec_" not in client.get("/webhooks/").content.decode()
    refused = client.post("/webhooks/", {"name": "inside", "url": "https://10.0.0.1/"})
    assert refused.status_code == 422
    assert "not public" in refused.content.decode()
    assert client_of("analyst").get("/webhooks/").status_code == 403


def test_what_was_acknowledged_long_ago_is_forgotten(hook: tuple[Webhook, str]) -> None:
    long_ago = timezone.now() - timedelta(days=40)
    for state in Delivery.State.values:
        Delivery.objects.create(webhook=hook[0], body="{}", state=state, ended=long_ago)
    assert outbox.forget_delivered() == 1
    assert Delivery.objects.filter(state=Delivery.State.DELIVERED).count() == 0
