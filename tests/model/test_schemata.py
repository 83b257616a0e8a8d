"""The compiled schemata are those of the installed followthemoney."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from followthemoney import model

from dragoman.errors import ValueRefused
from dragoman.model import schemata

TOOL = Path(__file__).parents[2] / "tools" / "schemata.py"


def test_the_table_is_what_the_tool_compiles() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, "run: python tools/schemata.py"


def test_lineage_and_properties_are_followthemoneys() -> None:
    for schema in model:
        assert set(schemata.lineage(schema.name)) == {parent.name for parent in schema.schemata}
        wanted = {name: prop.type.name for name, prop in schema.properties.items() if not prop.stub}
        assert schemata.properties(schema.name) == wanted


def test_an_unknown_schema_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueRefused, match="use a FollowTheMoney schema"):
        schemata.lineage("Persson")


def test_what_only_describes_a_party_is_none() -> None:
    assert all(map(schemata.may_be_party, ("Person", "Company", "PublicBody", "Vessel", "Airplane", "CryptoWallet")))
    assert not any(map(schemata.may_be_party, ("Sanction", "Passport", "Identification", "Address", "Ownership")))
