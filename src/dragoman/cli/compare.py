"""``dragoman compare``: why two names match, or do not."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from dragoman.cli.options import json_option
from dragoman.cli.output import console, counted, flush, printable, say, table, write_json
from dragoman.errors import DragomanError, InputError, QueryRefused, UsageError
from dragoman.model import Record, schemata

if TYPE_CHECKING:
    from dragoman.screening import Comparison

_FLUSH_EVERY = 500


@click.command()
@click.argument("left", required=False, metavar="[NAME1")
@click.argument("right", required=False, metavar="NAME2]")
@click.option("--schema", help="What both are: Person, Organization, Company, Vessel, ...")
@click.option("--file", "pairs", metavar="FILE", help="A CSV of pairs, name1,name2[,schema]; '-' reads standard input.")
@json_option
@click.pass_context
def compare(
    ctx: click.Context, left: str | None, right: str | None, schema: str | None, pairs: str | None, as_json: bool
) -> None:
    """Score two names against each other and say why; with --file, many pairs as JSON lines.

    No list is needed: rarity is judged without one. Exit status: 0, or 2 where something could not be read.
    """
    if pairs is not None:
        if left or right:
            raise UsageError("--file and two names exclude each other", remedy="give one or the other")
        ctx.exit(_compare_file(pairs, schema))
    if left is None or right is None:
        raise UsageError("there are not two names to compare", remedy='dragoman compare "NAME1" "NAME2"')
    found = _compare(left, right, schema)
    if as_json:
        write_json(found.to_json(), indent=True)
    else:
        _print(left, right, found)


def _compare(left: str, right: str, schema: str | None) -> Comparison:
    from dragoman import screening

    if not schema:
        _check(left, right)
        return screening.compare(left, right)
    known = {name.lower(): name for name in schemata.schema_names()}
    if schema.lower() not in known:
        raise QueryRefused(f"unknown schema {schema!r}", remedy="use Person, Organization, Company, Vessel, ...")
    _check(left, right)
    return screening.compare(_record(left, known[schema.lower()]), _record(right, known[schema.lower()]))


def _check(*names: str) -> None:
    for name in names:
        if not name.strip():
            raise QueryRefused("a name is empty", remedy="give two names")


def _record(name: str, schema: str) -> Record:
    record = Record(name, schema)
    record.add("name", name)
    return record


def _print(left: str, right: str, found: Comparison) -> None:
    verdict = "match" if found.match else "no match"
    shown = table("Feature", "Weight", printable(left), printable(right), "Why", right=("Weight",))
    for feature in found.features:
        cells = (feature.query, feature.record, feature.sentence)
        shown.add_row(feature.name, f"{feature.weight:+.2f}", *(printable(str(cell or "")) for cell in cells))
    out = console()
    out.print(shown)
    out.print(f"Score {found.score:.2f}: {verdict}.")


def _compare_file(path: str, schema: str | None) -> int:
    refused = 0
    with _opened(path) as lines:
        for number, (place, row) in enumerate(_rows(lines, path), 1):
            try:
                left, right, kind = _pair(row, schema)
                found = _compare(left, right, kind)
            except DragomanError as error:
                refused += 1
                say(f"{place}: not compared: {error.message}")
                continue
            write_json({"name1": left, "name2": right, "schema": kind, **found.to_json()})
            if number % _FLUSH_EVERY == 0:
                flush()
    if refused:
        say(f"Not read and not compared: {counted(refused, 'row')}.")
    return 2 if refused else 0


def _pair(row: list[str], schema: str | None) -> tuple[str, str, str | None]:
    if not 2 <= len(row) <= 3:
        raise QueryRefused(f"the row has {len(row)} cells", remedy="write name1,name2[,schema]")
    return row[0], row[1], (row[2].strip() if len(row) == 3 else "") or schema


def _opened(path: str) -> Any:
    if path == "-":
        sys.stdin.reconfigure(encoding="utf-8-sig", newline="")  # type: ignore[union-attr]
        return nullcontext(sys.stdin)
    try:
        return Path(path).open(encoding="utf-8-sig", newline="")
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}", place=path, remedy="check the path") from error


def _rows(lines: TextIO, path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the pairs with their places; a first row that names the columns is no pair."""
    reader = csv.reader(lines)
    found = False
    try:
        for row in reader:
            header = not found and [cell.strip().lower() for cell in row[:2]] == ["name1", "name2"]
            found = found or any(cell.strip() for cell in row)
            if not header and any(cell.strip() for cell in row):
                yield f"{path}:{reader.line_num}", row
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read on: {error}", place=path, remedy="write CSV in UTF-8") from error
    if not found:
        raise InputError("the file is empty", place=path, remedy="write name1,name2[,schema], a pair a line")
