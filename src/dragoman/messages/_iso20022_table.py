"""``data/iso20022_paths.yaml``, compiled for a walk down the tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: What is done with an element: the kind of rule, and its word (role, kind of amount, ...).
Rule = tuple[str, str]
#: A path below a party, level by level; a leaf is the name of a property.
Fields = dict[str, "str | Fields"]

_KINDS = ("parties", "accounts", "amounts", "texts", "references", "dates", "prefixes")


@dataclass(frozen=True, slots=True)
class Table:
    """The rules. `anywhere` are those that hold below any parent, `below` the whole set below that parent."""

    messages: dict[str, str]
    batches: frozenset[str]
    transactions: frozenset[str]
    groups: frozenset[str]
    anywhere: dict[str, Rule]
    below: dict[str, dict[str, Rule]]
    fields: Fields
    schemes: dict[str, str]
    placeholders: frozenset[str]


@cache
def table() -> Table:
    """Return the compiled table."""
    import yaml

    text = files("dragoman.messages").joinpath("data/iso20022_paths.yaml").read_text(encoding="utf-8")
    plain: dict[str, Any] = yaml.safe_load(text)
    anywhere: dict[str, Rule] = {}
    special: dict[str, dict[str, Rule]] = {}
    for kind in _KINDS:
        for path, word in plain[kind].items():
            parent, _, element = path.rpartition("/")
            (special.setdefault(parent, {}) if parent else anywhere)[element] = (kind, word)
    return Table(
        plain["messages"],
        frozenset(plain["batches"]),
        frozenset(plain["transactions"]),
        frozenset(plain["groups"]),
        anywhere,
        {parent: anywhere | rules for parent, rules in special.items()},
        _nested(plain["party_fields"]),
        plain["identification_schemes"],
        frozenset(plain["placeholders"]),
    )


def _nested(paths: dict[str, str]) -> Fields:
    tree: Fields = {}
    for path, prop in paths.items():
        *parents, last = path.split("/")
        level = tree
        for parent in parents:
            deeper = level.setdefault(parent, {})
            assert isinstance(deeper, dict), path  # noqa: S101  a path may not run through another's leaf
            level = deeper
        level[last] = prop
    return tree
