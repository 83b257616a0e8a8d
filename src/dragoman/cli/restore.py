"""``dragoman restore``: a node from a backup."""

from __future__ import annotations

import os
from pathlib import Path

import click

from dragoman.cli.output import counted, say
from dragoman.cli.serve import need_node


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(file: Path) -> None:
    """Restore a node from FILE, which dragoman backup wrote, into an empty DRAGOMAN_HOME.

    Every file is checked by its digest, and the journal by its tree. A backup of PostgreSQL goes into the empty
    database that DATABASE_URL names. A restore that was interrupted can be run again.
    """
    need_node()
    from dragoman.lists.home import home_folder
    from dragoman.node.serving.saving import restore as bring_back

    home = home_folder()
    manifest = bring_back(file, home, os.environ.get("DATABASE_URL", ""))
    from dragoman.node.serving.prepare import prepare, set_up

    set_up()
    prepare()
    say(f"Restored into {home}: {counted(len(manifest.files), 'file')} of {manifest.created}.")
    from dragoman.node.journal.verifying import verify

    report = verify().report
    report.demand_sound()
    say(f"The journal is whole: {counted(report.size, 'event')}, {report.signed:,} of them below a signed checkpoint.")
