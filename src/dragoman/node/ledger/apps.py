"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Alerts over flows."""

    name = "dragoman.node.ledger"
    label = "ledger"
