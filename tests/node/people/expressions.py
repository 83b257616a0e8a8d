"""The regular expressions of the source, and whether text could be written that makes one of them slow."""

from __future__ import annotations

import ast
import re
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MANY = 1000


def of(source: Path) -> Iterator[tuple[str, str]]:
    """Yield each regular expression that is written down below a folder: where, and its text."""
    for path in sorted(source.rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called, text = ast.unparse(node.func), node.args[0].value
                if (called.startswith("re.") or called == "RegexValidator") and isinstance(text, str):
                    yield f"{path.relative_to(source)}:{node.lineno}", text


def explodes(text: str) -> bool:
    """Tell whether a repeat without bound stands within another, so that one text could be cut in many ways.

    This is coarse: it also suspects expressions where each turn begins with a letter that the inner repeat cannot take.
    """
    return _nested(parser.parse(text, re.VERBOSE if "\n" in text else 0), inside=False)


def _nested(parsed: Any, *, inside: bool) -> bool:
    for kind, value in parsed:
        name = str(kind)
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            _, high, inner = value
            if high > _MANY and inside:
                return True
            least, most = inner.getwidth()
            if _nested(inner, inside=inside or (high > _MANY and least != most)):
                return True
        elif any(_nested(part, inside=inside) for part in _parts(name, value)):
            return True
    return False


def _parts(name: str, value: Any) -> list[Any]:
    if name == "BRANCH":
        return list(value[1])
    return [value[-1]] if name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT") else []
