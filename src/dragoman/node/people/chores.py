"""What the worker does for the people's desk now and then."""

from __future__ import annotations

from django.core.management import call_command

from dragoman.node.jobs.chores import chore


@chore(seconds=3600)
def forget_sessions() -> None:
    """Delete the sessions that have expired."""
    call_command("clearsessions")
