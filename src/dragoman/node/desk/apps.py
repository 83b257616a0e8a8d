"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Screenings, hits, reviews, cases, clocks, documents."""

    name = "dragoman.node.desk"
    label = "desk"
