"""The exercise's lists, imported as in operation, once a session; each test gets its own copy of the rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dragoman.exercise import make
from dragoman.exercise.making import LIST_FILES
from dragoman.node.registry.importing import import_list


@pytest.fixture(scope="session")
def exercise_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercise as written: lists, customers, answers."""
    folder = tmp_path_factory.mktemp("exercise")
    make(folder)
    return folder


@pytest.fixture
def own_home(tmp_path: Path, settings) -> Path:
    """A home of the test's own."""
    settings.HOME, settings.NODE_HOME = tmp_path, tmp_path / "node"
    return tmp_path


@pytest.fixture
def exercise_lists(db: None, exercise_folder: Path, own_home: Path) -> Path:
    """The newest release of two lists of the exercise in use: ``un-sc`` and ``partners``; returns the home."""
    for name in ("un-sc", "partners"):
        import_list(name, exercise_folder / LIST_FILES[name][-1])
    return own_home
