"""``dragoman lists rm``."""

from __future__ import annotations

import click

from dragoman.cli.options import complete_lists
from dragoman.cli.output import counted, say
from dragoman.lists.store import ListStore
from dragoman.lists.versions import parse_label


@click.command()
@click.argument("label", metavar="NAME[@VERSION]", shell_complete=complete_lists)
@click.option("--yes", is_flag=True, help="Do not ask.")
def rm(label: str, yes: bool) -> None:
    """Remove one version, or the list with every version. The newest that is left is then in use."""
    store = ListStore.open()
    name, version = parse_label(label)
    account = store.version(label)
    what = account.label if version else f"{name} with {counted(len(store.versions(name)), 'version')}"
    if not yes:
        click.confirm(f"Remove {what}?", abort=True, err=True)
    gone = store.remove(label)
    say(f"Removed {', '.join(gone)}.")
    if version and name in store.names():
        say(f"{store.current(name).label} is now in use.")
