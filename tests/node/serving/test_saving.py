"""A backup is whole or not there, is taken while others write, and gives the same node back."""

from __future__ import annotations

import io
import random
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import BackupRefused, UsageError
from dragoman.node.serving import archive, databases, saving

SECRET = "x" * 60


def make_home(home: Path, rows: int = 200) -> Path:
    """Make a home as a node would leave it: a database in WAL mode, a list, an index, keys, and what is left out."""
    for name, text in {
        "node/secret_key": SECRET,
        "node/journal/checkpoint": "10",
        "node/documents/2026/01/letter.pdf": "a letter",
        "node/static/style.css": "made again",
        "node/.preparing": "",
        "lists/un-sc/2026-01-01/records.jsonl.gz": "records",
        "lists/.adding/half/records.jsonl.gz": "half",
        "index/abc.idx": "index",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    database = sqlite3.connect(home / "node" / "node.sqlite3")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, pair INTEGER, text TEXT)")
    database.executemany("INSERT INTO events (pair, text) VALUES (?, ?)", [(n // 2, "t" * 100) for n in range(rows)])
    database.commit()
    database.close()
    return home


def database_of(home: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": home / "node" / "node.sqlite3"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path / "home")


def contents(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in archive.files_of(home)}


def test_a_restored_home_is_the_saved_one(home: Path, tmp_path: Path) -> None:
    manifest = saving.save(tmp_path / "node.backup", home, database_of(home))
    back = tmp_path / "back"
    assert saving.restore(tmp_path / "node.backup", back) == manifest
    assert contents(back) == contents(home)
    assert sqlite3.connect(back / "node" / "node.sqlite3").execute("SELECT count(*) FROM events").fetchone() == (200,)
    assert not (back / "node" / "static").exists()
    assert not (back / saving.RESTORING).exists()


def test_a_backup_can_be_read_by_its_owner_only_and_so_can_what_is_restored(home: Path, tmp_path: Path) -> None:
    saving.save(tmp_path / "node.backup", home, database_of(home))
    assert (tmp_path / "node.backup").stat().st_mode & 0o077 == 0
    saving.restore(tmp_path / "node.backup", tmp_path / "back")
    assert [path for path in (tmp_path / "back").rglob("*") if path.is_file() and path.stat().st_mode & 0o077] == []


def test_the_snapshot_is_one_moment_although_others_write(home: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        writer = sqlite3.connect(home / "node" / "node.sqlite3", timeout=30)
        number = 10_000
        while not stop.is_set():
            with writer:  # both rows of a pair, or neither
                writer.executemany("INSERT INTO events (pair, text) VALUES (?, 'new')", [(number,), (number,)])
            number += 1
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            saving.save(tmp_path / f"{number}.backup", home, database_of(home))
    finally:
        stop.set()
        thread.join()
    for number in range(5):
        saving.restore(tmp_path / f"{number}.backup", tmp_path / f"back{number}")
        opened = sqlite3.connect(tmp_path / f"back{number}" / "node" / "node.sqlite3")
        torn = "SELECT count(*) FROM (SELECT pair FROM events GROUP BY pair HAVING count(*) != 2)"
        assert opened.execute(torn).fetchone() == (0,)


def test_the_journals_checkpoint_is_never_newer_than_the_database(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = databases.snapshot

    def slowly(database: dict[str, Any], target: Path, **more: bool) -> None:
        take(database, target, **more)
        (home / "node" / "journal" / "checkpoint").write_text("later")

    monkeypatch.setattr(databases, "snapshot", slowly)
    saving.save(tmp_path / "node.backup", home, database_of(home))
    saving.restore(tmp_path / "node.backup", tmp_path / "back")
    assert (tmp_path / "back" / "node" / "journal" / "checkpoint").read_text() == "10"


def test_a_file_that_goes_away_meanwhile_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = list(archive.files_of(home))
    monkeypatch.setattr(archive, "files_of", lambda *given: [] if given[1:] else [*listed, home / "lists" / "gone"])
    assert saving.save(tmp_path / "node.backup", home, database_of(home)).gone == ["home/lists/gone"]


def test_an_existing_file_and_a_missing_folder_are_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("something")
    for target in (tmp_path / "there", tmp_path / "nowhere" / "node.backup"):
        with pytest.raises(UsageError):
            saving.save(target, home, database_of(home))
    assert (tmp_path / "there").read_text() == "something"


def test_a_home_that_is_not_empty_is_refused_and_left_as_it_was(home: Path, tmp_path: Path) -> None:
    saving.save(tmp_path / "node.backup", home, database_of(home))
    before = contents(home)
    with pytest.raises(BackupRefused):
        saving.restore(tmp_path / "node.backup", home)
    assert contents(home) == before


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("saved")
    made = make_home(folder / "home", rows=10)
    snapshot = folder / "snapshot"
    databases.snapshot({"ENGINE": "sqlite3", "NAME": made / "node" / "node.sqlite3"}, snapshot)
    stream = io.BytesIO()
    archive.write(stream, made, archive.witnesses_of(made), snapshot, databases.SQLITE)
    return stream.getvalue()


def refused(tmp: Path, content: bytes) -> None:
    (tmp / "bad.backup").write_bytes(content)
    with pytest.raises(BackupRefused):
        saving.restore(tmp / "bad.backup", tmp / "back")
    assert not (tmp / "back" / "node").exists()


@given(st.data())
def test_a_backup_that_is_cut_short_is_refused(
    saved: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = saved.rstrip(b"\0")
    refused(tmp_path_factory.mktemp("cut"), whole[: data.draw(st.integers(0, len(whole) - 600))])


def test_an_altered_file_is_named(saved: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.backup").write_bytes(saved.replace(b"a letter", b"A LETTER"))
    with pytest.raises(BackupRefused, match=r"letter\.pdf is not what was saved"):
        saving.restore(tmp_path / "bad.backup", tmp_path / "back")


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "home/../../outside", "elsewhere/file", "home"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        made.addfile(tarfile.TarInfo(name), io.BytesIO())
    refused(tmp_path, stream.getvalue())
    assert not list(tmp_path.rglob("outside"))


def test_links_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        member = tarfile.TarInfo("home/link")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(member)
    refused(tmp_path, stream.getvalue())


def test_a_backup_of_another_kind_of_database_is_refused(home: Path, tmp_path: Path) -> None:
    saving.save(tmp_path / "node.backup", home, database_of(home))
    with pytest.raises(BackupRefused, match="SQLite"):
        saving.restore(tmp_path / "node.backup", tmp_path / "back", "postgres://localhost/x")


def test_an_interrupted_restore_is_not_served_and_can_be_done_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saving.save(tmp_path / "node.backup", home, database_of(home))
    back = tmp_path / "back"
    moves = 0
    rename = Path.rename

    class Killed(BaseException):
        pass

    def die(self: Path, target: Any) -> Path:
        nonlocal moves
        moves += 1
        if moves == 3:
            raise Killed
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", die)
        with pytest.raises(Killed):
            saving.restore(tmp_path / "node.backup", back)
    with pytest.raises(BackupRefused, match="interrupted"):
        saving.check_not_half(back)
    saving.restore(tmp_path / "node.backup", back)
    saving.check_not_half(back)
    assert contents(back) == contents(home)


KILLED = """
import sys
from pathlib import Path
from dragoman.node.serving import saving
home, file = Path(sys.argv[1]), Path(sys.argv[2])
database = {"ENGINE": "django.db.backends.sqlite3", "NAME": home / "node" / "node.sqlite3"}
print("begun", flush=True)
saving.save(file, home, database) if sys.argv[3] == "backup" else saving.restore(file, home)
"""


@pytest.mark.parametrize("act", ["backup", "restore"])
def test_killed_at_any_moment_it_leaves_nothing_half(tmp_path: Path, act: str) -> None:
    """Twenty kills each, spread over the time that the act takes."""
    made = make_home(tmp_path / "home", rows=20_000)
    snapshot = tmp_path / "snapshot"
    databases.snapshot({"ENGINE": "sqlite3", "NAME": made / "node" / "node.sqlite3"}, snapshot)
    with (tmp_path / "whole.backup").open("wb") as stream:
        archive.write(stream, made, archive.witnesses_of(made), snapshot, databases.SQLITE)
    chance = random.Random(4)  # noqa: S311  when to kill
    for number in range(20):
        home = made if act == "backup" else tmp_path / "back"
        target = tmp_path / "killed.backup" if act == "backup" else tmp_path / "whole.backup"
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(home), str(target), act], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        deadline = time.monotonic() + chance.uniform(0, 0.06) if number else time.monotonic()
        while time.monotonic() < deadline:
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if act == "backup":
            if target.exists():  # then whole
                archive.read(target, tmp_path / f"unpacked{number}")
                target.unlink()
        elif not (home / saving.RESTORING).exists() and (home / "node").exists():
            assert contents(home) == contents(made)
    if act == "backup":
        saving.save(target, made, database_of(made))
        assert [path.name for path in tmp_path.glob(".*partial")] == []
        archive.read(target, tmp_path / "last")
    elif (tmp_path / "back" / saving.RESTORING).exists() or not (tmp_path / "back").exists():
        saving.restore(tmp_path / "whole.backup", tmp_path / "back")
        assert contents(tmp_path / "back") == contents(made)
