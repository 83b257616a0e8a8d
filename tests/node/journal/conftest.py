"""A node's home on disk, with processes that append to its journal."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.node.homes import Homes

_DRAGOMAN = [sys.executable, "-c", "from dragoman.cli import main; main()"]
#: Appends until it is killed, or `count` times a thread; writes a line for each event that is acknowledged.
_APPENDER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dragoman.node.settings"
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection, transaction
from dragoman.node.journal.recording import look_up, record
name, threads, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def client(thread):
    done = 0
    while not count or done < count:
        objects = [f"hit:{name}-{thread}-{done}"]
        if done % 5 == 4:
            objects.append(objects[0] + "-more")
            with transaction.atomic():
                for each in objects:
                    record("system", "desk.hit.reviewed", each)
        else:
            look_up("system", "desk.hit.viewed", objects[0])
        os.write(1, "".join(f"{each}\\n" for each in objects).encode())
        done += 1
    connection.close()
with ThreadPoolExecutor(threads) as pool:
    list(pool.map(client, range(threads)))
"""


@dataclass(frozen=True)
class Node:
    """A node of its own: a home, a database, and the commands in it."""

    environment: dict[str, str]

    def appender(self, name: str, threads: int, count: int = 0) -> subprocess.Popen[bytes]:
        """Start a process that appends."""
        command = [sys.executable, "-c", _APPENDER, name, str(threads), str(count)]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run ``dragoman``; return what it writes to standard output."""
        done = subprocess.run(
            [*_DRAGOMAN, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout

    def verified(self, *, status: int = 0) -> dict[str, Any]:
        """Verify the journal."""
        found: dict[str, Any] = json.loads(self.run("journal", "verify", "--json", status=status))
        return found

    def events(self) -> list[dict[str, Any]]:
        """All events."""
        lines = [json.loads(line) for line in self.run("journal", "export").splitlines()]
        assert [line["index"] for line in lines] == list(range(len(lines)))
        return [line["event"] for line in lines]

    @property
    def home(self) -> Path:
        """Where it is kept."""
        return Path(self.environment["DRAGOMAN_HOME"])


def _prepared(home: Path, **more: str) -> Node:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DRAGOMAN_", "DATABASE_URL"))}
    node = Node(plain | {"DRAGOMAN_HOME": str(home)} | more)
    subprocess.run(
        [sys.executable, "-m", "dragoman.node", "migrate", "--skip-checks", "-v0"], env=node.environment, check=True
    )
    return node


@pytest.fixture(params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path: Path, homes: Homes) -> Iterator[Node]:
    """A node with empty tables, on SQLite, and on PostgreSQL where the tests run on it (``DATABASE_URL``)."""
    home = tmp_path / "home"
    if request.param == "sqlite":
        homes.copy(home)
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        yield Node(environment | {"DRAGOMAN_HOME": str(home)})
        return
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        pytest.skip("the tests do not run on PostgreSQL")
    import psycopg

    name = f"journal_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _prepared(home, DATABASE_URL=f"{server.rpartition('/')[0]}/{name}")
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
