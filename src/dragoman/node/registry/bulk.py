"""Writing many rows: a list has 100,000 statements and more, and an object and a query for each cost most of all.

PostgreSQL takes them by COPY, SQLite by one prepared statement.
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


def _copy(cursor: Any, text: str, rows: Iterable[Sequence[Any]]) -> None:
    with cursor.copy(text) as copy:
        for row in rows:
            copy.write_row(row)
