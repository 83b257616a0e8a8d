"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    """Reports, and the candidate records in them."""

    name = "dragoman.node.newsroom"
    label = "newsroom"
