"""``dragoman node``: Django's management commands."""

from __future__ import annotations

import os

import click

from dragoman.cli.serve import need_node


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def node(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands for this node, such as check or dbshell; help lists them."""
    need_node()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dragoman.node.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["dragoman node", *arguments])
