"""Country names and demonyms to ISO 3166 codes, as the lists print them."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=8192)
def country_code(text: str) -> str | None:
    """Return the lower-case code that FollowTheMoney uses (ISO 3166-1 alpha-2 and a few historical ones).

    Takes a code, a name or a demonym in the languages that rigour knows. Returns None where
    the text names no single country, so that the caller can keep the printed text.
    """
    from rigour.territories import lookup_territory

    text = text.strip()
    if not text:
        return None
    found = lookup_territory(text)
    return found.code if found is not None else None
