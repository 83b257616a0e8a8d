"""``dragoman lists ls`` and ``dragoman lists show``."""

from __future__ import annotations

from typing import Any

import click

from dragoman.cli.options import complete_lists, json_option
from dragoman.cli.output import console, printable, say, table, write_json
from dragoman.lists.store import ListStore
from dragoman.lists.versions import ListVersion


@click.command()
@json_option
def ls(as_json: bool) -> None:
    """Show the lists that are kept and the version in use of each."""
    store = ListStore.open()
    rows = [(store.current(name), [account.version for account in store.versions(name)]) for name in store.names()]
    if as_json:
        write_json([_brief(account, kept) for account, kept in rows], indent=True)
        return
    if not rows:
        say("No list is kept yet. Add one: dragoman lists add un-sc FILE")
        return
    shown = table(
        "List", "Version in use", "Parties", "Names", "Left out", "Kept", "Publisher",
        right=("Parties", "Names", "Left out", "Kept"),
    )  # fmt: skip
    for account, kept in rows:
        counts = (account.parties, account.names, len(account.rejects), len(kept))
        shown.add_row(account.name, account.version, *(f"{count:,}" for count in counts), printable(account.publisher))
    console().print(shown)


def _brief(account: ListVersion, kept: list[str]) -> dict[str, Any]:
    return {
        "name": account.name,
        "version": account.version,
        "published": account.published,
        "format": account.format,
        "publisher": account.publisher,
        "parties": account.parties,
        "names": account.names,
        "rejects": len(account.rejects),
        "warnings": len(account.warnings),
        "versions": kept,
    }


@click.command()
@click.argument("label", metavar="NAME[@VERSION]", shell_complete=complete_lists)
@json_option
def show(label: str, as_json: bool) -> None:
    """Show one version of a list (the one in use): counts, checksums and what could not be read."""
    store = ListStore.open()
    account = store.version(label)
    in_use = store.current(account.name).version == account.version
    if as_json:
        kept = [each.version for each in store.versions(account.name)]
        write_json({**account.to_json(), "in_use": in_use, "versions": kept}, indent=True)
        return
    shown = table("", account.label + (" (in use)" if in_use else ""))
    for key, text in _facts(account):
        shown.add_row(key, printable(text))
    console().print(shown)
    for what, rows in (("Left out", account.rejects), ("Odd, and kept", account.warnings)):
        if rows:
            reasons = table(f"{what}: {len(rows):,}", "Why", "Row")
            for row in rows:
                reasons.add_row(printable(row.place), printable(row.reason), printable(row.row[:80]))
            console().print()
            console().print(reasons)


def _facts(account: ListVersion) -> list[tuple[str, str]]:
    return [
        ("List", account.title),
        ("Publisher", account.publisher),
        ("Format", account.format),
        ("Published", account.published or "not stated"),
        ("Added", account.added),
        ("Parties", f"{account.parties:,}"),
        *((f"  {schema}", f"{count:,}") for schema, count in account.by_schema.items()),
        ("Names", f"{account.names:,}"),
        ("Records", f"{account.records:,}"),
        *(("File", f"{file.name}, {file.bytes:,} bytes, sha256 {file.sha256}") for file in account.sources),
    ]
