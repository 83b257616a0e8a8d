"""What the worker does for the people's desk now and then."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dragoman.node.jobs.chores import chore

#: The longest that anything is counted at the door: the lock-out after wrong passwords, see `sign_in`.
LONGEST_COUNT = timedelta(minutes=15)


@chore(seconds=30)
def forget_counts_from_the_future() -> None:
    """Forget failures that were counted before the clock was set back: the door would stay shut until it caught up."""
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    far = connection.ops.adapt_datetimefield_value(timezone.now() + LONGEST_COUNT + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires > %s", [far])  # noqa: S608  the table's own name


@chore(seconds=3600)
def forget_sessions() -> None:
    """Delete the sessions that have expired."""
    call_command("clearsessions")
