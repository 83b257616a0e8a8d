"""Options and arguments that several commands share, and the completion of list names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from dragoman.lists.store import ListStore

if TYPE_CHECKING:
    from dragoman.errors import QueryRefused
    from dragoman.messages.sources import Source

_Command = TypeVar("_Command", bound=Callable[..., Any])


def complete_lists(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the lists that are kept, and after ``name@`` their versions; after a comma, one more list."""
    store = ListStore.open()
    before, _, last = incomplete.rpartition(",")
    name, at, _ = last.partition("@")
    names = store.names()
    found = [account.label for account in store.versions(name)] if at and name in names else names
    prefix = f"{before}," if before else ""
    return [CompletionItem(prefix + label) for label in found if label.startswith(last)]


def complete_formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of the formats."""
    from dragoman.lists.catalogue import format_names

    return [CompletionItem(name) for name in format_names() if name.startswith(incomplete)]


def json_option(command: _Command) -> _Command:
    """Add ``--json`` as the argument `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")(command)


def path_sources(paths: Iterable[str], recursive: bool, forced: str | None) -> Iterator[Source | QueryRefused]:
    """Yield the sources of the paths as given; '-' is standard input."""
    from dragoman.messages.sources import sources

    given = [sys.stdin.buffer if path == "-" else Path(path) for path in paths]
    return sources(given, recursive=recursive, forced=forced)
