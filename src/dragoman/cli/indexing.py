"""The index of the lists in use: found, or built anew when they changed.

It lives in ``<home>/index/<fingerprint>-<format>.idx``: of which lists, and by which version of Dragoman.
So an index is never out of date: it is there under the right name, or it is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.cli.output import counted, progress, say
from dragoman.errors import IndexUnusable, UnknownList
from dragoman.lists.locking import locked
from dragoman.lists.store import ListStore
from dragoman.model import Record

if TYPE_CHECKING:
    from dragoman.screening import Screener


def index_path(store: ListStore) -> Path:
    """Return where the index of the lists in use is, or would be. Raises UnknownList where no list is kept."""
    if not store.names():
        raise UnknownList(
            "no list is kept, so there is nothing to screen against", remedy="dragoman lists add un-sc FILE"
        )
    from dragoman.screening.file import format_digest

    return store.home / "index" / f"{store.fingerprint()}-{format_digest()}.idx"


def open_screener(store: ListStore) -> Screener:
    """Open the index of the lists in use, building it first where it is missing or cannot be used."""
    path = index_path(store)
    from dragoman.screening import Screener

    if path.exists():
        try:
            return Screener.open(path)
        except IndexUnusable as error:
            say(f"The index cannot be used and is built again: {error.message}")
    return Screener.open(build(store, force=path.exists()))


def build(store: ListStore, *, force: bool = False) -> Path:
    """Build the index of the lists in use unless it is there; return its path. Older indexes are removed after.

    Two processes that find it missing at once build it once. `force`: nothing of an older one is taken over.
    """
    folder = store.home / "index"
    with locked(folder / ".lock"):
        path = index_path(store)
        if force or not path.exists():
            _build(store, path, None if force else _former(path))
        for old in folder.glob("*.idx"):
            if old != path:
                with suppress(OSError):  # Windows keeps a file that another process has open
                    old.unlink()
    return path


def _build(store: ListStore, path: Path, former: Path | None) -> None:
    from dragoman.screening import build_index

    lists = store.in_use()
    total = sum(store.current(name).parties for name in lists)
    say(f"Building the index of {counted(total, 'party', 'parties')} on {counted(len(lists), 'list')} ...")
    with progress("Building the index", total) as done:
        summary = build_index(path, _records(store, lists), lists, done, former=former)
    say(f"Index built: {counted(summary.parties, 'party', 'parties')}, {counted(summary.names, 'name')}.")


def _former(path: Path) -> Path | None:
    """Return the newest index that is there, of which unchanged records are taken over."""
    found = sorted(path.parent.glob("*.idx"), key=lambda each: each.stat().st_mtime)
    return found[-1] if found else None


def _records(store: ListStore, lists: dict[str, str]) -> Iterator[Record]:
    return chain.from_iterable(store.records(name, version) for name, version in lists.items())
