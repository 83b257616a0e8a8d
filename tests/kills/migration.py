"""Migration: whoever makes a new node's tables is killed; the next start completes them, and nothing is half made."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dragoman.node.desk.models import Screening
from dragoman.node.desk.screening import screen_now
from dragoman.node.serving.migrating import WholeExecutor, migrate
from tests.kills._node import analyst, set_up

#: The tool must not prepare the home: the victims do.
FROM_NOTHING = True


def prepare() -> None:
    """Begin with no table at all."""
    assert not connection.introspection.table_names()


def victim() -> None:
    """Make the tables, and tell each migration that is applied."""
    from kill_tests import ready, tell

    apply = WholeExecutor.apply_migration

    def told(self: WholeExecutor, state: object, migration: object, **given: object) -> object:
        found = apply(self, state, migration, **given)  # type: ignore[arg-type]
        tell(str(migration))
        return found

    WholeExecutor.apply_migration = told  # type: ignore[method-assign, assignment]
    ready()
    migrate()


def check(told: list[str]) -> None:
    """What was told is recorded, and every recorded migration has its tables, every other none."""
    executor = MigrationExecutor(connection)
    applied = {f"{app}.{name}" for app, name in executor.loader.applied_migrations}
    assert set(told) <= applied, set(told) - applied
    made = set(connection.introspection.table_names())
    state = executor.loader.project_state(list(executor.loader.applied_migrations))
    wanted = {model._meta.db_table for model in state.apps.get_models(include_auto_created=True) if model._meta.managed}
    assert made - {"django_migrations", "node_cache"} == wanted, made ^ wanted


def finish(told: list[str]) -> None:
    """All is made, and the node works."""
    executor = MigrationExecutor(connection)
    assert not executor.migration_plan(executor.loader.graph.leaf_nodes())
    check(told)
    set_up()
    screen_now(analyst(), ["Quellmar Tavrosinaa"], limit=1, store=True)
    assert Screening.objects.get().hits == 1
