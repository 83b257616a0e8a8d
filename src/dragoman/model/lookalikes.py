"""Letters that look like others: folded to plain ASCII in identifiers and addresses."""

from __future__ import annotations

import unicodedata
from functools import cache

from dragoman.model.tables import read_table


@cache
def _folds() -> dict[int, str]:
    return {ord(row[0]): row[1] for row in read_table("model", "lookalikes.tsv")}


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
