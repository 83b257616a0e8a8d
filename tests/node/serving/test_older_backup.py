"""A backup of an older version comes back: restored as it was, brought up to this version's tables, then verified."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.node.homes import Homes
from tests.node.serving.running import dragoman, environment

#: Makes a node with a hit that came back to the queue after a review, and takes the desk back by its last migration.
_OLDER = """
import json
from datetime import timedelta
from dragoman.node.serving.prepare import prepare, set_up
set_up()
prepare()
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from dragoman.node.desk.models import Hit, Query, Review, Screening
from dragoman.node.journal.appending import sign_rest
from dragoman.node.journal.recording import record
from dragoman.node.people.models import Account
account = Account.objects.create(username="ana")
kept = Screening.objects.create(origin="api", purpose="training", by=account, lists={}, threshold=0.7, limit=5)
query = Query.objects.create(screening=kept, number=0, asked={"schema": "Person", "properties": {}}, caption="x")
hit = Hit.objects.create(
    query=query, screening=kept, origin="api", source="harbour", record_id="H-1", caption="x", schema="Person",
    score=0.9, version="1", reopened_at=timezone.now() - timedelta(hours=1),
)
for hours in (2, 0):
    at = timezone.now() - timedelta(hours=hours)
    Review.objects.create(hit=hit, disposition="false", reason="x", by=account, at=at)
with transaction.atomic():
    for number in range(20):
        record(f"account:{account.pk}", "desk.hit.viewed", f"hit:{number}")
sign_rest()
graph = MigrationExecutor(connection).loader.graph
[last] = graph.leaf_nodes("desk")
[before] = [each for each in graph.nodes[last].dependencies if each[0] == "desk"]
call_command("migrate", *before, verbosity=0)
print(json.dumps([last]))
"""


def applied(home: Path) -> set[tuple[str, str]]:
    database = sqlite3.connect(home / "node" / "node.sqlite3")
    try:
        return set(database.execute("SELECT app, name FROM django_migrations").fetchall())
    finally:
        database.close()


@pytest.fixture
def older(tmp_path: Path, homes: Homes) -> tuple[Path, list[list[str]]]:
    """A backup of a node whose tables are one migration behind, and which migrations it lacks."""
    home, file = tmp_path / "home", tmp_path / "older.backup"
    surroundings = environment(home, DATABASE_URL="")
    homes.copy(home)
    made = subprocess.run([sys.executable, "-c", _OLDER], env=surroundings, check=True, capture_output=True, text=True)
    subprocess.run(dragoman("backup", str(file)), env=surroundings, check=True)
    lacking = json.loads(made.stdout.splitlines()[-1])
    assert not {tuple(each) for each in lacking} & applied(home)
    return file, lacking


def restore(file: Path, back: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        dragoman("restore", str(file)),
        env=environment(back, DATABASE_URL=""), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_an_older_backup_is_restored_brought_up_to_date_and_verified(
    older: tuple[Path, list[list[str]]], tmp_path: Path
) -> None:
    file, lacking = older
    back = tmp_path / "back"
    done = restore(file, back)
    assert done.returncode == 0, done.stderr
    assert "The journal is whole: 20 events, 20 of them below a signed checkpoint." in done.stderr
    assert {tuple(each) for each in lacking} <= applied(back)
    database = sqlite3.connect(back / "node" / "node.sqlite3")
    reviews: list[Any] = database.execute("SELECT outdated FROM desk_review ORDER BY id").fetchall()
    database.close()
    assert reviews == [(1,), (0,)]  # the first was made before the facts changed


def test_an_older_backup_whose_journal_was_changed_is_told(older: tuple[Path, list[list[str]]], tmp_path: Path) -> None:
    back, home = tmp_path / "back", tmp_path / "home"
    database = sqlite3.connect(home / "node" / "node.sqlite3")
    for [trigger] in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute("UPDATE journal_event SET object = 'hit:99' WHERE id = 7")
    database.commit()
    database.close()
    file = tmp_path / "changed.backup"
    subprocess.run(dragoman("backup", str(file)), env=environment(home, DATABASE_URL=""), check=True)
    done = restore(file, back)
    assert done.returncode == 2
    assert "event 7: it is not what its hash says was appended" in done.stderr
