"""Queries from JSON lines of FollowTheMoney entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from dragoman.errors import InputError, QueryRefused
from dragoman.messages.queries import Account, Query
from dragoman.messages.values import build_query

_LONGEST_LINE = 4 << 20
_DOCUMENTS = {"Passport": "passportNumber", "Identification": "idNumber"}


def read_entities(stream: BinaryIO, name: str, account: Account) -> Iterator[Query]:
    """Yield a query for every line ``{"id", "schema", "properties": {name: [values]}}``.

    Lines that cannot be screened go to `account`. Raises InputError where the input is empty.
    """
    number = 0
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        place = f"{name}:{number}"
        if len(line) >= _LONGEST_LINE:
            raise InputError("a line has more than four million bytes", place=place, remedy="write one entity a line")
        line = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not line:
            continue
        try:
            query = _query(line, place)
        except QueryRefused as error:
            account.refuse(place, f"{error.message}; {error.remedy}" if error.remedy else error.message)
            continue
        account.accept(query)
        yield query
    if not account.queries and not account.refused:
        raise InputError("the input is empty", place=name, remedy="write one FollowTheMoney entity a line")


def _query(line: bytes, place: str) -> Query:
    try:
        entity = orjson.loads(line)
    except ValueError as error:
        raise QueryRefused(f"the line is not JSON: {error}", remedy="write one whole entity a line") from error
    if not isinstance(entity, dict):
        raise QueryRefused("the line is not a JSON object", remedy='write {"schema": ..., "properties": {...}}')
    properties = entity.get("properties")
    if not isinstance(properties, dict):
        raise QueryRefused("the entity has no properties", remedy='write {"schema": ..., "properties": {...}}')
    schema = str(entity["schema"]) if entity.get("schema") else None
    cells = [(str(prop), text) for prop, values in properties.items() for text in _texts(values, str(prop))]
    if schema in _DOCUMENTS:  # a document alone is screened as what its holder would bear
        cells = [(_DOCUMENTS[schema] if prop == "number" else prop, text) for prop, text in cells if prop != "holder"]
        schema = None
    return build_query(str(entity.get("id") or place), schema, cells, place, split=False)


def _texts(values: Any, prop: str) -> Iterator[str]:
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)
        elif value is not None:
            raise QueryRefused(f"{prop} holds something that is no text", remedy="write texts, or lists of texts")
