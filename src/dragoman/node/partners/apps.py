"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Agreements, exchange, requests, disclosures."""

    name = "dragoman.node.partners"
    label = "partners"
