"""The page on the command line names every command and every option."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dragoman.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"


def surface(command: click.Command, words: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from surface(found, f"{words} {name}")
        return
    yield words, words
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield words, max(parameter.opts, key=len)


@pytest.mark.parametrize(("command", "item"), sorted(set(surface(app, "dragoman"))))
def test_it_is_documented(command, item):
    assert f"{item}" in PAGE.read_text(encoding="utf-8"), f"{command} {item}"
