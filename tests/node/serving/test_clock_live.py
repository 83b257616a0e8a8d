"""A node whose clock jumps by days while it serves, and between two runs: it answers, and its jobs end."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.node.homes import Homes
from tests.node.serving.running import Node, dragoman, environment, make_key, serving
from tests.node.serving.shifting import Shift

LISTED = "Khaled Fares Zemraqouni"
DAY = 86_400


@pytest.fixture
def shift(tmp_path: Path) -> Shift:
    return Shift(tmp_path)


def upload(node: Node, key: str, rows: int) -> int:
    """Hand in a file of so many names; return the number of its job."""
    answer = node.upload(key, [*(f"Nobody Number{number}" for number in range(rows)), LISTED])
    assert answer.status_code == 202, answer.text
    number: int = answer.json()["job_id"]
    return number


def wait_for_job(node: Node, key: str, number: int) -> None:
    """Return once the job is done."""
    deadline = time.monotonic() + 90
    while (found := node.ask("GET", f"/api/jobs/{number}", key=key)[1])["state"] != "done":
        assert found["state"] in ("waiting", "running"), found
        assert time.monotonic() < deadline, found


def works(node: Node, key: str) -> None:
    """Show that the node answers, finds, and does its jobs."""
    status, answer, _ = node.match(LISTED, key)
    assert status == 200, answer
    assert answer["responses"]["q"]["results"]
    wait_for_job(node, key, upload(node, key, 20))


def test_a_node_works_on_through_jumps_of_its_clock(shift: Shift, tmp_path: Path, homes: Homes) -> None:
    home = tmp_path / "home"
    given = {"DATABASE_URL": "", **shift.environment}
    key = make_key(home, exercise=True, homes=homes, **given)
    with serving(home, "--jobs", **given) as node:
        works(node, key)
        for days in (2, -2):
            shift.set(days * DAY)
            works(node, key)
            newest = node.ask("GET", "/api/jobs", key=key)[1][0]
            off = datetime.fromisoformat(newest["created"]) - datetime.now(UTC)
            assert abs(off - timedelta(days=days)) < timedelta(hours=1)  # the node's clock did jump
        number = upload(node, key, 5_000)
        shift.set(-3 * DAY)  # in the midst of a job
        wait_for_job(node, key, number)
    shift.set(-9 * DAY)  # and between two runs
    with serving(home, "--jobs", **given) as node:
        works(node, key)
    for days in (-9, 0):
        shift.set(days * DAY)
        verified = subprocess.run(dragoman("journal", "verify"), env=environment(home, **given), check=False)
        assert verified.returncode == 0
