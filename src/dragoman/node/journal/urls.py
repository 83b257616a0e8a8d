"""The app's routes."""

from __future__ import annotations

from django.urls import URLPattern, path

from dragoman.node.journal import pages

app_name = "journal"
urlpatterns: list[URLPattern] = [
    path("", pages.events, name="events"),
    path("export/<slug:form>/", pages.export, name="export"),
    path("verify/", pages.verify_now, name="verify"),
    path("checkpoint/", pages.checkpoint, name="checkpoint"),
    path("<int:index>/", pages.event, name="event"),
    path("<int:index>/proof/", pages.proof, name="proof"),
]
