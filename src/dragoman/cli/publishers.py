"""Where lists are fetched from, and what was fetched the last time.

``<home>/lists/.fetched/<name>.json`` remembers, for each list, its addresses, its format, the version that came
of them, and what the servers said of the files.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from dragoman.cli.fetching import Validators
from dragoman.errors import UsageError
from dragoman.lists.catalogue import MODULES, find_format
from dragoman.lists.store import ListStore


@dataclass(slots=True)
class Publisher:
    """How a list is fetched: its addresses in the order the format wants, its format, and the last time."""

    urls: list[str]
    format: str
    version: str | None = None
    validators: dict[str, Validators] = field(default_factory=dict)


def find_publisher(store: ListStore, name: str, urls: tuple[str, ...], format_name: str | None) -> Publisher:
    """Return how to fetch a list: as stated now, else as the last time, else as its format says. Raises UsageError."""
    last = _remembered(store, name)
    if urls:
        form = format_name or (last.format if last else name if name in MODULES else None)
        if form is None:
            raise UsageError(f"the format of {name} is not known", remedy="state it: --format ftm, ...")
        find_format(form)
        if last and last.urls == list(urls) and last.format == form:
            return last
        return Publisher(list(urls), form)
    if last:
        return last
    if name in MODULES and (known := find_format(name).urls):
        return Publisher(list(known), name)
    raise UsageError(
        f"no address is known for {name}",
        remedy="state it: --url https://..., or fetch the file by other means: dragoman lists add NAME FILE",
    )


def remember(store: ListStore, name: str, publisher: Publisher) -> None:
    """Keep what was learnt, in one step."""
    path = _path(store, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(json.dumps(asdict(publisher), indent=1), encoding="utf-8")
    os.replace(draft, path)


def fetchable(store: ListStore) -> list[str]:
    """Return the lists that are kept and whose address is known."""
    return [
        name for name in store.names() if _path(store, name).exists() or (name in MODULES and find_format(name).urls)
    ]


def file_names(urls: list[str]) -> list[str]:
    """Return a file name for each address: the last part of its path, numbered where two are the same."""
    found: list[str] = []
    for number, url in enumerate(urls, 1):
        last = PurePosixPath(unquote(urlsplit(url).path)).name
        plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in last).lstrip(".") or "list"
        found.append(plain if plain not in found else f"{number}_{plain}")
    return found


def _path(store: ListStore, name: str) -> Path:
    return store.folder / ".fetched" / f"{name}.json"


def _remembered(store: ListStore, name: str) -> Publisher | None:
    """Return what is remembered; what cannot be read was only a saving, and is not missed."""
    try:
        plain = json.loads(_path(store, name).read_bytes())
        validators = {url: Validators(**row) for url, row in plain["validators"].items()}
        return Publisher(list(plain["urls"]), str(plain["format"]), plain["version"], validators)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
