"""The index of the versions in use: a file that is never changed, and a row that says which file is the one.

A new file is built beside the old one; the row moves in the transaction that puts a version in use. What an
interruption leaves is a file that no row names, and the next build removes it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from dragoman.errors import IndexUnusable, UnknownList
from dragoman.lists.locking import locked
from dragoman.lists.store import ListStore
from dragoman.model import Record
from dragoman.node.registry.models import IndexInUse, ListVersion
from dragoman.node.registry.models import Record as Row
from dragoman.node.registry.writing import Writing, kept
from dragoman.screening import Screener, build_index

Progress = Callable[[int], None]


def folder() -> Path:
    """Return where the node keeps its index files."""
    found: Path = settings.NODE_HOME / "index"
    return found


def versions_in_use() -> dict[str, str]:
    """Return the version in use of every source that has one."""
    rows = ListVersion.objects.filter(state=ListVersion.State.IN_USE).values_list("source__name", "version")
    return dict(rows.order_by("source__name"))


def build(lists: Mapping[str, str], progress: Progress | None = None, new: Writing | None = None) -> str:
    """Build an index of these versions of the lists; return the name of its file. Nothing uses it yet.

    What may no longer be kept is left out. `new` is the writing of the version that is about to be put in use. Of the
    index in use the parts of unchanged records are taken over.
    """
    store = ListStore.open(settings.HOME)
    name = f"{secrets.token_hex(8)}.idx"
    folder().mkdir(parents=True, exist_ok=True)
    records: Iterator[Record] = chain.from_iterable(
        kept(store.records(name, version), name, new if new is not None and new.source.name == name else None)
        for name, version in lists.items()
    )
    used = _in_use()
    build_index(folder() / name, records, lists, progress, former=folder() / used if used else None)
    return name


def put_in_use(name: str, lists: Mapping[str, str]) -> None:
    """Make an index file the one that is searched; call it in the transaction that puts the versions in use."""
    IndexInUse.objects.update_or_create(pk=1, defaults={"file": name, "lists": dict(lists)})


def renew() -> bool:
    """Build the index anew where something was removed after it was built; tell whether it was. Nobody may import."""
    row, last = IndexInUse.objects.first(), Row.objects.aggregate(last=Max("removed"))["last"]
    if row is None or last is None or last <= row.at:
        return False
    lists = versions_in_use()
    name = build(lists)
    with transaction.atomic():
        put_in_use(name, lists)
    sweep()
    return True


def sweep() -> None:
    """Remove the index files that are not in use. Whoever has one open keeps it until they let go."""
    row = IndexInUse.objects.first()
    for path in folder().glob("*.idx"):
        if row is None or path.name != row.file:
            with suppress(OSError):
                path.unlink()


_opened: dict[str, Screener] = {}
_lock = threading.Lock()


def screener() -> Screener:
    """Return the screener over the index in use, opened once a process. Raises UnknownList where no list is in use."""
    file = _in_use()
    if file is None:
        raise UnknownList("no list is in use yet", remedy="add one on the page Lists, or load the exercise")
    found = _opened.get(file)
    if found is not None:
        return found
    with _lock:
        if file not in _opened:
            opened = _open(file)
            _opened.clear()
            _opened[file] = opened
        return _opened[file]


def _in_use() -> str | None:
    """Return the file of the one row, without the machinery of models: every look-up asks for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT file FROM {IndexInUse._meta.db_table} ORDER BY id LIMIT 1")  # noqa: S608  our table
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def _open(name: str) -> Screener:
    """Open an index file; one that is missing or of another version of Dragoman is built again from the lists."""
    try:
        return Screener.open(folder() / name)
    except IndexUnusable:
        with locked(folder() / ".lock"):
            path = folder() / name
            with suppress(IndexUnusable):  # another process built it meanwhile
                return Screener.open(path)
            lists = versions_in_use()
            (folder() / build(lists)).replace(path)
            return Screener.open(path)
