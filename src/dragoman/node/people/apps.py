"""The app's name for Django, and what happens when it starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    """Accounts, roles, teams, purposes, sign-in, API keys."""

    name = "dragoman.node.people"
    label = "people"

    def ready(self) -> None:
        """Connect what happens around sign-in; put in the first purposes after each migration."""
        from dragoman.node.people import events, purposes

        events.connect()
        post_migrate.connect(purposes.put_in, sender=self, dispatch_uid="people.purposes")
