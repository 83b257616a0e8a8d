"""``dragoman lists add``."""

from __future__ import annotations

from pathlib import Path

import click

from dragoman.cli.options import complete_formats, complete_lists
from dragoman.cli.output import counted, progress, say
from dragoman.errors import UsageError
from dragoman.lists.reading import ListFormat, Reject
from dragoman.lists.store import ListStore
from dragoman.lists.versions import ListVersion, check_name

#: How many rejected rows are shown at once; `lists show` has them all.
_SHOWN = 10


@click.command()
@click.argument("name", shell_complete=complete_lists)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", shell_complete=complete_formats, help="How to read it, if not by its content.")
@click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), help="The columns of a CSV list.")
@click.option("--force", is_flag=True, help="Keep it even if it is much smaller than before, or the same again.")
def add(name: str, path: Path, format_name: str | None, mapping: Path | None, force: bool) -> None:
    """Read the file or folder PATH, check it, and keep it as a version of the list NAME.

    The format is recognised by content. Rows that cannot be read are counted and shown; the rest is kept.
    A file that is truncated, wrong or implausibly small is refused, and the version in use stays in use.
    """
    check_name(name)
    path = _only_file(path)
    form = choose_format(name, path, format_name, mapping)
    keep(ListStore.open(), name, path, form, mapping=mapping, force=force)


def _only_file(path: Path) -> Path:
    """Return the file of a folder that holds just one: a list of one file is that file, however it is handed in."""
    if not path.is_dir():
        return path
    files = [each for each in path.iterdir() if not each.name.startswith(".")]
    return files[0] if len(files) == 1 and files[0].is_file() else path


def choose_format(name: str, path: Path, format_name: str | None, mapping: Path | None) -> ListFormat:
    """Return the stated format, else the one of the content. Raises UsageError where `name` promises another."""
    from dragoman.lists.catalogue import find_format, format_names, recognise

    if format_name or mapping:
        return find_format(format_name or "csv", mapping)
    form = recognise(path)
    if name in format_names() and form.name not in (name, "ftm"):
        raise UsageError(
            f"this is a file of {form.title} ({form.name}), not of {name}",
            place=str(path),
            remedy=f"add it as {form.name}, or state --format {form.name} to keep it under that name",
        )
    return form


def keep(
    store: ListStore, name: str, path: Path, form: ListFormat, *, mapping: Path | None = None, force: bool = False
) -> ListVersion:
    """Add the list and tell what came of it. Raises what `ListStore.add` raises."""
    before = {account.version for account in store.versions(name)} if name in store.names() else set()
    with progress(f"Reading {name}") as done:
        account = store.add(name, path, form, mapping=mapping, force=force, progress=done)
    if account.version in before:
        say(f"{account.label} is unchanged: {counted(account.parties, 'party', 'parties')}.")
        return account
    kinds = ", ".join(f"{count:,} {schema}" for schema, count in account.by_schema.items())
    parties, names = counted(account.parties, "party", "parties"), counted(account.names, "name")
    say(f"{account.label} added: {parties} ({kinds}), {names}, by {form.title}.")
    _tell("could not be read and left out", account.rejects, account)
    _tell("odd, and kept", account.warnings, account)
    if (current := store.current(name)).version != account.version:
        say(f"{current.label} is newer and stays in use.")
    return account


def _tell(what: str, rows: tuple[Reject, ...], account: ListVersion) -> None:
    if not rows:
        return
    say(f"{counted(len(rows), 'row')} {what}:")
    for row in rows[:_SHOWN]:
        say(f"  {row.place}: {row.reason}")
    if len(rows) > _SHOWN:
        say(f"  ... and {len(rows) - _SHOWN:,} more: dragoman lists show {account.label} --json")
