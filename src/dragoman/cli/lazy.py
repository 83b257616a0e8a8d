"""A command group that imports a command when it is called, and turns errors into messages and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import click

from dragoman.errors import DragomanError

USAGE, FAULT, INTERRUPTED, NO_READER = 2, 70, 130, 141


class LazyGroup(click.Group):
    """A group whose commands are given as ``{name: ("module:attribute", short help)}``."""

    def __init__(self, *args: Any, commands_by_place: dict[str, tuple[str, str]] | None = None, **extra: Any) -> None:
        super().__init__(*args, **extra)
        self.places = commands_by_place or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which one meets them."""
        return [*self.places, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command."""
        if cmd_name not in self.places:
            return super().get_command(ctx, cmd_name)
        import importlib

        module, _, attribute = self.places[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their short help, importing none."""
        rows = [(name, text) for name, (_, text) in self.places.items()]
        for name, command in self.commands.items():
            rows.append((name, command.get_short_help_str(formatter.width)))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; click would turn a reader that went away into status 1, which says that there are hits."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise click.exceptions.Exit(NO_READER) from None

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command; unless embedded (`standalone_mode` off), every way out is an exit status."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        with _Outcome():
            status = super().main(args, prog_name, complete_var, False, **extra)
            sys.stdout.flush()
            sys.exit(status if isinstance(status, int) else 0)


class _Outcome:
    """The outermost block: turns what went wrong into a message on standard error and an exit status.

    A fault must not end in Python's status 1, which says that there are hits.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        if isinstance(error, BrokenPipeError):
            _leave(NO_READER)
        if isinstance(error, click.exceptions.Exit):
            _leave(error.exit_code)
        if isinstance(error, KeyboardInterrupt | click.Abort):
            _leave(INTERRUPTED, "Interrupted; nothing half-done was kept.")
        if isinstance(error, click.ClickException):
            error.show()
            _leave(USAGE)
        if isinstance(error, DragomanError):
            _leave(USAGE, f"Error: {error}")
        if isinstance(error, OSError):
            where = f": {error.filename}" if error.filename else ""
            _leave(USAGE, f"Error: {error.strerror or error}{where}")
        traceback.print_exception(error)
        _leave(FAULT, "This is a fault in Dragoman; please report it with the lines above.")


def _leave(status: int, message: str | None = None) -> None:
    if message:
        from dragoman.cli.output import printable

        click.echo("\n".join(printable(line) for line in message.splitlines()), err=True)
    if status == NO_READER:
        # Python flushes standard output once more on its way out, which would fail again and be told of.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    raise SystemExit(status)
