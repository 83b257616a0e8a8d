"""The ``dragoman`` command: its sub-commands by name, and what its exit status means.

=====  =====================================================================
0      done; for ``screen``: everything was read and nothing was found
1      ``screen`` only: there are hits
2      wrong usage, or something that could not be read
70     a fault in Dragoman itself (sysexits.h, EX_SOFTWARE)
130    interrupted (Ctrl-C)
141    whoever read the output went away
=====  =====================================================================
"""

from __future__ import annotations

import click

from dragoman import __version__
from dragoman.cli.lazy import LazyGroup

_EPILOG = """
Lists and indexes are kept below DRAGOMAN_HOME, else in the data folder of your account.

Completion in bash: eval "$(_DRAGOMAN_COMPLETE=bash_source dragoman)"; likewise zsh_source, fish_source.
"""


@click.group(
    cls=LazyGroup,
    commands_by_place={
        "lists": ("dragoman.cli.lists:lists", "Keep official lists: add, fetch, look at and compare versions."),
        "screen": ("dragoman.cli.screen:screen", "Screen a file of people, organisations and wallets, or one name."),
        "parse": ("dragoman.cli.parse:parse", "Show what messages say, without screening them."),
        "compare": ("dragoman.cli.compare:compare", "Say why two names match, or do not."),
        "mrz": ("dragoman.cli.mrz:mrz", "Read and verify the machine-readable zone of a travel document."),
        "exercise": ("dragoman.cli.exercise:exercise", "Make and run the training exercise: nobody in it is real."),
        "serve": ("dragoman.cli.serve:serve", "Serve a node: search, review desk, journal and API."),
        "worker": ("dragoman.cli.worker:worker", "Run a node's background jobs."),
        "backup": ("dragoman.cli.backup:backup", "Save a node into one file, while it serves."),
        "restore": ("dragoman.cli.restore:restore", "Restore a node from a backup into an empty home."),
        "journal": ("dragoman.cli.journal:journal", "Verify and export a node's journal; check what was exported."),
        "node": ("dragoman.cli.node:node", "Run one of Django's management commands for this node."),
        "index": ("dragoman.cli.index:index", "Build or show the index that screening searches."),
    },
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
@click.version_option(__version__, message="dragoman %(version)s")
def app() -> None:
    """Screen people, organisations and wallets against the official lists: exact, explained, fast."""
