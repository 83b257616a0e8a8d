"""A process within a node that runs one script after the other, as the node's commands would, but starts only once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

_LOOP = """
import contextlib, io, json, sys, traceback
import django
django.setup()
from django.db import close_old_connections
out, names = sys.stdout, {}
print("{}", file=out, flush=True)
for line in sys.stdin:
    said, trouble = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), names)
    except Exception:
        trouble = traceback.format_exc()
    close_old_connections()
    print(json.dumps({"said": said.getvalue(), "trouble": trouble}), file=out, flush=True)
"""


class Hand:
    """Runs scripts: `run`, or `begin` one that takes its time, do something else, and then `end` it."""

    def __init__(self, inside: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [*inside, sys.executable, "-c", _LOOP],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.ended = False
        self._answer()

    def run(self, script: str) -> str:
        """Run a script; return what it printed."""
        self.begin(script)
        return self.end()

    def begin(self, script: str) -> None:
        """Let a script run."""
        assert self.process.stdin is not None
        print(json.dumps(script), file=self.process.stdin, flush=True)

    def end(self) -> str:
        """Wait for the script that runs; return what it printed."""
        found = self._answer()
        assert not found["trouble"], found["trouble"][-3000:]
        return found["said"]

    def stop(self) -> None:
        """End the process, in the middle of what it does."""
        self.ended = True
        self.process.kill()
        self.process.communicate()

    def _answer(self) -> dict[str, str]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process ended"
        found: dict[str, str] = json.loads(line)
        return found
