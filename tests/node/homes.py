"""Homes for tests of real nodes: made once a run, however many processes test, and copied.

Making the tables takes seconds, copying them does not. What must begin with an empty home does not ask for a copy.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dragoman.lists.locking import locked

#: What in a process's surroundings tells of another node.
_OF_A_NODE = ("DRAGOMAN_", "DJANGO_")
_MAKE = """
import sys
from dragoman.node.serving.prepare import prepare, set_up
set_up()
prepare()
if sys.argv[1] == "exercise":
    from dragoman.cli.serve_exercise import load
    load()
"""


@dataclass(frozen=True)
class Homes:
    """Homes in a folder that the processes of a run share; `copy` is given a home that is not there yet."""

    folder: Path

    def tables(self) -> Path:
        """Return a home with its tables made, and nothing in them."""
        return self._made("tables")

    def exercise(self) -> Path:
        """Return a home with the lists of the exercise in use."""
        return self._made("exercise")

    def copy(self, home: Path, *, exercise: bool = False) -> None:
        """Copy one of them; the copy makes a secret of its own, as two nodes have two."""
        made = self.exercise() if exercise else self.tables()
        shutil.copytree(made, home, ignore=shutil.ignore_patterns("secret_key"))

    def _made(self, what: str) -> Path:
        home, begun = self.folder / what, self.folder / f"{what}.begun"
        with locked(self.folder / ".lock"):
            if not home.exists():
                if what == "exercise" and (self.folder / "tables").exists():
                    shutil.copytree(self.folder / "tables", begun)
                kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_A_NODE)}
                surroundings = {**kept, "DRAGOMAN_HOME": str(begun), "DATABASE_URL": ""}
                subprocess.run([sys.executable, "-c", _MAKE, what], env=surroundings, check=True, capture_output=True)
                begun.rename(home)
        return home
