"""Prepared reasons for dispositions; the table is ``data/reasons.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from dragoman.errors import UsageError

TABLE = Path(__file__).with_name("data") / "reasons.yaml"


@cache
def prepared() -> dict[str, dict[str, str]]:
    """Return the sentences by disposition and code."""
    found: dict[str, dict[str, str]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def reason_for(disposition: str, code: str, words: str) -> str:
    """Return the whole reason: the prepared sentence, and words of one's own. Raises UsageError without either."""
    sentences = prepared().get(disposition, {})
    if code and code not in sentences:
        raise UsageError(f"there is no prepared reason {code!r}", remedy="one of " + ", ".join(sentences))
    parts = [part for part in (sentences.get(code, ""), words.strip()) if part]
    if not parts:
        raise UsageError("a decision needs a reason", remedy="choose a prepared one, or write a sentence")
    return " ".join(parts)
