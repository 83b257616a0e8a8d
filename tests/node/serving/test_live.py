"""A node as it is served: the first link, yente's own client, the page on the API, backup while it serves."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.homes import Homes
from tests.node.serving.running import Node, dragoman, environment, make_key, serving

#: A spelling of a name that the exercise lists.
LISTED = "Khaled Fares Zemraqouni"
PAGE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("live") / "home"
    return made


@pytest.fixture(scope="module")
def key(home: Path, homes: Homes) -> str:
    return make_key(home, exercise=True, homes=homes, DATABASE_URL="")


@pytest.fixture(scope="module")
def node(home: Path, key: str) -> Iterator[Node]:
    with serving(home, DATABASE_URL="") as running:
        yield running


def test_the_tutorial_with_yente_client_runs(node: Node, key: str) -> None:
    code = "\n".join(re.findall(r"^```py\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))
    assert "client.match" in code
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NODE_URL": node.url, "NODE_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "name" in done.stdout


def test_an_unknown_key_meets_yente_clients_own_error(node: Node) -> None:
    from yente_client import AuthenticationError, Client, Person

    with Client(base_url=node.url, api_key="dgm_no_such") as client, pytest.raises(AuthenticationError) as refused:
        client.match(Person(name=["Somebody"]))
    assert "API key" in str(refused.value)


def test_the_rest_of_yente_clients_calls_work(node: Node, key: str) -> None:
    from yente_client import Client, NotFoundError, Organization, Person

    with Client(base_url=node.url, api_key=key) as client:
        assert client.healthz().status == client.readyz().status == "ok"
        assert client.algorithms().best == "dragoman"
        pairs = [(str(number), Person(name=[LISTED])) for number in range(4)]
        assert {name for name, found in client.match_iter(pairs) if found.results} == {"0", "1", "2", "3"}  # type: ignore[union-attr]
        found = client.match(Organization(name=["Nobody and Sons"]), datasets=["un-sc"], limit=3, threshold=0.6)
        assert found.limit == 3
        with pytest.raises(NotFoundError):
            client.fetch("no-such-id")


def test_measurements_count_what_was_asked(node: Node, key: str) -> None:
    node.match("Somebody", key)
    status, text, _ = node.ask("GET", "/metrics", key=key)
    assert status == 200
    assert re.search(r'dragoman_requests_total{method="POST",route="api:match",status="200"} [1-9]', text)
    assert "dragoman_hits" in text
    assert "Somebody" not in text
    assert node.ask("GET", "/metrics")[0] == 401


def test_a_backup_of_a_serving_node_restores_with_a_whole_journal(
    node: Node, key: str, home: Path, tmp_path: Path
) -> None:
    for number in range(20):
        assert node.match(f"Nobody Number{number}", key)[0] == 200
    file = tmp_path / "node.backup"
    saving = subprocess.Popen(dragoman("backup", str(file)), env=environment(home, DATABASE_URL=""))
    while saving.poll() is None:
        assert node.match("Nobody Else", key)[0] == 200
    assert saving.returncode == 0
    back = tmp_path / "back"
    done = subprocess.run(
        dragoman("restore", str(file)),
        env=environment(back, DATABASE_URL=""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "The journal is whole" in done.stderr
    with serving(back, DATABASE_URL="") as restored:
        assert restored.match(LISTED, key)[1]["responses"]["q"]["results"]


def test_a_killed_process_is_started_again_and_lost_nothing_that_was_acknowledged(home: Path, key: str) -> None:
    with serving(home, DATABASE_URL="") as running:
        asked = 0
        for number in range(10):
            asked += running.match(f"Nobody Killed{number}", key)[0] == 200
        children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)
        running.wait()
        assert running.match(LISTED, key)[0] == 200
        database = sqlite3.connect(home / "node" / "node.sqlite3")
        [count] = database.execute("SELECT count(*) FROM journal_event WHERE act = 'desk.query.screened'").fetchone()
        database.close()
        assert count >= asked + 1


def children_of(process: int) -> set[int]:
    """Return the processes that any thread of a process started and that run."""
    return {
        int(child) for each in Path(f"/proc/{process}/task").glob("*/children") for child in each.read_text().split()
    }


def test_workers_end_with_a_server_that_was_killed(home: Path, key: str) -> None:
    with serving(home, "--jobs", DATABASE_URL="") as running:
        deadline = time.monotonic() + 30
        children: set[int] = set()
        while not any(b"worker" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children):
            assert time.monotonic() < deadline, "no worker for jobs was started"
            children = children_of(running.process.pid)
        running.process.kill()
        running.process.wait()
        while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
            pass
        assert [child for child in children if Path(f"/proc/{child}").exists()] == []


def test_it_prints_the_first_link_and_refuses_an_open_door(tmp_path: Path) -> None:
    open_door = subprocess.run(
        dragoman("serve", "--host", "0.0.0.0"),  # noqa: S104  which is to be refused
        env=environment(tmp_path / "home", DATABASE_URL=""), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert open_door.returncode == 2
    assert "DRAGOMAN_TLS" in open_door.stderr


def test_a_taken_port_is_told(node: Node, home: Path) -> None:
    done = subprocess.run(
        dragoman("serve", "--port", str(node.port)),
        env=environment(home, DATABASE_URL=""), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_several_processes_add_up_what_they_count(home: Path, key: str) -> None:
    with serving(home, "--workers", "2", DATABASE_URL="") as running:
        for _ in range(30):
            assert running.match("Nobody Counted", key)[0] == 200
        _, text, _ = running.ask("GET", "/metrics", key=key)
    assert 'dragoman_requests_total{method="POST",route="api:match",status="200"} 30.0' in text


#: What revokes every key in the home of the process, as the people's desk does.
_REVOKE = """
from dragoman.node.serving.prepare import set_up
set_up()
from dragoman.node.access import Principal
from dragoman.node.people.keys import revoke
from dragoman.node.people.models import ApiKey
for key in ApiKey.objects.all():
    revoke(Principal(account=key.account), key)
"""


def test_a_revoked_key_opens_nothing_at_once_whichever_process_answers(tmp_path: Path) -> None:
    revoked = make_key(tmp_path / "home", exercise=True, DATABASE_URL="")
    with serving(tmp_path / "home", "--workers", "2", DATABASE_URL="") as running:
        surroundings = environment(tmp_path / "home", DATABASE_URL="")
        revoking = subprocess.Popen([sys.executable, "-c", _REVOKE], env=surroundings)
        while revoking.poll() is None:  # so that both remember it until the end
            assert running.match("Nobody Revoked", revoked)[0] in (200, 401)
        assert revoking.returncode == 0
        assert {running.match("Nobody Revoked", revoked)[0] for _ in range(10)} == {401}
