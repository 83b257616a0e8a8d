"""``dragoman mrz``: what a travel document's machine-readable zone says, and whether its check digits hold."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dragoman.cli.options import json_option
from dragoman.cli.output import console, counted, printable, say, table, write_json
from dragoman.errors import InputError, QueryRefused

if TYPE_CHECKING:
    from dragoman.messages.mrz import TravelDocument

_LONGEST = 1 << 20


@click.command()
@click.argument("zone", nargs=-1, required=True)
@json_option
@click.pass_context
def mrz(ctx: click.Context, zone: tuple[str, ...], as_json: bool) -> None:
    """Read the machine-readable ZONE of a travel document, verify it, and explain every check digit.

    Its lines are one argument or several; '-' reads zones from standard input. Exit status: 0, or 2 where a zone
    cannot be read or does not verify.
    """
    from dragoman.messages.mrz import read_mrzs

    text = _standard_input() if zone == ("-",) else "\n".join(zone)
    count = wrong = 0
    for number, found in enumerate(read_mrzs(text), 1):
        count += 1
        if isinstance(found, QueryRefused):
            wrong += 1
            place = f"zone {number}, {found.place}" if found.place else f"zone {number}"
            say(f"{place}: not read: {found.message}")
            continue
        wrong += bool(found.problems)
        if as_json:
            write_json(found.to_json())
        else:
            _print(found)
    if not count:
        raise InputError("there is no machine-readable zone", remedy="hand in its two or three lines")
    if wrong:
        say(f"Not read, or not verified: {counted(wrong, 'zone')} of {count:,}.")
    ctx.exit(2 if wrong else 0)


def _standard_input() -> str:
    text = sys.stdin.buffer.read(_LONGEST + 1)
    if len(text) > _LONGEST:
        raise InputError("standard input holds more than a million bytes", remedy="hand in fewer zones at a time")
    return text.decode("utf-8", "replace")


def _print(document: TravelDocument) -> None:
    out = console()
    shown = table(document.kind, "")
    for label, value in _facts(document):
        shown.add_row(label, printable(value))
    out.print(shown)
    checks = table("Check digit", "Printed", "Computed", "Holds", "Why")
    for check in document.checks:
        verdict = "yes" if check.holds else "no"
        cells = (check.field, check.printed, check.computed or "", verdict, check.sentence)
        checks.add_row(*(printable(cell) for cell in cells))
    out.print(checks)
    for repair in document.repairs:
        say(f"{repair.place}: {repair.read} is read as {repair.proved}, which the check digit of {repair.field} proves")
    for problem in document.problems:
        say(f"{problem.place}: expected {problem.expected}, found {problem.found}")


def _facts(document: TravelDocument) -> list[tuple[str, str]]:
    name = document.name
    cut = "the field is full: more may have been cut off" if name.truncated else ""
    facts: list[tuple[str, Any]] = [
        ("Document", f"{document.document_code} {document.document}"),
        ("Issuer", f"{document.issuer} {document.issuer_name or ''}".strip()),
        ("Number", document.number),
        ("Name", name.full),
        ("", cut),
        *(("Original", reading) for reading in name.originals),
        ("Nationality", f"{document.nationality} {document.nationality_name or ''}".strip()),
        ("Birth", " or ".join(document.births)),
        ("Sex", document.sex),
        ("Expiry", document.expiry),
        ("Optional", ", ".join(document.optional)),
    ]
    return [(label, value) for label, value in facts if value]
