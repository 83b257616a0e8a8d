"""The app's routes."""

from __future__ import annotations

from django.urls import URLPattern, path

from dragoman.node.people import own

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("purpose/", own.purpose, name="purpose"),
    path("me/", own.me, name="me"),
]
