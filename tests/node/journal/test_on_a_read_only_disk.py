"""A journal on a disk that cannot be written is verified all the same: nothing of the home is touched."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.node.disks import disk_of, mount
from tests.node.homes import Homes
from tests.node.serving.running import dragoman, environment

#: Appends events and dies as by a power cut: what was committed stands in the write-ahead log alone.
_APPEND_AND_DIE = """
import os
from dragoman.node.serving.prepare import set_up
set_up()
from dragoman.node.journal.recording import record
for number in range(7):
    record("system", "desk.hit.viewed", f"hit:{number}")
os._exit(0)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own; needs the right to mount."""
    with disk_of("128m", tmp_path) as folder:
        yield folder


@pytest.fixture
def home(disk: Path, homes: Homes) -> Path:
    """A home whose journal has seven events in the write-ahead log alone."""
    homes.copy(disk / "home")
    append = [sys.executable, "-c", _APPEND_AND_DIE]
    subprocess.run(append, env=environment(disk / "home", DATABASE_URL=""), check=True)
    assert (disk / "home" / "node" / "node.sqlite3-wal").stat().st_size > 0
    return disk / "home"


@pytest.fixture
def verify(disk: Path, home: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """Make the disk read-only and verify; the disk can be written afterwards."""

    def run() -> subprocess.CompletedProcess[str]:
        assert mount("-o", "remount,ro", str(disk))
        before = {each: each.stat().st_mtime_ns for each in disk.rglob("*")}
        done = subprocess.run(
            dragoman("journal", "verify"),
            env=environment(home, DATABASE_URL=""), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert {each: each.stat().st_mtime_ns for each in disk.rglob("*")} == before
        assert mount("-o", "remount,rw", str(disk))
        return done

    return run


def tidy(home: Path) -> None:
    """Bring what is in the write-ahead log into the database, as a node does that is stopped."""
    database = sqlite3.connect(home / "node" / "node.sqlite3")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    assert not (home / "node" / "node.sqlite3-wal").exists()


def test_what_stands_in_the_write_ahead_log_alone_is_verified_too(
    verify: Callable[[], subprocess.CompletedProcess[str]],
) -> None:
    done = verify()
    assert (done.returncode, "Sound: 7 events" in done.stderr) == (0, True), done.stderr


def test_the_home_of_a_node_that_was_stopped_is_verified(
    home: Path, verify: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    tidy(home)
    done = verify()
    assert (done.returncode, "Sound: 7 events" in done.stderr) == (0, True), done.stderr


def test_what_was_altered_is_found(home: Path, verify: Callable[[], subprocess.CompletedProcess[str]]) -> None:
    tidy(home)
    database = sqlite3.connect(home / "node" / "node.sqlite3")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("UPDATE journal_event SET object = 'hit:99' WHERE object = 'hit:3'")
    database.commit()
    database.close()
    done = verify()
    assert done.returncode == 2
    assert "altered" in done.stdout + done.stderr or "hash" in done.stdout + done.stderr


def test_a_log_that_cannot_be_read_there_is_not_passed_over(
    home: Path, verify: Callable[[], subprocess.CompletedProcess[str]]
) -> None:
    (home / "node" / "node.sqlite3-shm").unlink()
    done = verify()
    assert done.returncode == 2
    assert "copy the node's home to a disk that can be written" in done.stderr


def test_where_the_disk_can_be_written_the_last_events_are_signed_as_before(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "copy")
    done = subprocess.run(
        dragoman("journal", "verify", "--json"),
        env=environment(tmp_path / "copy", DATABASE_URL=""), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"size": 7' in done.stdout
    again = subprocess.run(
        dragoman("journal", "verify"),
        env=environment(tmp_path / "copy", DATABASE_URL=""), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "of which 7 are below a signed checkpoint" in again.stderr
