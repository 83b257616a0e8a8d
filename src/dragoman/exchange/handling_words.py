"""``data/handling.yaml``, compiled: colours, codes, classes of data, purposes, actions and roles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Words:
    """The words that partners have in common. The texts are what a person reads."""

    onward: dict[str, str]
    colours: dict[str, str]
    codes: dict[str, str]
    classes: dict[str, str]
    purposes: dict[str, str]
    crime: frozenset[str]
    actions: dict[str, str]
    roles: frozenset[str]


@cache
def load(name: str) -> dict[str, Any]:
    """Return a table of ``data/`` as it stands there."""
    import yaml

    text = files("dragoman.exchange").joinpath("data", name).read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe  # nosec B506
    return table


@cache
def words() -> Words:
    """Return the table."""
    table = load("handling.yaml")

    def column(part: str, name: str) -> dict[str, str]:
        return {key: row[name] for key, row in table[part].items()}

    return Words(
        onward=column("colours", "onward"),
        colours=column("colours", "means"),
        codes=column("codes", "means"),
        classes=column("classes", "title"),
        purposes=column("purposes", "title"),
        crime=frozenset(key for key, row in table["purposes"].items() if row["crime"]),
        actions=column("actions", "title"),
        roles=frozenset(table["roles"]),
    )
