"""``dragoman backup``: a node into one file."""

from __future__ import annotations

from pathlib import Path

import click

from dragoman.cli.output import counted, say
from dragoman.cli.serve import need_node


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Save this node into FILE, also while it serves: database, lists, index, documents and keys.

    FILE is a tar archive that appears whole or not at all. It holds personal data and the node's keys: keep it as safe
    as the node. A database of PostgreSQL is saved by pg_dump, which must be installed.
    """
    need_node()
    from dragoman.node.serving.prepare import set_up

    set_up()
    from dragoman.node.serving.saving import backup as save

    manifest = save(file)
    say(f"{file}: {counted(len(manifest.files), 'file')}, {file.stat().st_size:,} bytes. It holds the node's keys.")
    for name in manifest.gone:
        say(f"  {name} went away meanwhile, and is not in it")
