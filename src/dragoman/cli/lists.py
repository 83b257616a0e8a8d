"""``dragoman lists``: the group. Each command is in a file of its own."""

from __future__ import annotations

import click

from dragoman.cli.lazy import LazyGroup


@click.group(
    cls=LazyGroup,
    commands_by_place={
        "add": ("dragoman.cli.lists_add:add", "Read a publisher's file and keep it as a version."),
        "fetch": ("dragoman.cli.lists_fetch:fetch_lists", "Fetch a list from its publisher and keep what is new."),
        "ls": ("dragoman.cli.lists_look:ls", "Show the lists and the versions in use."),
        "show": ("dragoman.cli.lists_look:show", "Show one version: counts, checksums, what could not be read."),
        "diff": ("dragoman.cli.lists_diff:diff", "Show what changed between two versions."),
        "rm": ("dragoman.cli.lists_rm:rm", "Remove a version or a whole list."),
    },
)
def lists() -> None:
    """Keep official lists: add, fetch, look at and compare versions.

    A list is named like un-sc; one of its versions like un-sc@2026-02-27. The newest is the one in use.
    """
