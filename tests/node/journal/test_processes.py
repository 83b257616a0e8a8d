"""Many processes append to one tree; one that is killed takes nothing with it that was acknowledged."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from tests.node.journal.conftest import Node


def whole_lines(process: subprocess.Popen[bytes]) -> list[str]:
    """What a process still writes until it ends; the last line may be cut by killing it."""
    written, _ = process.communicate()
    return written.decode().split("\n")[:-1]


def test_many_processes_and_threads_never_fork_the_tree(node: Node) -> None:
    running = [node.appender(f"p{number}", threads=4, count=25) for number in range(3)]
    acknowledged = [line for process in running for line in whole_lines(process)]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert sorted(event["object"] for event in node.events()) == sorted(acknowledged)
    assert len(acknowledged) == 3 * 4 * (25 + 5)
    found = node.verified()
    assert found["sound"]
    assert found["size"] == len(acknowledged)


@contextmanager
def appending(node: Node, name: str) -> Iterator[list[str]]:
    """Let two processes append; leaving kills them, and what they acknowledged is in the list."""
    running = [node.appender(f"{name}{number}", threads=6) for number in range(2)]
    acknowledged = [line.decode().strip() for process in running for line in islice(process.stdout, 120)]
    yield acknowledged
    for process in running:
        process.kill()
    for process in running:
        acknowledged += whole_lines(process)


def test_what_was_acknowledged_survives_being_killed(node: Node) -> None:
    known: list[str] = []
    for round_ in range(2):
        with appending(node, f"r{round_}-") as acknowledged:
            pass
        known += acknowledged
        found = node.verified()
        assert found["sound"]
        objects = [event["object"] for event in node.events()]
        assert set(known) <= set(objects)
        # Both events of one act, or neither.
        assert {each.removesuffix("-more") for each in objects if each.endswith("-more")} <= set(objects)
        assert len(objects) == len(set(objects)) == found["size"]


def test_the_signing_key_is_for_its_owner_only_and_the_last_checkpoint_is_kept_outside_the_database(node: Node) -> None:
    process = node.appender("p", threads=1, count=3)
    assert process.communicate()[0].count(b"\n") == 3
    checkpoint = node.run("journal", "checkpoint")
    kept = node.home / "node" / "journal"
    assert stat.S_IMODE((kept / "signing_key").stat().st_mode) == 0o600
    assert (kept / "checkpoint").read_text(encoding="utf-8") == checkpoint
    assert checkpoint.splitlines()[1] == "3"
