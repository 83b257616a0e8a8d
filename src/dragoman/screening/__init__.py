"""Screening: the index, the exact search, the score and its explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dragoman.screening.build import IndexSummary, build_index
    from dragoman.screening.comparison import Comparison, compare
    from dragoman.screening.explain import Feature, Hit
    from dragoman.screening.repeats import Repeats
    from dragoman.screening.screener import Screener
    from dragoman.screening.text import Mention, TextScanner

__all__ = [
    "Comparison",
    "Feature",
    "Hit",
    "IndexSummary",
    "Mention",
    "Repeats",
    "Screener",
    "TextScanner",
    "build_index",
    "compare",
]

_HOMES = {
    "Comparison": "comparison",
    "compare": "comparison",
    "Feature": "explain",
    "Hit": "explain",
    "IndexSummary": "build",
    "build_index": "build",
    "Screener": "screener",
    "Mention": "text",
    "Repeats": "repeats",
    "TextScanner": "text",
}


def __getattr__(name: str) -> Any:
    # Only what is asked for is loaded, so that a first answer does not wait for what builds an index.
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"dragoman.screening.{_HOMES[name]}"), name)
