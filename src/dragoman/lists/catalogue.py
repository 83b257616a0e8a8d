"""Every format that a list can be read by, found by name or by content."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from dragoman.errors import ListRefused, UsageError
from dragoman.lists.reading import ListFormat

#: The module that reads each format, in the order in which they are tried on an unknown file: what
#: only one publisher writes first, what anyone may write last.
MODULES = {
    "un-sc": "un",
    "us-ofac-sdn": "ofac",
    "us-ofac-cons": "ofac",
    "us-ofac-sdn-advanced": "ofac_advanced",
    "eu-fsf": "eu_fsf",
    "eu-journal": "eu_journal",
    "gb-uksl": "uk",
    "gb-ofsi": "uk",
    "au-dfat": "au_dfat",
    "ca-sema": "ca_sema",
    "in-uapa": "in_mha",
    "il-nbctf-wallets": "il_nbctf",
    "us-bis-dpl": "us_bis",
    "ftm": "ftm",
}

#: How much of a file a format is shown to recognise it by, in bytes.
HEAD = 65536


def format_names() -> list[str]:
    """Return the names of all formats, the one that needs a mapping (``csv``) last."""
    return [*MODULES, "csv"]


def find_format(name: str, mapping: Path | None = None) -> ListFormat:
    """Return the format of that name; ``csv`` is read by its `mapping`. Raises UsageError, ListRefused."""
    if name == "csv":
        return _mapped(mapping)
    if mapping is not None:
        raise UsageError(f"the format {name} takes no mapping", remedy="use --format csv with a mapping")
    if name not in MODULES:
        raise UsageError(f"unknown format: {name}", remedy="use one of " + ", ".join(format_names()))
    module = import_module(f"dragoman.lists.{MODULES[name]}")
    known = {value.name: value for value in vars(module).values() if isinstance(value, ListFormat)}
    return known[name]


def recognise(path: Path) -> ListFormat:
    """Return the format that the file or folder is in. Raises ListRefused where none recognises it."""
    if not path.exists():
        raise ListRefused("there is no such file or folder", place=str(path), remedy="check the path")
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not head:
            raise ListRefused("the file is empty", place=str(path), remedy="fetch it again from its publisher")
    for name in MODULES:
        form = find_format(name)
        if form.recognise(path, head):
            return form
    raise ListRefused(
        "no format recognises it", place=str(path), remedy="state it: --format NAME, or --format csv --mapping FILE"
    )


def _mapped(mapping: Path | None) -> ListFormat:
    if mapping is None:
        raise UsageError("a CSV list needs a mapping", remedy="give --mapping FILE; see the page on lists")
    from dragoman.lists.csv_mapped import mapped_format

    return mapped_format(mapping)
