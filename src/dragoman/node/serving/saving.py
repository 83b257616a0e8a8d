"""``dragoman backup`` and ``restore``: a node into one file while it serves, and back into an empty home."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from dragoman.errors import BackupRefused, UsageError
from dragoman.lists.durable import sync, sync_tree
from dragoman.lists.locking import locked
from dragoman.node.serving import archive, databases
from dragoman.node.serving.archive import Manifest

#: A home with this folder in it was half restored: it is not served, and may be restored into again.
RESTORING = ".restoring"


def backup(target: Path) -> Manifest:
    """Save this node into the new file `target`. Django must be set up."""
    from django.conf import settings

    return save(target, Path(settings.HOME), settings.DATABASES["default"])


def save(target: Path, home: Path, database: dict[str, Any]) -> Manifest:
    """Save a home and its database into the new file `target`, which appears whole or not at all.

    The snapshot of the database is taken first: every file that it knows of is there when files are read.
    """
    if target.exists():
        raise UsageError(f"{target} is there already", remedy="name a new file")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", remedy="make it first")
    with _alone(home) as frozen:
        for left in target.parent.glob(f".{target.name}.*.partial"):
            left.unlink()
        name = f".{target.name}.{secrets.token_hex(6)}"
        partial, snapshot = target.with_name(f"{name}.partial"), target.with_name(f"{name}.db.partial")
        try:
            witnesses = archive.witnesses_of(home)
            databases.snapshot(database, snapshot, frozen=frozen)
            with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                manifest = archive.write(stream, home, witnesses, snapshot, databases.kind_of(database))
                stream.flush()
                os.fsync(stream.fileno())
            partial.rename(target)
            sync(target.parent)
        finally:
            partial.unlink(missing_ok=True)
            snapshot.unlink(missing_ok=True)
    return manifest


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Keep other backups of this home waiting; tell whether it is frozen: on a disk that cannot be written any more."""
    with ExitStack() as held:
        try:
            held.enter_context(locked(home / "node" / ".saving"))
            frozen = False
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            frozen = True
        yield frozen


def restore(path: Path, home: Path, database_url: str = "") -> Manifest:
    """Restore a backup into an empty home, and into the database of `database_url` where it came from PostgreSQL.

    Django must not be set up yet: its settings would make a home. An interrupted restore can be done again.
    Raises BackupRefused where the home is not empty, or the file is not whole.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}", remedy="check the path")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    staging = home / RESTORING
    if not staging.exists() and any(home.iterdir()):
        raise BackupRefused("the home is not empty", place=str(home), remedy="name another DRAGOMAN_HOME, or empty it")
    for left in home.iterdir():
        if left != staging:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    manifest = _unpacked(path, staging)
    _check_kind(manifest, database_url)
    unpacked = staging / archive.HOME
    node = unpacked / "node"
    node.mkdir(parents=True, exist_ok=True, mode=0o700)
    if manifest.database == databases.SQLITE:
        databases.check_sqlite(staging / archive.DATABASE)
        (staging / archive.DATABASE).rename(node / "node.sqlite3")
    else:
        databases.restore_postgresql(database_url, staging / archive.DATABASE)
    sync_tree(unpacked)
    for each in sorted(unpacked.iterdir()):
        each.rename(home / each.name)
    sync(home)
    shutil.rmtree(staging)
    return manifest


def _unpacked(path: Path, staging: Path) -> Manifest:
    try:
        return archive.read(path, staging)
    except (BackupRefused, OSError):
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _check_kind(manifest: Manifest, database_url: str) -> None:
    if manifest.database == databases.POSTGRESQL and not database_url:
        raise BackupRefused("the backup is of PostgreSQL", remedy="set DATABASE_URL to an empty database")
    if manifest.database == databases.SQLITE and database_url:
        raise BackupRefused("the backup is of SQLite", remedy="leave DATABASE_URL unset")


def check_not_half(home: Path) -> None:
    """Raise BackupRefused where a restore into this home was interrupted."""
    if (home / RESTORING).exists():
        raise BackupRefused("a restore was interrupted", place=str(home), remedy="run dragoman restore FILE again")
