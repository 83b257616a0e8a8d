"""``dragoman lists diff``."""

from __future__ import annotations

import click

from dragoman.cli.options import complete_lists, json_option
from dragoman.cli.output import console, printable, say, table, write_json
from dragoman.errors import UnknownVersion
from dragoman.lists.delta import Delta, Stated
from dragoman.lists.store import ListStore
from dragoman.lists.versions import ListVersion

#: How many statements of a changed party are shown; `--json` has them all.
_SHOWN = 6


@click.command()
@click.argument("old", metavar="OLD", shell_complete=complete_lists)
@click.argument("new", metavar="[NEW]", required=False, shell_complete=complete_lists)
@json_option
def diff(old: str, new: str | None, as_json: bool) -> None:
    """Show the parties added, removed and changed from OLD to NEW, such as un-sc@2025-11-20 un-sc@2026-02-27.

    With a list's name alone: from the version before to the version in use. What counts is content: where a party
    stands in the file, and how a value was printed, does not matter.
    """
    from dragoman.lists import delta

    store = ListStore.open()
    before, after = _pair(store, old, new)
    found = delta.diff(
        store.records(before.name, before.version),
        store.records(after.name, after.version),
    )
    if as_json:
        write_json({"old": before.label, "new": after.label, **found.to_json()}, indent=True)
    else:
        _print(found)
    counts = f"{len(found.added):,} added, {len(found.removed):,} removed, {len(found.changed):,} changed"
    say(f"{before.label} to {after.label}: {counts}.")


def _pair(store: ListStore, old: str, new: str | None) -> tuple[ListVersion, ListVersion]:
    if new is not None:
        return store.version(old), store.version(new)
    after = store.version(old)
    older = [account for account in store.versions(after.name) if account.version != after.version]
    ids = [account.version for account in store.versions(after.name)]
    position = ids.index(after.version)
    if position == 0:
        raise UnknownVersion(f"no version is kept before {after.label}", remedy="name both: OLD NEW")
    return older[position - 1], after


def _print(found: Delta) -> None:
    shown = table("", "Id", "Schema", "Party", "What changed")
    for party in found.added:
        shown.add_row("+", printable(party.id), party.schema, printable(party.caption), "")
    for party in found.removed:
        shown.add_row("-", printable(party.id), party.schema, printable(party.caption), "")
    for change in found.changed:
        lines = [*(_line("-", stated) for stated in change.removed), *(_line("+", stated) for stated in change.added)]
        more = [f"... and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        text = "\n".join([*lines[:_SHOWN], *more])
        party = change.party
        shown.add_row("~", printable(party.id), party.schema, printable(party.caption), text)
    if shown.row_count:
        console().print(shown)


def _line(sign: str, stated: Stated) -> str:
    where = f"{stated.schema}." if stated.schema else ""
    return f"{sign} {where}{stated.prop}: {printable(stated.value[:120])}"
