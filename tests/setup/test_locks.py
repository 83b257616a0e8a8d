"""The locks install the same packages everywhere, and say nothing of where from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[a-z0-9_, -]+\])?==(\S+)(?: ; (.+?))? \\$")


def packages(path: Path) -> dict[tuple[str, str], str]:
    rows = (PINNED.match(line) for line in path.read_text(encoding="utf-8").splitlines())
    return {(row[1].lower(), row[3] or ""): row[2] for row in rows if row}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[>=<\[ ;]", each)[0].lower() for each in requirements}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_each_package_is_pinned_and_hashed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if not block.startswith("#")]
    assert len(blocks) == len(packages(path))
    assert all("--hash=sha256:" in block for block in blocks)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_names_a_host_or_a_folder(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|@ file", text)


def test_all_locks_agree_on_versions() -> None:
    known = packages(ROOT / "requirements/dev.txt")
    for path in LOCKS:
        assert {key: known.get(key, version) for key, version in packages(path).items()} == packages(path), path.name


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = names(project["project"]["dependencies"])
    development = names([each for each in project["dependency-groups"]["dev"] if isinstance(each, str)])
    bench = names(project["project"]["optional-dependencies"]["bench"])
    locked = {path.stem: {name for name, _ in packages(path)} for path in LOCKS}
    assert wanted <= locked["base"]
    assert wanted | development <= locked["dev"]
    assert wanted | development | bench <= locked["bench"]
    assert names(project["build-system"]["requires"]) <= locked["build"]
