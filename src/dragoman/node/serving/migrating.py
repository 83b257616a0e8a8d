"""Applying migrations so that each is there with its record, or not at all.

Django records a migration that leaves something for the end of its transaction (indexes, foreign keys) in a transaction
of its own, after the one that makes the tables: a process that dies between the two leaves tables that the next start
tries to make again, and fails. Here both are one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate as command
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class WholeExecutor(MigrationExecutor):
    """Applies each migration, and its record with it, in one transaction."""

    def apply_migration(self, state: ProjectState, migration: Migration, **given: Any) -> ProjectState:  # type: ignore[override]
        """Apply a migration; one that must not run in a transaction is applied as Django does."""
        if not migration.atomic or not self.connection.features.can_rollback_ddl:
            return super().apply_migration(state, migration, **given)
        with _unchecked(self.connection), transaction.atomic(using=self.connection.alias):
            return super().apply_migration(state, migration, **given)


@contextmanager
def _unchecked(connection: Any) -> Iterator[None]:
    """Let SQLite, which remakes tables, look at foreign keys only at the end of a migration, as Django asks it to."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.disable_constraint_checking()  # within a transaction it could not be changed
    try:
        yield
    finally:
        connection.enable_constraint_checking()


def migrate() -> None:
    """Apply all migrations that are not yet."""
    module: Any = command
    former, module.MigrationExecutor = module.MigrationExecutor, WholeExecutor
    try:
        call_command("migrate", interactive=False, verbosity=0)
    finally:
        module.MigrationExecutor = former
