"""How foreign text reads."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _romaniser() -> Any:
    import icu

    maker: Any = icu
    return maker.Transliterator.createInstance("Any-Latin; NFC")


def reading(text: str) -> str:
    """Return how a text in another script reads in Latin letters (ICU); empty for text in Latin script."""
    if text.isascii() or all(not char.isalpha() or char < "ɐ" or "Ḁ" <= char <= "ỿ" for char in text):
        return ""
    found = str(_romaniser().transliterate(text))
    return found if found != text else ""
