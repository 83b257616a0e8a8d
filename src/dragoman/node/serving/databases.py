"""A consistent snapshot of the node's database while it is written to, and its return."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import dj_database_url

from dragoman.errors import BackupRefused

SQLITE, POSTGRESQL = "sqlite", "postgresql"
#: Pages that the online backup copies at a time: between two steps, writers go on.
_PAGES = 4096


def kind_of(database: dict[str, Any]) -> str:
    """Return the kind of a database of Django's settings."""
    return SQLITE if str(database["ENGINE"]).endswith("sqlite3") else POSTGRESQL


def snapshot(database: dict[str, Any], target: Path, *, frozen: bool = False) -> None:
    """Write a snapshot of the database into the new file `target`. Raises BackupRefused where that fails.

    A `frozen` file of SQLite lies on a disk that cannot be written any more.
    """
    if kind_of(database) == SQLITE and frozen:
        _copy_frozen(Path(database["NAME"]), target)
    elif kind_of(database) == SQLITE:
        _snapshot_sqlite(Path(database["NAME"]), target)
    else:
        _run("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    target.chmod(0o600)


def _snapshot_sqlite(path: Path, target: Path) -> None:
    if not path.is_file():
        raise _no_database(path)
    source, copy = sqlite3.connect(path, timeout=60), sqlite3.connect(target)
    try:
        source.execute("BEGIN")  # one state, although the copy takes several steps
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=_PAGES)
        copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupRefused(f"the database cannot be copied: {error}", place=str(path), remedy="try again") from error
    finally:
        copy.close()
        source.close()


def _no_database(path: Path) -> BackupRefused:
    return BackupRefused("there is no database yet", place=str(path), remedy="serve the node once: dragoman serve")


def _copy_frozen(path: Path, target: Path) -> None:
    """Copy a database as it lies, with its log: nobody can write to it, nor could SQLite open it there."""
    if not path.is_file():
        raise _no_database(path)
    log = target.with_name(f"{target.name}-wal")
    try:
        shutil.copyfile(path, target)
        if (own := path.with_name(f"{path.name}-wal")).is_file():
            shutil.copyfile(own, log)
        opened = sqlite3.connect(target)
        try:
            opened.execute("PRAGMA journal_mode=DELETE")  # takes in the log
        finally:
            opened.close()
    except sqlite3.Error as error:
        raise BackupRefused(
            f"the database cannot be copied: {error}", place=str(path), remedy="mend the disk"
        ) from error
    finally:
        log.unlink(missing_ok=True)
        target.with_name(f"{target.name}-shm").unlink(missing_ok=True)
    check_sqlite(target)


def check_sqlite(path: Path) -> None:
    """Raise BackupRefused where an SQLite file is damaged."""
    opened = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        [found] = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        found = str(error)
    finally:
        opened.close()
    if found != "ok":
        raise BackupRefused(f"the saved database is damaged: {found}", remedy="use another backup")


def restore_postgresql(url: str, dump: Path) -> None:
    """Put a dump into an empty PostgreSQL database, in one transaction. Raises BackupRefused unless it is empty."""
    database: dict[str, Any] = {**dj_database_url.parse(url)}
    tables = _run(
        "psql",
        database,
        "--tuples-only",
        "--no-align",
        "--command=SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    )
    if tables.strip() != "0":
        raise BackupRefused("the database of DATABASE_URL holds tables", remedy="name an empty database")
    _run(
        "pg_restore",
        database,
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname={database['NAME']}",
        str(dump),
        named=False,
    )


def _run(program: str, database: dict[str, Any], *arguments: str, named: bool = True) -> str:
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is missing", remedy="on Debian: apt-get install postgresql-client")
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    for name, key in (("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD")):
        if database.get(key):
            environment[name] = str(database[key])
    if named:
        environment["PGDATABASE"] = str(database["NAME"])
    done = subprocess.run(  # noqa: S603  a program of PostgreSQL, no shell
        [found, *arguments], env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise BackupRefused(f"{program} failed: {reason[0]}", remedy="check DATABASE_URL, and that the server runs")
    return done.stdout
