"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Sources, list versions, records and statements, subjects."""

    name = "dragoman.node.registry"
    label = "registry"
