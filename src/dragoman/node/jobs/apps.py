"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background jobs: progress, cancelling, resuming."""

    name = "dragoman.node.jobs"
    label = "jobs"
