"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """The audit journal: events under a Merkle tree."""

    name = "dragoman.node.journal"
    label = "journal"
