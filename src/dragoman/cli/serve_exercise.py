"""Loading the training exercise into a node: its lists, in each version. Nobody in it is real."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dragoman.cli.output import counted, say


def load() -> None:
    """Make the exercise and import its lists into the node; a version that is there already is not imported again."""
    from dragoman.exercise import make
    from dragoman.exercise.making import LIST_FILES
    from dragoman.node.registry.importing import import_list

    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        for name, files in LIST_FILES.items():
            for file in files:
                import_list(name, Path(folder) / file)
    say(f"The exercise is loaded: {counted(len(LIST_FILES), 'list')}. Nobody on them is real.")
