"""What is screened: a record, a mapping, or a mere name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dragoman.errors import QueryRefused
from dragoman.model import Record
from dragoman.model.schemata import properties

Query = Record | Mapping[str, Any] | str

#: The schema of a query that does not say what it is: any kind of party.
ANY = "LegalEntity"


def as_record(query: Query) -> Record:
    """Return a query as a record.

    A string is a name of anything. A mapping is FollowTheMoney JSON (with ``properties``) or flat:
    property names to a value or a sequence of values, with ``id`` and ``schema`` beside them.
    Raises QueryRefused on a property that the schema does not have.
    """
    if isinstance(query, Record):
        return query
    if isinstance(query, str):
        record = Record("", ANY)
        record.add("name", query)
        return record
    if "properties" in query:
        return Record.from_ftm({"id": "", "schema": ANY, **query})
    schema = str(query.get("schema") or ANY)
    record = Record(str(query.get("id") or ""), schema)
    for prop, values in query.items():
        if prop in ("id", "schema") or values is None:
            continue
        if prop not in properties(schema) and prop not in properties("Person"):
            raise QueryRefused(
                f"{schema} has no property {prop!r}",
                remedy="use FollowTheMoney property names such as name, birthDate, nationality, passportNumber",
            )
        for value in [values] if isinstance(values, str) else values:
            record.add(prop, str(value))
    return record
