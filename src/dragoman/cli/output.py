"""Where output goes: results to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

#: Control characters and marks that reorder text: from a list or a customer file they could rewrite the screen.
_HIDDEN = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for first, end in ((0, 0x20), (0x7F, 0xA0), (0x202A, 0x202F), (0x2066, 0x206A), (0xDC80, 0xDD00))
    for code in range(first, end)
}


def printable(text: str) -> str:
    """Return the text with control characters, direction overrides and undecodable bytes written out."""
    return text.translate(_HIDDEN)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 row`` or ``2,000 rows``; `many` where an s does not do."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say(text: str) -> None:
    """Tell the person something, on standard error."""
    click.echo(printable(text), err=True)


def stdout() -> BinaryIO:
    """Return standard output for bytes, so that what is written is UTF-8 whatever the locale."""
    return sys.stdout.buffer


def write_json(plain: Any, *, indent: bool = False) -> None:
    """Write one JSON document and a line feed to standard output, in UTF-8 whatever the locale."""
    import orjson

    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    stdout().write(orjson.dumps(plain, option=option))


def flush() -> None:
    """Hand on what was written, so that whoever reads a pipe has whole lines."""
    stdout().flush()


def console(*, err: bool = False) -> Console:
    """Return a rich console on standard output (or error): no markup, no guessing at what to colour."""
    from rich.console import Console

    width = None if err or sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    return Console(stderr=err, markup=False, emoji=False, highlight=False, soft_wrap=False, width=width)


def table(*headers: str, right: tuple[str, ...] = ()) -> Table:
    """Return an empty plain table; the columns named in `right` hold numbers."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for header in headers:
        made.add_column(header, justify="right" if header in right else "left", overflow="fold")
    return made


@contextmanager
def progress(text: str, total: int | None = None, *, wanted: bool = True) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error while the block runs, and hand it what to call with the amount done so far.

    There is none where standard error is no terminal, or where it is not `wanted`.
    """
    if not (wanted and sys.stderr.isatty()):
        yield lambda done: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(err=True), transient=True) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)
