"""Disk full, disk that cannot be written, a database that stops: clear errors, nothing half-done, recovery unaided."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dragoman.lists.durable import sync_tree
from tests.node.disks import disk_of, mount
from tests.node.homes import Homes
from tests.node.serving.running import Node, dragoman, environment, make_key, serving

ROOT = Path(__file__).parents[2]
LISTED = "Khaled Fares Zemraqouni"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB of its own; needs the right to mount."""
    with disk_of("64m", tmp_path) as folder:
        yield folder


def is_trouble(answer: tuple[int, Any, dict[str, str]], status: int) -> None:
    assert answer[0] == status, answer
    assert answer[1]["remedy"]
    assert answer[2]["content-type"] == "application/problem+json"


def test_a_full_disk_is_told_and_the_node_goes_on_when_there_is_room(small_disk: Path, homes: Homes) -> None:
    home = small_disk / "home"
    key = make_key(home, exercise=True, homes=homes, DATABASE_URL="")
    with serving(home, DATABASE_URL="") as node:
        assert node.match(LISTED, key)[0] == 200
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as stream:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        stream.write(b"x" * size)
                except OSError:
                    continue
        answers = [node.match(LISTED, key) for _ in range(60)]  # what is left of the log's last page may do for a few
        full = [answer for answer in answers if answer[0] != 200]
        assert full
        for answer in full:
            is_trouble(answer, 507)
        upload = node.upload(key, [LISTED] * 1000)
        assert (upload.status_code, upload.json()["remedy"]) == (507, "make room on the node's disk")
        importing = subprocess.run(
            [sys.executable, "-c", _IMPORT],
            env=environment(home, DATABASE_URL=""), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert importing.returncode != 0
        assert "No space left" in importing.stderr or "disk is full" in importing.stderr
        assert node.ask("GET", "/healthz")[0] == 200
        saving = subprocess.run(
            dragoman("backup", str(small_disk / "node.backup")),
            env=environment(home, DATABASE_URL=""), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert saving.returncode == 2
        assert not (small_disk / "node.backup").exists()
        ballast.unlink()
        status, answer, _ = node.match(LISTED, key)
        assert status == 200
        assert answer["responses"]["q"]["results"]
        assert node.upload(key, [LISTED]).status_code == 202
        subprocess.run([sys.executable, "-c", _IMPORT], env=environment(home, DATABASE_URL=""), check=True)
    verified = subprocess.run(dragoman("journal", "verify"), env=environment(home, DATABASE_URL=""), check=False)
    assert verified.returncode == 0


class FailingDisk:
    """A disk of ext4 in a file, which the kernel makes read-only as it does where it meets an error of the disk."""

    def __init__(self, folder: Path) -> None:
        self.image, self.folder = folder / "image", folder / "disk"
        self.folder.mkdir()
        with self.image.open("wb") as stream:
            stream.truncate(128 << 20)
        programs = shutil.which("mkfs.ext4"), shutil.which("e2fsck"), shutil.which("findmnt")
        if os.geteuid() != 0 or None in programs:
            pytest.skip("no right or no program to make a disk (apt-get install e2fsprogs)")
        subprocess.run(["mkfs.ext4", "-q", str(self.image)], check=True)
        self.mount()

    def mount(self) -> None:
        if not mount("-o", "loop,errors=remount-ro", str(self.image), str(self.folder)):
            pytest.skip("no right to mount a disk")

    def fail(self) -> None:
        """Make it read-only at once, whoever has files of it open."""
        source = subprocess.run(
            ["findmnt", "--noheadings", "--output", "SOURCE", str(self.folder)],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        Path("/sys/fs/ext4", Path(source).name, "trigger_fs_error").write_text("1")
        with pytest.raises(OSError, match="Read-only"):
            (self.folder / "trial").touch()

    def mend(self) -> None:
        """Check the disk and mount it anew; nobody may use it meanwhile."""
        subprocess.run(["umount", str(self.folder)], check=True)
        assert subprocess.run(["e2fsck", "-fy", str(self.image)], capture_output=True, check=False).returncode in (0, 1)
        self.mount()


@pytest.fixture
def failing_disk(tmp_path: Path) -> Iterator[FailingDisk]:
    disk = FailingDisk(tmp_path)
    yield disk
    subprocess.run(["umount", "-l", str(disk.folder)], check=False)


#: Imports the exercise's lists, as the console's job does; says what happened.
_IMPORT = """
from dragoman.node.serving.prepare import set_up
set_up()
from dragoman.cli.serve_exercise import load
load()
"""


def test_a_disk_that_the_kernel_made_read_only_is_told_and_nothing_acknowledged_is_lost(
    failing_disk: FailingDisk, tmp_path: Path, homes: Homes
) -> None:
    home, elsewhere = failing_disk.folder / "home", tmp_path / "elsewhere.backup"
    key = make_key(home, exercise=True, homes=homes, DATABASE_URL="")
    sync_tree(home)  # the node did not write what was copied, and so did not see to it that it is on the disk
    surroundings = environment(home, DATABASE_URL="")
    acknowledged = 0
    with serving(home, DATABASE_URL="") as node:
        for _ in range(5):
            acknowledged += node.match(LISTED, key)[0] == 200
        assert node.upload(key, [LISTED]).status_code == 202
        failing_disk.fail()
        for _ in range(3):  # what was open, and what is opened anew
            answer = node.match(LISTED, key)
            is_trouble(answer, 503)
            assert "cannot be written" in answer[1]["detail"]
        upload = node.upload(key, [LISTED])
        assert (upload.status_code, upload.json()["remedy"]) == (503, "check the disk and the owner of the node's home")
        assert node.ask("GET", "/healthz")[0] == 200
        refused = {
            "serve": dragoman("serve", "--port", "1"),
            "worker": dragoman("worker", "--once"),
            "backup": dragoman("backup", str(failing_disk.folder / "node.backup")),
            "import": [sys.executable, "-c", _IMPORT],
        }
        for what, command in refused.items():
            done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
            assert done.returncode in (1, 2), what
            assert "Read-only file system" in done.stderr, what
        subprocess.run(dragoman("backup", str(elsewhere)), env=surroundings, check=True)
    failing_disk.mend()
    [document] = (home / "node" / "documents").rglob("names.csv")
    assert LISTED in document.read_text()
    with serving(home, DATABASE_URL="") as node:
        assert node.match(LISTED, key)[1]["responses"]["q"]["results"]
        assert node.upload(key, [LISTED]).status_code == 202
        subprocess.run([sys.executable, "-c", _IMPORT], env=surroundings, check=True)
    subprocess.run(dragoman("journal", "verify"), env=surroundings, check=True)
    back = tmp_path / "back"
    subprocess.run(dragoman("restore", str(elsewhere)), env=environment(back, DATABASE_URL=""), check=True)
    for each in (home, back):
        database = sqlite3.connect(each / "node" / "node.sqlite3")
        [count] = database.execute("SELECT count(*) FROM journal_event WHERE act = 'desk.query.screened'").fetchone()
        database.close()
        assert count >= acknowledged == 5


@pytest.fixture
def cluster() -> Iterator[tuple[str, str]]:
    """A PostgreSQL of its own: address and control."""
    process = subprocess.Popen(
        [ROOT / "tools" / "with_postgres.sh", "sh", "-c", 'echo "$DATABASE_URL $POSTGRES_CONTROL"; read -r _ || true'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    line = process.stdout.readline().split()
    if not line:
        process.wait()
        process.stdin.close()
        process.stdout.close()
        pytest.skip("PostgreSQL is not installed")
    yield line[0], line[1]
    process.stdin.close()
    process.wait()
    process.stdout.close()


def test_a_database_that_stops_is_told_and_the_node_goes_on_when_it_is_back(
    cluster: tuple[str, str], tmp_path: Path
) -> None:
    url, control = cluster
    home = tmp_path / "home"
    key = make_key(home, exercise=True, DATABASE_URL=url)
    with serving(home, DATABASE_URL=url) as node:
        for _ in range(2):
            assert node.match(LISTED, key)[0] == 200
            subprocess.run([control, "stop"], check=True)
            for _ in range(3):
                answer = node.match(LISTED, key)
                is_trouble(answer, 503)
                assert answer[2]["retry-after"]
            assert node.ask("GET", "/readyz")[0] == 503
            subprocess.run([control, "start"], check=True)
            assert [node.match(LISTED, key)[0] for _ in range(3)] == [200] * 3


def test_a_backup_of_postgresql_restores_into_an_empty_database_only(cluster: tuple[str, str], tmp_path: Path) -> None:
    url, _ = cluster
    home, back, file = tmp_path / "home", tmp_path / "back", tmp_path / "node.backup"
    key = make_key(home, exercise=True, DATABASE_URL=url)
    with serving(home, DATABASE_URL=url) as node:
        assert node.match(LISTED, key)[0] == 200
        subprocess.run(dragoman("backup", str(file)), env=environment(home, DATABASE_URL=url), check=True)
    refused = subprocess.run(dragoman("restore", str(file)), env=environment(back, DATABASE_URL=url), check=False)
    assert refused.returncode == 2
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE back")
    empty = url.rpartition("/")[0] + "/back"
    done = subprocess.run(
        dragoman("restore", str(file)),
        env=environment(back, DATABASE_URL=empty), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The journal is whole" in done.stderr
    restored: Node
    with serving(back, DATABASE_URL=empty) as restored:
        assert restored.match(LISTED, key)[1]["responses"]["q"]["results"]
