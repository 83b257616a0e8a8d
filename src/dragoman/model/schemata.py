"""The FollowTheMoney schemata, without importing followthemoney.

``data/schemata.json`` is compiled from the installed followthemoney by ``tools/schemata.py``;
a test holds the two equal.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TypedDict

from dragoman.errors import ValueRefused


class _Row(TypedDict):
    extends: list[str]
    caption: list[str]
    props: dict[str, str]


@cache
def _rows() -> dict[str, _Row]:
    text = files("dragoman.model").joinpath("data/schemata.json").read_text(encoding="utf-8")
    rows: dict[str, _Row] = json.loads(text)
    return rows


@cache
def lineage(schema: str) -> tuple[str, ...]:
    """Return the schema and all it extends, nearest first. Raises ValueRefused on an unknown schema."""
    if schema not in _rows():
        raise ValueRefused(
            f"unknown schema {schema!r}",
            remedy="use a FollowTheMoney schema such as Person, Organization, Company, Vessel or CryptoWallet",
        )
    found = [schema]
    for name in found:
        found.extend(parent for parent in _rows()[name]["extends"] if parent not in found)
    return tuple(found)


def is_a(schema: str, ancestor: str) -> bool:
    """Tell whether `schema` is `ancestor` or extends it."""
    return ancestor in lineage(schema)


@cache
def properties(schema: str) -> dict[str, str]:
    """Return every property of the schema with its FollowTheMoney type (name, date, country, ...)."""
    return {prop: kind for name in reversed(lineage(schema)) for prop, kind in _rows()[name]["props"].items()}


@cache
def caption_properties(schema: str) -> tuple[str, ...]:
    """Return the properties that may serve as caption, best first."""
    for name in lineage(schema):
        if _rows()[name]["caption"]:
            return tuple(_rows()[name]["caption"])
    return ("name",)


def schema_names() -> list[str]:
    """Return every schema name, sorted."""
    return sorted(_rows())


#: What a list can name as a party. Sanction, Address, Identification and the like only describe one.
PARTY_ROOTS = ("LegalEntity", "Asset", "CryptoWallet", "UserAccount", "BankAccount")


@cache
def may_be_party(schema: str) -> bool:
    """Tell whether a record of this schema can be a listed party (a person, a body, a vessel, a wallet)."""
    return any(root in lineage(schema) for root in PARTY_ROOTS)
