"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Background jobs: progress, cancelling, resuming."""

    name = "dragoman.node.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Find the kinds of jobs and the chores of all apps."""
        autodiscover_modules("job_kinds", "chores")
        from dragoman.node.jobs import queue  # noqa: F401  its chores count too
