"""Backup: whoever saves the node is killed; a file with a backup's name is whole, and none that was told is missing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings

from dragoman.node.desk.models import Hit
from dragoman.node.desk.screening import screen_now
from dragoman.node.serving import archive
from dragoman.node.serving.saving import backup
from tests.kills._node import LISTED, analyst, set_up

BACKUPS = 4


def _folder() -> Path:
    return Path(settings.HOME) / "exports"


def prepare() -> None:
    """Make something to save."""
    set_up()
    screen_now(analyst(), LISTED, limit=1, store=True)
    _folder().mkdir()


def victim() -> None:
    """Save the node until so many backups are there, writing in between, and tell each."""
    from kill_tests import ready, tell

    ready()
    for number in range(BACKUPS):
        target = _folder() / f"{number}.dragoman"
        if not target.exists():
            screen_now(analyst(), LISTED[number : number + 1], limit=1, store=True)
            backup(target)
            tell(str(number))


def check(told: list[str]) -> None:
    """Every backup reads whole, its digests checked; those told are among them."""
    there = {path.stem for path in _folder().glob("*.dragoman") if not path.name.startswith(".")}
    assert set(told) <= there, set(told) - there
    for name in sorted(there)[-2:]:  # the newest are those that a kill may have met
        with tempfile.TemporaryDirectory() as empty:
            archive.read(_folder() / f"{name}.dragoman", Path(empty) / "home")


def finish(told: list[str]) -> None:
    """All are there, nothing is left of those that died, and the node has lost nothing."""
    check(told)
    assert {path.name for path in _folder().iterdir()} >= {f"{number}.dragoman" for number in range(BACKUPS)}
    assert Hit.objects.count() >= len(LISTED) + BACKUPS
