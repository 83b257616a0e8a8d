"""Real nodes for tests: processes of their own, each with its home and database, reached over loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.node.exchange.hands import Hand
from tests.node.homes import Homes
from tests.node.serving.running import CONSOLE

_PEOPLE = """
import json
from django.conf import settings
from django.test import Client
from allauth.mfa.totp.internal.auth import TOTP
from dragoman.node.people.models import Account, Appointment
made = {}
for role in ("liaison", "analyst", "reviewer", "supervisor", "auditor", "administrator"):
    account, new = Account.objects.get_or_create(username=role)
    if new:
        Appointment.objects.create(account=account, role=role)
        TOTP.activate(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = Client()
    client.force_login(account)
    session = client.session
    session["purpose"] = "training"
    session.save()
    made[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
print("COOKIES", json.dumps(made))
"""
_TOKEN = re.compile(r'"X-CSRFToken": "([A-Za-z0-9]+)"')


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Node:
    """One node. `start` and `stop` may be called again and again; `post` and `page` act as somebody signed in.

    What its commands do is done by a process that stays (`Hand`), and that ends with the server.
    """

    home: Path
    name: str
    port: int = field(default_factory=free_port)
    cookies: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    hand: Hand | None = None
    inside: tuple[str, ...] = ()  # what stands before a command that is to run in the node's network

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DRAGOMAN_HOME": str(self.home),
            "DRAGOMAN_NAME": self.name,
            "DRAGOMAN_NODE": f"{self.home.name}.example",
        }
        return {**os.environ, **CONSOLE, **own, "DJANGO_SETTINGS_MODULE": "dragoman.node.settings", "DATABASE_URL": ""}

    def run(self, *arguments: str, script: str | None = None) -> str:
        """Run a command of the node (``exchange``), or a script within it; return what it printed."""
        if script is None:
            script = f"from django.core.management import call_command\ncall_command(*{arguments!r})"
        if self.hand is None or self.hand.ended:
            self.hand = Hand(self.inside, self.environment)
        return self.hand.run(script)

    def prepare(self, homes: Homes | None = None) -> None:
        """Make the tables, or copy a home that has them, which is quicker; then the people."""
        if homes is None:
            self.run("migrate", "--verbosity", "0")
        else:
            homes.copy(self.home)
        self.people()

    def people(self) -> None:
        """Make somebody of every role, signed in."""
        found = self.run(script=_PEOPLE)
        self.cookies = json.loads(found.partition("COOKIES ")[2])

    @property
    def said(self) -> str:
        """What the node has said since it was started last."""
        return (self.home / "said.log").read_text(encoding="utf-8")

    def start(self, *options: str, jobs: bool = False) -> None:
        """Serve, and wait until it answers."""
        main = "from dragoman.cli import main; main()"
        command = [*self.inside, sys.executable, "-c", main, "serve", "--port", str(self.port), *options]
        with (self.home / "said.log").open("wb") as log:
            self.process = subprocess.Popen(
                command if jobs else [*command, "--no-jobs"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        with self.http() as client:
            while self.process.poll() is None:
                try:
                    if client.get("/healthz", timeout=5).status_code == 200:
                        return
                except httpx.TransportError:
                    select_a_moment()
        raise AssertionError(f"{self.name} did not start: {self.said[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End all processes of the node, by default as an operator would."""
        if self.hand is not None:
            self.hand.stop()
        self.stop_server(how)

    def stop_server(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and all its children."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait()

    def client(self, role: str) -> httpx.Client:
        """Return a client signed in as the person of that role."""
        return self.http(cookies={"dragoman": self.cookies[role]}, follow_redirects=True, timeout=60)

    def http(self, **options: Any) -> httpx.Client:
        """Return a client of nobody."""
        return httpx.Client(base_url=self.url, trust_env=False, **options)

    def page(self, role: str, path: str) -> str:
        """Return a page as that person sees it."""
        with self.client(role) as client:
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            return answer.text

    def post(self, role: str, path: str, **fields: object) -> str:
        """Post a form as that person; return the page that it leads to."""
        with self.client(role) as client:
            token = _TOKEN.search(client.get("/partners/").text)
            assert token is not None
            answer = client.post(path, data={**fields, "csrfmiddlewaretoken": token[1]})
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
            return answer.text

    def number(self, expression: str) -> int:
        """Return what an expression over the partners' models counts to."""
        found = self.run(script=f"from dragoman.node.partners.models import *\nprint('IS', {expression})")
        return int(found.partition("IS ")[2])


def select_a_moment() -> None:
    """Let other processes run for a moment: a server that starts is asked again and again."""
    import select

    select.select([], [], [], 0.1)


def befriend(one: Node, other: Node) -> None:
    """Exchange cards, and confirm the keys on both sides, as two liaison officers do."""
    for here, there in ((one, other), (other, one)):
        here.post("liaison", "/partners/add", card=json.dumps(card_of(there)))
        here.post("liaison", "/partners/1/confirm")


def card_of(node: Node) -> dict[str, str]:
    """Return the card that a node shows on its page of partners."""
    shown = re.search(r'<pre[^>]*id="card"[^>]*>(.*?)</pre>', node.page("liaison", "/partners/"), re.S)
    assert shown is not None
    found: dict[str, str] = json.loads(shown[1].replace("&quot;", '"').replace("&#x27;", "'"))
    return found
