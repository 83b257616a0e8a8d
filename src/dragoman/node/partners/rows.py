"""Many rows at once. Django builds an object and a query for each, which costs more than the writing itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

#: What one statement asks about or changes at most: databases bound the values that stand in one.
MOST = 500

_Item = TypeVar("_Item")


def parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield items in order, as many at a time as one statement takes."""
    every = list(items)  # what is done with a part may change what they are taken from
    for start in range(0, len(every), MOST):
        yield every[start : start + MOST]


def insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    unique: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Insert rows of plain values (times as `adapted` gives them); a row whose `unique` columns are there is updated.

    With nothing to `update` it is passed over. The names are those of fields, never of a caller's input.
    """
    names = {field.name: str(field.column) for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    into = ", ".join(quote(names[name]) for name in columns)
    known = ", ".join(quote(names[name]) for name in unique)
    then = ", ".join(f"{quote(names[name])} = excluded.{quote(names[name])}" for name in update)
    places = ", ".join(["%s"] * len(columns))
    text = (
        f"INSERT INTO {quote(model._meta.db_table)} ({into}) VALUES ({places}) "  # noqa: S608  names of fields only
        f"ON CONFLICT ({known}) DO {f'UPDATE SET {then}' if then else 'NOTHING'}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(text, list(rows))


def adapted(moment: Any) -> Any:
    """Return a moment as the database takes it."""
    return connection.ops.adapt_datetimefield_value(moment)
