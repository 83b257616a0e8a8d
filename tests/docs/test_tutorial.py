"""The tutorial is true: its commands are run, and print what it says they print."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import shell_blocks

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(os.name != "posix", reason="the tutorial is for a POSIX shell")
def test_every_command_of_the_tutorial_prints_what_it_says() -> None:
    page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    found = list(shell_blocks.outputs(page))
    assert len(found) > 10
    for before, after in found:
        assert after == before, "if this is meant: make tutorial"


def test_a_command_that_prints_something_else_is_noticed() -> None:
    page = "```console\n$ echo one\ntwo\n$ export DRAGOMAN_HOME=/x\n```\n"
    page += "```console\n$ echo $DRAGOMAN_HOME; false\n$ echo $?\n```"
    made = [after for _, after in shell_blocks.outputs(page)]
    assert made == ["$ echo one\none\n$ export DRAGOMAN_HOME=/x\n", "$ echo $DRAGOMAN_HOME; false\n/x\n$ echo $?\n1\n"]
