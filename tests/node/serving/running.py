"""A real node in processes of its own, for tests over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

import dragoman as dragoman_package
from tests.node.homes import Homes

#: What makes an analyst and a key in the home of the process.
_KEY = """
import sys
from dragoman.node.serving.prepare import prepare, set_up
set_up()
prepare()
from dragoman.node.people.models import Account, ApiKey, Appointment, Purpose
if len(sys.argv) > 1:
    from dragoman.cli.serve_exercise import load
    load()
account = Account.objects.create(username="system")
Appointment.objects.create(account=account, role="analyst")
scopes = ["screen", "records", "lists", "metrics", "jobs"]
# Who waits for a job asks without a pause.
key, secret = ApiKey.issue(name="system", account=account, scopes=scopes, per_minute=1_000_000)
key.purposes.set(Purpose.objects.filter(code="training"))
print(secret)
"""


#: Whether the console is bundled: without npm it is not.
BUNDLED = (Path(dragoman_package.__file__).parent / "node/static/dragoman/console.js").is_file()
#: Without it nodes serve systems alone.
CONSOLE = {} if BUNDLED else {"DRAGOMAN_CONSOLE": "no"}


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DRAGOMAN_", "DJANGO_"))}
    return {**kept, "DRAGOMAN_HOME": str(home), **CONSOLE, **more}


def dragoman(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from dragoman.cli import main; main()", *arguments]


def make_key(home: Path, *, exercise: bool = False, homes: Homes | None = None, **more: str) -> str:
    """Prepare a home (with the exercise's lists), or copy one, which is quicker; return an analyst's key."""
    if homes is not None:
        homes.copy(home, exercise=exercise)
        exercise = False
    command = [sys.executable, "-c", _KEY, *(["exercise"] if exercise else [])]
    done = subprocess.run(command, env=environment(home, **more), check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


@contextmanager
def serving(home: Path, *arguments: str, **more: str) -> Iterator[Node]:
    """Serve a home on a free port while the block runs."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    log = tempfile.TemporaryFile()  # noqa: SIM115  closed below
    process = subprocess.Popen(
        dragoman("serve", "--no-jobs", "--port", str(port), *arguments), env=environment(home, **more), stderr=log
    )
    try:
        node = Node(process, port)
        node.wait()
        yield node
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def headers_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    """Return the headers by their names in lower case."""
    return {name.lower(): value for name, value in answer.getheaders()}


class Node:
    """A node that runs: its process and port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Return once it answers."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the node did not start"
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                continue
        raise AssertionError("the node does not answer")

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any, dict[str, str]]:
        """Return status, JSON (or text) and headers (in lower case) of an answer."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"ApiKey {key}"} if key else {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            is_json = "json" in (answer.headers.get("Content-Type") or "")
            return answer.status, json.loads(text) if is_json else text, headers_of(answer)
        finally:
            connection.close()

    def upload(self, key: str, names: Iterable[str]) -> httpx.Response:
        """Hand in a file of names to be screened by a job."""
        table = "name\n" + "".join(f"{name}\n" for name in names)
        return httpx.post(
            f"{self.url}/api/desk/screenings",
            files={"document": ("names.csv", table.encode())},
            headers={"Authorization": f"ApiKey {key}"},
            timeout=60,
        )

    def match(self, name: str, key: str) -> tuple[int, Any, dict[str, str]]:
        """Ask `/match` for one name."""
        body = {"queries": {"q": {"schema": "Person", "properties": {"name": [name]}}}}
        return self.ask("POST", "/match/default", body, key)
