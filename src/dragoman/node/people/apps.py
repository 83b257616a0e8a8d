"""The app's name for Django, and what happens when it starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    """Accounts, roles, teams, purposes, sign-in, API keys."""

    name = "dragoman.node.people"
    label = "people"

    def ready(self) -> None:
        """Put in the first purposes after each migration."""
        from dragoman.node.people import purposes

        post_migrate.connect(purposes.put_in, sender=self, dispatch_uid="people.purposes")
