"""Writing many rows: a list has 100,000 statements and more, and an object and a query for each cost most of all.

PostgreSQL takes new ones by COPY; all else is one prepared statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values, in order and all or none; `columns` names the model's fields, JSON comes as text."""
    names = {field.name: str(field.column) for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    table, into = quote(model._meta.db_table), ", ".join(quote(names[name]) for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"COPY {table} ({into}) FROM STDIN", rows)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({into}) VALUES ({places})", list(rows))  # noqa: S608  our fields


def update(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Update rows by their primary key, all or none: each is the key, then plain values for `columns`, the fields."""
    quote = connection.ops.quote_name
    names = {field.name: quote(str(field.column)) for field in model._meta.concrete_fields}
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    new = ", ".join(f"{names[name]} = %s" for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {new} WHERE {key} = %s",  # noqa: S608  our fields
            [(*values, pk) for pk, *values in rows],
        )


def _copy(cursor: Any, text: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(text) as copy:
        for row in rows:
            copy.write_row(row)
