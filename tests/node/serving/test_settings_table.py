"""The table of settings is what the code asks for."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
ASKED = re.compile(
    r"""[eE]nvironment\.(?:text|flag|number|several)\(\s*"([A-Z_]+)"(?:[^()]*?(prefix=""))?""", re.DOTALL
)
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)


def asked() -> set[str]:
    found = {"DRAGOMAN_HOME"}
    for path in (ROOT / "src" / "dragoman" / "node").rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace("ENVIRONMENT", "Environment")
        found |= {name if bare else f"DRAGOMAN_{name}" for name, bare in ASKED.findall(text)}
    return found


def test_every_setting_is_in_the_table_and_no_other() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    settings = page.partition("## Settings")[2].partition("\n## ")[0]
    rows = ROW.findall(settings)
    assert sorted(rows) == sorted(set(rows))
    assert set(rows) == asked()
