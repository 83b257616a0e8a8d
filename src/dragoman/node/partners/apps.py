"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Agreements, exchange, requests, disclosures."""

    name = "dragoman.node.partners"
    label = "partners"

    def ready(self) -> None:
        """Let the handlers of letters register themselves."""
        from dragoman.node.partners import letters  # noqa: F401
