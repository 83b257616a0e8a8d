"""The proxy before a node (`front`), as tests hold it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class FrontProcess:
    """A proxy that runs: told what to do, and asked what happened."""

    def __init__(self, inside: Sequence[str], settings: Mapping[str, Any]) -> None:
        command = [*inside, sys.executable, str(Path(__file__).with_name("front.py")), json.dumps(settings)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._expect("ready")

    def tell(self, what: str, **more: object) -> None:
        """Tell the proxy what to do, and wait until it does."""
        assert self.process.stdin is not None
        print(json.dumps({"do": what, **more}), file=self.process.stdin, flush=True)
        self._expect(what)

    def hold(self, path: str, after: int) -> None:
        """Let some answers to requests for a path pass, and stop in the middle of the next."""
        self.tell("hold", path=path, after=after)

    def held(self) -> None:
        """Wait until it stands in the middle of an answer."""
        self._expect("held")

    def release(self) -> None:
        """Let the rest of the answer go, whether or not it still gets anywhere."""
        self.tell("release")

    def drop(self) -> None:
        """Let the rest of the answer be lost, as with a proxy that dies with its node."""
        self.tell("drop")

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()

    def _expect(self, what: str) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the proxy ended"
        assert json.loads(line) == what
