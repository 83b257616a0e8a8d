"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, roles, teams, purposes, sign-in, API keys."""

    name = "dragoman.node.people"
    label = "people"
