"""Every format that a list can be read by, found by name or by content."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from dragoman.errors import ListRefused, UsageError
from dragoman.lists.reading import ListFormat

#: The module that reads each format. An unknown file is shown to all of them.
MODULES = {
    "un-sc": "un",
    "us-ofac-sdn": "ofac",
    "us-ofac-cons": "ofac",
    "eu-fsf": "eu_fsf",
    "eu-journal": "eu_journal",
    "gb-uksl": "gb_uksl",
    "gb-ofsi": "gb_ofsi",
    "au-dfat": "au_dfat",
    "ca-sema": "ca_sema",
    "in-uapa": "in_mha",
    "il-nbctf-wallets": "il_nbctf",
    "us-bis-dpl": "us_bis",
    "ftm": "ftm",
    "records": "records",
}

#: How much of a file a format is shown to recognise it by, in bytes.
HEAD = 65536


def format_names() -> list[str]:
    """Return the names of all formats, the one for any table (``csv``) last."""
    return [*MODULES, "csv"]


def find_format(name: str, mapping: Path | None = None) -> ListFormat:
    """Return the format of that name; ``csv`` is read by its `mapping`, or by its headers where there is none.

    Raises UsageError on an unknown name, or a mapping for a format that takes none; ListRefused on a bad mapping.
    """
    if name == "csv":
        from dragoman.lists.csv_table import mapped_format

        return mapped_format(mapping)
    if mapping is not None:
        raise UsageError(f"the format {name} takes no mapping", remedy="use --format csv with a mapping")
    if name not in MODULES:
        raise UsageError(f"unknown format: {name}", remedy="use one of " + ", ".join(format_names()))
    module = import_module(f"dragoman.lists.{MODULES[name]}")
    forms: tuple[ListFormat, ...] = module.FORMATS if hasattr(module, "FORMATS") else (module.FORMAT,)
    return next(form for form in forms if form.name == name)


def recognise(path: Path) -> ListFormat:
    """Return the format that the file or folder is in. Raises ListRefused where none recognises it, or several do."""
    if not path.exists():
        raise ListRefused("there is no such file or folder", place=str(path), remedy="check the path")
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not head:
            raise ListRefused("the file is empty", place=str(path), remedy="fetch it again from its publisher")
    claims = [form for name in MODULES if (form := find_format(name)).recognise(path, head)]
    if not claims and (table := find_format("csv")).recognise(path, head):
        return table  # what any table may look like, asked last
    if len(claims) == 1:
        return claims[0]
    names = " and ".join(form.name for form in claims)
    raise ListRefused(
        f"several formats recognise it: {names}" if claims else "no format recognises it",
        place=str(path),
        remedy="state it: --format NAME, or --format csv --mapping FILE",
    )
