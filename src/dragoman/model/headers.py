"""What people call the columns of their tables, and the FollowTheMoney property that each means.

The spellings are ``data/headers.yaml``, with their source.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

from dragoman.model import schemata

#: Headers longer than this are sentences, or a file without a header line.
_LONGEST = 200


def property_for(header: str) -> str | None:
    """Return the property that a column header means, or None.

    Knows every property of the schemata that a party may have, whatever its case (``birth_date``), and the
    common other spellings in several languages, which go first (``type`` is the schema). ``id`` and
    ``schema`` are returned for the columns that hold the record's id and type.
    """
    if len(header) > _LONGEST:
        return None
    return _spellings().get(squeeze(header))


def schema_for(text: str) -> str | None:
    """Return the schema that a cell of a type column means (``individual``: Person), or None."""
    if len(text) > _LONGEST:
        return None
    return _schemata().get(squeeze(text))


def squeeze(text: str) -> str:
    """Return the letters and digits of a text in lower case, without accents, blanks and punctuation. Idempotent."""
    known, squeezed = "", text
    while known != squeezed:  # lower-casing can bring up new marks (Turkish İ)
        known = squeezed
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", squeezed).casefold())
        squeezed = "".join(letter for letter in plain if letter.isalnum())
    return squeezed


@cache
def _table() -> dict[str, Any]:
    import yaml

    text = files("dragoman.model").joinpath("data/headers.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def _spellings() -> dict[str, str]:
    parties = [name for name in schemata.schema_names() if schemata.may_be_party(name)]
    names = {squeeze(prop): prop for schema in parties for prop in schemata.properties(schema)}
    listed = {squeeze(spelling): prop for prop, spellings in _table()["properties"].items() for spelling in spellings}
    return {**names, **listed}


@cache
def _schemata() -> dict[str, str]:
    names = {squeeze(name): name for name in schemata.schema_names() if schemata.may_be_party(name)}
    listed = {squeeze(spelling): name for name, spellings in _table()["schemata"].items() for spelling in spellings}
    return {**names, **listed}
