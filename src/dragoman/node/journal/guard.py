"""What the database itself refuses: to change or delete rows of the journal."""

from __future__ import annotations

from typing import Protocol

TABLES = ("journal_event", "journal_node", "journal_checkpoint")
_MESSAGE = "the journal is never changed"


class _Named(Protocol):
    vendor: str


def creation(connection: _Named) -> list[str]:
    """Return the statements that put the triggers in, for SQLite or PostgreSQL."""
    if connection.vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            for table in TABLES
            for verb in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    return [
        function,
        *(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
            for table in TABLES
        ),
    ]


def removal(connection: _Named) -> list[str]:
    """Return the statements that take the triggers out: for a migration backwards, and for emptying a test database."""
    if connection.vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in TABLES for verb in ("update", "delete")]
    return [f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}" for table in TABLES]
