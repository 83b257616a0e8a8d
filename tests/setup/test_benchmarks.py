"""The benchmarks are run rarely, and by people who want figures: what they import of Dragoman is there."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the modules and names that are imported, also within functions, and within the scripts given to a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dragoman"):
            yield from ((node.module, name.name) for name in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "import " in node.value:
            lines = (line.strip() for line in node.value.splitlines())
            script = "\n".join(line for line in lines if line.startswith("from dragoman."))
            yield from imported(ast.parse(script))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_imports_of_dragoman_is_there(path: Path) -> None:
    for module, name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        found = importlib.import_module(module)
        if not hasattr(found, name):
            importlib.import_module(f"{module}.{name}")
