"""Every compiled regular expression of Dragoman reads hard strings in time that grows with their length.

Each is tried on strings made of itself (see `patterns`), in a process that may use a second or two of a processor for
each: a hundred times what a growth with the length needs, and less than one with its square. Those that do not pass
stand in ``slow_patterns.tsv`` with what they read; the table only ever gets shorter.
"""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import dragoman

SOURCE = Path(dragoman.__file__).parent
TABLE = Path(__file__).with_name("slow_patterns.tsv")
#: Modules that do something when they are imported.
_NOT_IMPORTED = ("__main__", ".migrations.", ".serving.application", "node.settings", "node.wsgi")
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
#: Reads patterns on standard input, each in a child of its own, and prints the names of those that ran out of time.
_TRY = """
import json, os, re, resource, sys
from tests.node.patterns import hard_strings
LENGTH, SECONDS = 50_000, 2
for name, pattern, flags, methods in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, -1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        compiled = re.compile(pattern, flags)
        for text in hard_strings(pattern, flags, LENGTH):
            for method in methods:
                if method in ("match", "fullmatch"):
                    getattr(compiled, method)(text)
                elif method == "search":
                    compiled.search(text)
                else:
                    for _ in compiled.finditer(text):
                        pass
            resource.setrlimit(resource.RLIMIT_CPU, (int(sum(os.times()[:2])) + SECONDS, -1))
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(name, flush=True)
"""


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(dragoman.__path__, "dragoman."):
        if not any(part in found.name for part in _NOT_IMPORTED):
            yield importlib.import_module(found.name)


@cache
def source_text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if "front" not in path.parts)


def methods_of(name: str) -> list[str]:
    """Return what is done with the pattern of that name, anywhere; everything where that cannot be read."""
    found = set(re.findall(rf"\b{re.escape(name)}\.({'|'.join(_METHODS)})\b", source_text()))
    if not found:
        return ["finditer", "fullmatch"]
    whole = found & {"match", "fullmatch"}
    return sorted(whole | ({"finditer"} if found - whole - {"search"} else found - whole))


@cache
def patterns() -> dict[str, tuple[str, int, list[str]]]:
    """Return the patterns of all modules by their full name; those in tables by the table's."""
    found: dict[str, tuple[str, int, list[str]]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, each in enumerate(_held(value)):
                own = f"{module.__name__}.{name}" + (f"[{number}]" if each is not value else "")
                text = each.pattern if isinstance(each.pattern, str) else each.pattern.decode("latin-1")
                flags = each.flags & ~re.UNICODE if isinstance(each.pattern, bytes) else each.flags
                if not any((text, flags) == kept[:2] for kept in found.values()):
                    found[own] = text, flags, methods_of(name)
    return found


def _held(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _held(each)
    elif isinstance(value, (tuple, list)) and len(value) < 1000:
        for each in value:
            yield from _held(each)


def known() -> dict[str, str]:
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return {row["pattern"]: row["reads"] for row in csv.DictReader(stream, delimiter="\t")}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of the processor's time")
def test_no_expression_takes_time_that_grows_with_the_square_of_the_text() -> None:
    rows = [[name, *row] for name, row in patterns().items() if name not in known()]
    assert len(rows) > 100
    done = subprocess.run(
        [sys.executable, "-c", _TRY],
        input=json.dumps(rows), capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    slow = {name: patterns()[name][0] for name in done.stdout.split()}
    assert slow == {}, "give each run a bound, or take it possessively (*+), so that nothing is tried twice"


def test_the_table_of_slow_expressions_names_only_those_that_there_are() -> None:
    assert not known().keys() - patterns().keys()
    assert all(known().values())


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [
        (r"(a+)+$", True),
        (r"\s*\(", True),
        (r"(?<!\s)\s*+\(", False),
        (r"(?:x|y)*z", True),
        (r"\d{1,20}x", False),
        (r"[a-z]+\d", True),
    ],
)
def test_the_hard_strings_find_a_slow_expression(pattern: str, slow: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TRY],
        input=json.dumps([["it", pattern, 0, ["search"]]]),
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert (done.stdout.split() == ["it"]) is slow
