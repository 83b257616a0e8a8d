"""Strings that are hard for a regular expression, made of the expression itself.

Read from its parse tree: of each repetition without a bound its body, pumped, behind what leads there and before what
does not match; and each of its characters repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]
_BOUND = 1000  # a repetition that may be longer counts as one without a bound
_OF_CATEGORY = {
    "CATEGORY_DIGIT": "7",
    "CATEGORY_NOT_DIGIT": "x",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "x",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_WORD": "-",
}
_CANDIDATES = "aZ7 -._,:;/'\"()[]<>{}@#+=*&%$!?\n\té\u0627\u0410"


def _char(name: str, given: Any) -> str:
    """Return a character that a node of the tree matches."""
    if name == "LITERAL":
        return chr(given)
    if name == "NOT_LITERAL":
        return next(char for char in _CANDIDATES if ord(char) != given)
    if name == "ANY":
        return "x"
    if name == "CATEGORY":
        return _OF_CATEGORY[str(given)]
    return _of_set(given)


def _of_set(given: Any) -> str:
    parts = [(str(name), value) for name, value in given]
    if parts[0][0] == "NEGATE":
        return next((char for char in _CANDIDATES if not any(_holds(part, char) for part in parts[1:])), "\u4e00")
    name, value = parts[0]
    return chr(value[0]) if name == "RANGE" else _char(name, value)


def _holds(part: tuple[str, Any], char: str) -> bool:
    name, value = part
    if name == "LITERAL":
        return ord(char) == value
    if name == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    category = {"DIGIT": char.isdigit(), "SPACE": char.isspace(), "WORD": char.isalnum() or char == "_"}
    kind = str(value).removeprefix("CATEGORY_")
    return not category[kind.removeprefix("NOT_")] if kind.startswith("NOT_") else category[kind]


def characters(tree: Any) -> set[str]:
    """Return one character of every class that the expression names."""
    found: set[str] = set()
    for code, given in tree:
        name = str(code)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            found.add(_char(name, given))
            if name == "IN":
                found |= {_char(str(kind), value) for kind, value in given if str(kind) in ("LITERAL", "CATEGORY")}
        for inner in _inside(name, given):
            found |= characters(inner)
    return found


def _inside(name: str, given: Any) -> list[Any]:
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [given[2]]
    if name == "SUBPATTERN":
        return [given[3]]
    if name == "BRANCH":
        return list(given[1])
    if name in ("ASSERT", "ASSERT_NOT"):
        return [given[1]]
    if name == "ATOMIC_GROUP":
        return [given]
    if name == "GROUPREF_EXISTS":
        return [each for each in given[1:] if each is not None]
    return []


def sample(tree: Any) -> str:
    """Return a string that the tree matches, or nearly: repetitions at their least, and once at the least."""
    parts = []
    for code, given in tree:
        name = str(code)
        if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            parts.append(_char(name, given))
        elif name.endswith("_REPEAT"):
            parts.append(sample(given[2]) * min(max(1, int(given[0])), 50))
        elif name not in ("ASSERT", "ASSERT_NOT"):
            inner = _inside(name, given)
            parts.append(sample(inner[0]) if inner else "")
    return "".join(parts)


def pumps(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (what leads to it, its body) of each repetition without a bound, and of what is inside of it."""
    for code, given in tree:
        name = str(code)
        for inner in _inside(name, given):
            yield from pumps(inner, before)
            if name.endswith("_REPEAT") and int(given[1]) >= _BOUND:
                yield before, sample(inner) or "x"
        before = (before + sample([(code, given)]))[-200:]


def hard_strings(pattern: str, flags: int, length: int) -> Iterator[str]:
    """Yield strings of about so many characters that are hard for the expression."""
    tree = _parser.parse(pattern, flags)
    whole = sample(tree)
    pieces = {*characters(tree), " ", "a", "7", "\n"} | ({whole, whole[:-1], whole + " "} - {""})
    for piece in sorted(pieces):
        yield piece * (length // len(piece)) + "\x00"
    for before, body in sorted(set(pumps(tree))):
        for end in ("\x00", f" {whole}\x00"):
            yield before + body * (length // len(body)) + end
        yield (before + body) * (length // len(before + body)) + "\x00"
