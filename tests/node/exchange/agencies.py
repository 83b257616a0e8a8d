"""Agencies for tests: real nodes in networks of their own, each behind a proxy with mutual TLS."""

from __future__ import annotations

import json
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.node.exchange.certificates import Authority
from tests.node.exchange.fronts import FrontProcess
from tests.node.exchange.hands import Hand
from tests.node.exchange.network import Loopback, Namespaces
from tests.node.exchange.nodes import Node, card_of
from tests.node.homes import Homes

#: What both sides of an agreement may do; `agree` changes some of it.
DRAFT: dict[str, object] = {
    "title": "Watch lists", "memorandum": "Memorandum of Understanding", "reference": "MoU 3/2026",
    "signed": "2026-01-05", "desk": "Duty desk", "their_desk": "Liaison", "give_classes": ["list_entries"],
    "give_purposes": ["border-control"], "give_actions": ["disclose", "pass_on", "match"], "give_tlp": "AMBER",
    "take_classes": ["list_entries"], "take_purposes": ["border-control"], "take_actions": ["ask"], "take_tlp": "AMBER",
    "codes": ["H1"], "onward": "leave", "authors": "stripped", "retention": "365", "quota": "100",
    "starts": "2026-01-10", "ends": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(),
}  # fmt: skip
ASKED: dict[str, object] = {
    "step": "send", "agreement": 1, "data_class": "list_entries", "purpose": "border-control", "urgency": "urgent",
    "tlp": "AMBER", "schema": "Person", "name": "Exempla Fictaaa 0",
}  # fmt: skip
MODELS = """
import json
from dragoman.node.partners import delivering, polling, recalling, recalling_receiving, sharing
from django.utils.timezone import now
from dragoman.node.partners.models import *
"""
_LIST = """
from pathlib import Path
from django.conf import settings
from dragoman.node.registry.importing import import_list
path = Path(settings.HOME) / "{name}.csv"
people = [f"Exempla Ficta{{chr(97 + n % 26)}}{{chr(97 + n // 26 % 26)}} {{n}},1980-01-02" for n in range({count})]
lines = [f"{name}-{{n}},Person,{{person}}" for n, person in enumerate(people)]
path.write_text("\\n".join(["id,schema,name,birthDate", *lines]))
import_list("{name}", path, format="csv")
"""


@dataclass
class Agency(Node):
    """A node with its proxy; what commands do is done by a process that stays (`hand`)."""

    network: Namespaces | Loopback = field(kw_only=True)
    hand: Hand = field(init=False)
    front: FrontProcess = field(init=False)
    socket: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="dragoman-")) / "people")
    settings: dict[str, str] = field(default_factory=dict)
    ahead: float = 0.0
    worker: subprocess.Popen[bytes] | None = None

    @property
    def id(self) -> str:
        """The node's name among partners."""
        return f"{self.home.name}.example"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all processes of the node."""
        clock = {"PYTHONPATH": str(Path(__file__).with_name("clock")), "DRAGOMAN_TEST_CLOCK": str(self.home / "clock")}
        long = {"DRAGOMAN_SESSION_MINUTES": "100000", "DRAGOMAN_IDLE_MINUTES": "100000"}
        return super().environment | clock | long | self.settings

    def set_clock(self, seconds: float) -> None:
        """Let the node's clock be ahead by so much, or behind."""
        self.ahead = seconds
        written = self.home / "clock.new"
        written.write_text(str(seconds), encoding="ascii")
        written.rename(self.home / "clock")

    def http(self, **options: Any) -> httpx.Client:
        """Return a client that comes in by the socket file, as people of the agency do."""
        host, port = next(iter(self.network.doors(self.home.name).values()))
        base = f"https://{host}:{port}"
        secure = ssl.create_default_context(cafile=self.settings["DRAGOMAN_PARTNER_AUTHORITY"])
        transport = httpx.HTTPTransport(uds=str(self.socket), verify=secure)
        cookies = {f"__Host-{name}": value for name, value in options.pop("cookies", {}).items()}
        headers = {"Referer": f"{base}/"}
        return httpx.Client(base_url=base, transport=transport, headers=headers, cookies=cookies, **options)

    def ask(self, expression: str) -> Any:
        """Return what an expression over the partners' models gives, as JSON has it."""
        return json.loads(self.run(script=f"{MODELS}print(json.dumps({expression}))"))

    def add_list(self, name: str, count: int) -> None:
        """Put a list of invented people in use."""
        self.run(script=_LIST.format(name=name, count=count))

    def begin(self, call: str) -> None:
        """Let the hand do something that takes its time; `hand.end` waits for it."""
        self.hand.begin(f"{MODELS}{call}")

    def start(self, *options: str, jobs: bool = False) -> None:
        """Serve, with a hand beside it, and wait until it answers."""
        if self.hand.ended:
            self.hand = Hand(self.inside, self.environment)
        super().start(*options, jobs=jobs)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server; the hand stays."""
        self.stop_server(how)

    def start_worker(self) -> None:
        """Run the node's worker beside its server."""
        command = [*self.inside, sys.executable, "-c", "from dragoman.cli import main; main()", "worker"]
        with (self.home / "worker.log").open("wb") as log:
            self.worker = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def stop_worker(self) -> None:
        """End the worker as a power cut does."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()

    def kill(self) -> None:
        """End all processes of the node as a power cut does."""
        self.stop_worker()
        self.hand.stop()
        self.stop(signal.SIGKILL)

    def close(self) -> None:
        """End everything."""
        self.kill()
        self.front.stop()
        shutil.rmtree(self.socket.parent)


@contextmanager
def agencies(folder: Path, homes: Homes, network: Namespaces | Loopback) -> Iterator[dict[str, Agency]]:
    """Run a node with people of every role for each name of the network, and let go of the network at the end."""
    authority = Authority(folder, "authority")
    found: dict[str, Agency] = {}
    try:
        for name in network.names:
            found[name] = _agency(folder, homes, network, name, authority)
        for each in found.values():
            each.start()
            each.people()
        yield found
    finally:
        for each in found.values():
            each.close()
        network.stop()


def _agency(folder: Path, homes: Homes, network: Namespaces | Loopback, name: str, authority: Authority) -> Agency:
    certificate, key = map(str, authority.issue(name, network.host(name)))
    made = Agency(folder / name, name.upper(), network=network, inside=network.inside(name))
    homes.copy(made.home)
    made.settings = {
        "DRAGOMAN_TLS": "yes",
        "DRAGOMAN_HOSTS": network.host(name),
        "DRAGOMAN_PARTNER_CERTIFICATE": certificate,
        "DRAGOMAN_PARTNER_CERTIFICATE_KEY": key,
        "DRAGOMAN_PARTNER_AUTHORITY": str(authority.path),
    }
    doors = {"doors": network.doors(name), "socket": str(made.socket), "upstream": made.port}
    certified = {"certificate": certificate, "key": key, "authority": str(authority.path)}
    made.hand = Hand(made.inside, made.environment)
    made.front = FrontProcess(made.inside, doors | certified)
    network.connect(name, made.front)
    return made


def acquaint(one: Agency, other: Agency) -> None:
    """Exchange cards, and confirm the keys on both sides, as two liaison officers do."""
    for here, there in ((one, other), (other, one)):
        address = there.network.address(there.home.name, here.home.name)
        here.post("liaison", "/partners/add", card=json.dumps(card_of(there) | {"address": address}))
        here.post("liaison", f"/partners/{number_of(here, there)}/confirm")


def number_of(here: Agency, there: Agency) -> int:
    """Return the number that a node gave to another as its partner."""
    return int(here.ask(f"Partner.objects.get(node={there.id!r}).pk"))


def agree(giver: Agency, receiver: Agency, **changes: object) -> tuple[int, int]:
    """Draft an agreement at the giver's, and sign it on both sides; return its number at the giver's and receiver's."""
    giver.post("liaison", f"/partners/{number_of(giver, receiver)}/draft", **DRAFT | changes)
    number = int(giver.ask("Agreement.objects.latest('pk').pk"))
    giver.post("liaison", f"/partners/agreements/{number}/act", act="sign")
    deliver(giver)
    theirs = int(receiver.ask("Agreement.objects.latest('pk').pk"))
    receiver.post("liaison", f"/partners/agreements/{theirs}/act", act="sign")
    deliver(receiver)
    assert giver.ask(f"Agreement.objects.get(pk={number}).standing().in_force")
    return number, theirs


def share(giver: Agency, agreement: int, source: str) -> None:
    """Give a list under an agreement."""
    fields = {"source": source, "tlp": "AMBER", "purpose": "border-control", "code": "H1"}
    page = giver.post("liaison", f"/partners/agreements/{agreement}/share", **fields)
    assert "is given" in page


def deliver(*nodes: Agency) -> int:
    """Let nodes deliver the letters that are due, one after the other; return how many were acknowledged."""
    return sum(int(each.ask("delivering.deliver_all()")) for each in nodes)


def poll(*nodes: Agency) -> int:
    """Let nodes read what partners give; return how many objects came."""
    return sum(int(each.ask("polling.poll_all()")) for each in nodes)


def later(seconds: float, *nodes: Agency) -> None:
    """Let time pass at some nodes."""
    for each in nodes:
        each.set_clock(each.ahead + seconds)


def ask_about(node: Agency, *questions: str) -> None:
    """Write requests for information to the other side of the first agreement; each waits as a letter."""
    for each in questions:
        assert each in node.post("liaison", "/partners/requests/new", **ASKED, question=each)


def rows(node: Agency, query: str, *columns: str) -> Sequence[Any]:
    """Return the values of some columns of a query over the partners' models."""
    found: Sequence[Any] = node.ask(f"[list(each) for each in {query}.values_list{columns!r}]")
    return found
