"""The routes of the node. Each app has its own; every route has a rule in its app's ``access.yaml``."""

from __future__ import annotations

from django.urls import include, path

from dragoman.node.api import api

urlpatterns = [
    path("", include("dragoman.node.desk.urls")),
    path("people/", include("dragoman.node.people.urls")),
    path("lists/", include("dragoman.node.registry.urls")),
    path("journal/", include("dragoman.node.journal.urls")),
    path("accounts/", include("allauth.urls")),
    path("", api.urls),
]
