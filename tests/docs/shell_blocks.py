"""Run the console blocks of a page, and write what they print below each command.

    python tests/docs/shell_blocks.py docs/tutorial.md      # writes the outputs anew (make tutorial)

In a block, a line ``$ command`` is run, and the lines below it are what it prints. Commands of a page share a
folder and ``DRAGOMAN_HOME``. The day of running is written ``<that day>``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
_STATE = "state.sh"


def blocks(page: str) -> Iterator[re.Match[str]]:
    """Yield the console blocks of a page."""
    return _BLOCK.finditer(page)


def commands(block: str) -> list[str]:
    """Return the commands of a block."""
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def run(command: str, folder: Path, hidden: Path) -> str:
    """Run one command as the next of a shell session; return what it prints, both streams in order."""
    state = hidden / _STATE
    script = f'[ -f "{state}" ] && . "{state}"\nset_status() {{ return "${{LAST:-0}}"; }}\nset_status\n{command}\n'
    script += f'LAST=$?\n{{ declare -p LAST; declare -px DRAGOMAN_HOME; }} > "{state}" 2>/dev/null\n'
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DRAGOMAN_", "COV_"))}
    environment |= {"COLUMNS": "110", "NO_COLOR": "1", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    environment["PATH"] = f"{hidden}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    lines = [line.rstrip() for line in done.stdout.replace(date.today().isoformat(), "<that day>").splitlines()]
    return "".join(f"{line}\n" for line in lines)


def outputs(page: str) -> Iterator[tuple[str, str]]:
    """Run all commands of a page in a new folder; yield each block as it stands and as it should."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, hidden = Path(scratch, "work"), Path(scratch, "bin")
        folder.mkdir()
        hidden.mkdir()
        command = hidden / "dragoman"
        command.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from dragoman.cli import main; main()' \"$@\"\n")
        command.chmod(0o755)
        for block in blocks(page):
            made = "".join(f"$ {command}\n{run(command, folder, hidden)}" for command in commands(block.group()))
            yield block.group(), made


def refresh(path: Path) -> None:
    """Write the outputs of a page anew."""
    page = path.read_text(encoding="utf-8")
    for before, after in outputs(page):
        page = page.replace(f"```console\n{before}", f"```console\n{after}", 1)
    path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        refresh(Path(argument))
