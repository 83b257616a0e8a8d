"""Making a home ready to be served: tables, the cache's table, collected static files. Doing it twice costs little."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dragoman.lists.durable import sync, sync_tree
from dragoman.lists.locking import locked

#: An arbitrary number by which nodes on one PostgreSQL agree who prepares the tables.
_ADVISORY = 0x64726167
_MARK = ".collected"


def set_up() -> None:
    """Load Django with the node's settings, unless a caller has done so with its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dragoman.node.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def prepare() -> bool:
    """Bring tables and static files of this node's home up to this version; return whether tables changed.

    Any number of processes may call it at once; the others wait for the first.
    """
    from django.conf import settings

    from dragoman.node.serving.saving import check_not_half

    check_not_half(Path(settings.HOME))
    with locked(Path(settings.NODE_HOME) / ".preparing"), _alone_in_the_database():
        changed = _migrate()
        _collect(Path(settings.STATIC_ROOT))
    return changed


@contextmanager
def _alone_in_the_database() -> Iterator[None]:
    """Keep nodes on other machines, which share this PostgreSQL, from preparing it at the same time."""
    from django.db import connection

    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY])


def pending() -> bool:
    """Tell whether the tables are not yet those of this version."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrate() -> bool:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from dragoman.node.serving.migrating import migrate

    changed = pending()
    if changed:
        migrate()
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        call_command("createcachetable", verbosity=0)
    return changed


def _collect(target: Path) -> None:
    """Collect static files anew where any of them changed: a digest of their sizes and times is kept beside them."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    mark = target / _MARK
    whole = mark.read_text() if mark.is_file() else ""
    if whole == digest.hexdigest():
        return
    if not whole:  # collecting was interrupted: by a power cut, it may have left empty files
        shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    sync_tree(target)
    mark.write_text(digest.hexdigest())
    sync(mark)
