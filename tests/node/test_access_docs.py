"""The table of roles in the docs is the rules themselves."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from dragoman.node.people import describing, purposes

TESTS = Path(__file__).parents[1]
MODEL = Path(__file__).parents[2] / "docs" / "threat-model.md"
PAGE = Path(__file__).parents[2] / "docs" / "people-and-roles.md"
REMEDY = "run: python -m dragoman.node roles_table docs/people-and-roles.md"


def test_the_table_of_roles_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert describing.into(page) == page, REMEDY


def test_every_purpose_that_a_new_node_knows_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    codes = yaml.safe_load(purposes.TABLE.read_text(encoding="utf-8"))
    assert [code for code in codes if f"`{code}`" not in page] == []


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = set(re.findall(r"`([\w/]+(?:\.py|/|))`", MODEL.read_text(encoding="utf-8")))
    tests = {name for name in named if name.endswith((".py", "/")) or name.startswith("tests/")}
    assert tests
    missing = [name for name in tests if not (TESTS / "node" / name).exists() and not (TESTS.parent / name).exists()]
    assert missing == []
