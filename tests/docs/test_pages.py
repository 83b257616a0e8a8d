"""The pages are whole: every list, command and variable is in them, links lead somewhere, examples run."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from dragoman.cli.app import app
from dragoman.lists.catalogue import find_format, format_names

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: What the environment is asked for in the source.
VARIABLE = re.compile(r"""(?:environ(?:\.get)?[\[(]|getenv\()\s*["'](\w+)["']|["'](\w+)["'] in os\.environ""")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group, words: str = "dragoman") -> list[str]:
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        found += commands(command, f"{words} {name}") if isinstance(command, click.Group) else [f"{words} {name}"]
    return found


@pytest.mark.parametrize("name", format_names())
def test_each_list_has_a_section_with_its_publisher(name: str) -> None:
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", text("docs/lists.md"), re.DOTALL | re.MULTILINE))
    form = find_format(name)
    flat = " ".join(sections[name].split())
    assert form.title in flat
    assert "- " in flat or name in ("us-ofac-cons", "csv")
    assert form.publisher in flat or name in ("us-ofac-cons", "ftm", "csv")
    assert (not form.urls) or "fetched" in flat.lower() or name == "us-ofac-cons"


@pytest.mark.parametrize("command", commands(app))
def test_each_command_is_on_its_page(command: str) -> None:
    assert f"`{command}" in text("docs/command-line.md")


def test_each_variable_of_the_environment_is_on_the_page_of_the_command_line() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    asked = {name for source in sources for names in VARIABLE.findall(source) for name in names if name}
    assert "DRAGOMAN_HOME" in asked
    page = text("docs/command-line.md")
    assert sorted(name for name in asked | {"NO_COLOR"} if f"`{name}" not in page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    prose = FENCED.sub("", page.read_text(encoding="utf-8"))
    targets = (target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", prose))
    local = {target for target in targets if target and not target.startswith(("http:", "https:", "mailto:"))}
    assert sorted(target for target in local if not (page.parent / target).exists()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page: Path) -> None:
    for language, code in FENCED.findall(page.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(code, page.name, "exec"), {})  # noqa: S102  our own pages


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/tutorial.md"])
def test_commands_in_examples_are_commands_that_there_are(page: str) -> None:
    known = commands(app)
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    lines = [line for _, block in FENCED.findall(text(page)) for line in block.splitlines()]
    for line in lines:
        line = line.removeprefix("$ ").strip()
        if line.startswith("dragoman "):
            assert any(f"{line} ".startswith(f"{command} ") for command in known), line
        if line.startswith("make "):
            assert line.split()[1] in targets, line


def test_the_readme_begins_with_what_it_does_and_two_commands() -> None:
    first = next(block for _, block in FENCED.findall(text("README.md")))
    assert [line.split("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]
