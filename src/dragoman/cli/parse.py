"""``dragoman parse``: what a message says, without screening."""

from __future__ import annotations

import sys
from typing import Any

import click

from dragoman.cli.options import json_option, path_sources
from dragoman.cli.output import console, flush, printable, say, table, write_json
from dragoman.errors import QueryRefused
from dragoman.messages.batch import Tally
from dragoman.messages.parties import Message


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@json_option
@click.option("--format", "forced", help="Read as this format instead of recognising it.")
@click.option("--recursive", is_flag=True, help="Read folders, with what is in them.")
@click.pass_context
def parse(ctx: click.Context, /, paths: tuple[str, ...], as_json: bool, forced: str | None, recursive: bool) -> None:
    """Show the parties, roles, accounts, amounts and journeys of messages, and what could not be read of them.

    A table on a terminal; in a pipe, or with --json, a JSON line a message. '-' reads standard input.
    Exit status: 0 everything was read or read in part, 2 something was refused.
    """
    tally = Tally()
    lines = as_json or not sys.stdout.isatty()
    for part in path_sources(paths, recursive, forced):
        try:
            if isinstance(part, QueryRefused):
                raise part
            for message in part.messages():
                tally.count(message)
                _write(part.name, message, lines)
        except QueryRefused as refused:
            tally.refused += 1
            say(f"{refused.place}: not read: {refused.message}")
        flush()
    say(f"Messages: {tally.whole:,} read, {tally.partly:,} read in part; {tally.refused:,} refused.")
    ctx.exit(2 if tally.refused else 0)


def _write(name: str, message: Message, lines: bool) -> None:
    if lines:
        write_json({"file": name, **message.to_json()})
        return
    shown = table("Role", "Party", "Fields")
    for party in message.parties:
        fields = "\n".join(f"{each.prop}: {printable(each.value)}" for each in party.record.statements)
        shown.add_row(party.role, printable(next(iter(party.record.names), "")), fields)
    for title, value in _rest(message):
        shown.add_row(title, printable(value), "")
    console().print(f"{printable(message.place)}: {message.format} {printable(message.id or '')}")
    console().print(shown)


def _rest(message: Message) -> list[tuple[str, Any]]:
    rows = [(each.kind, f"{each.value} {each.currency}") for each in message.amounts]
    rows += [(each.kind, each.value) for each in (*message.texts, *message.references)]
    for journey in message.journeys:
        rows += [
            ("leg", f"{leg.carrier or ''}{leg.number or ''} {leg.origin}-{leg.destination}") for leg in journey.legs
        ]
    return rows + [
        ("problem", f"{each.place}: expected {each.expected}, found {each.found}") for each in message.problems
    ]
