"""``dragoman index``."""

from __future__ import annotations

from typing import Any

import click

from dragoman.cli import indexing
from dragoman.cli.options import json_option
from dragoman.cli.output import console, say, table, write_json
from dragoman.errors import IndexUnusable
from dragoman.lists.store import ListStore


@click.group()
def index() -> None:
    """Build or show the index that screening searches.

    Screening builds it by itself when lists changed; build it beforehand to spare the first query the wait.
    """


@index.command()
@click.option("--force", is_flag=True, help="Build it even if it is up to date.")
def build(force: bool) -> None:
    """Build the index of the lists in use, unless it is up to date."""
    store = ListStore.open()
    known = indexing.index_path(store).exists()
    path = indexing.build(store, force=force)
    if known and not force:
        say(f"The index is up to date: {path}")


@index.command()
@json_option
def show(as_json: bool) -> None:
    """Show what the index holds: lists and versions, parties, names, size."""
    path = indexing.index_path(ListStore.open())
    if not path.exists():
        raise IndexUnusable("the lists in use have no index yet", place=str(path), remedy="dragoman index build")
    from dragoman.screening import Screener

    screener = Screener.open(path)
    facts: dict[str, Any] = {
        "path": str(path),
        **{key: getattr(screener.summary, key) for key in ("parties", "names", "tokens", "bytes", "built")},
    }
    if as_json:
        write_json({**facts, "lists": dict(screener.lists)}, indent=True)
        return
    shown = table("Index", "")
    for key, value in facts.items():
        shown.add_row(key.capitalize(), f"{value:,}" if isinstance(value, int) else str(value))
    for name, version in screener.lists.items():
        shown.add_row("List", f"{name}@{version}")
    console().print(shown)
