"""Letters that look like others: folded to plain ASCII in identifiers and addresses."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files


def table_rows(name: str) -> list[list[str]]:
    """Read a tab-separated table of ``model/data``, without its ``#`` lines."""
    text = files("dragoman.model").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _folds() -> dict[int, str]:
    return {ord(row[0]): row[1] for row in table_rows("lookalikes.tsv")}


def fold_lookalikes(text: str) -> str:
    """Fold full-width forms, digits of other scripts, Cyrillic and Greek look-alikes to ASCII, case kept. Idempotent.

    Source of the rule: ``data/lookalikes.tsv``. Letters that resemble nothing Latin stay as they are.
    """
    if text.isascii():
        return text
    known, plain = "", text
    while known != plain:  # a composed letter can decompose to one that folds in turn
        known, plain = plain, unicodedata.normalize("NFKC", plain).translate(_folds())
        plain = "".join(str(unicodedata.decimal(letter, letter)) for letter in plain)
    return plain
