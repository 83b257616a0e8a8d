"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks and their deliveries."""

    name = "dragoman.node.webhooks"
    label = "webhooks"
