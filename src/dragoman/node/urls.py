"""The routes of the node. Each app has its own; every route has a rule in its app's ``access.yaml``."""

from __future__ import annotations

from django.urls import include, path

from dragoman.node.api import api

_operations, _app, _namespace = api.urls
# First, because it is asked most; without django-ninja's own root, which would take the place of the first page.
_operations = [each for each in _operations if getattr(each, "name", "") != "api-root"]

urlpatterns = [
    path("", include((_operations, _app), namespace=_namespace)),
    path("", include("dragoman.node.desk.urls")),
    path("", include("dragoman.node.help")),
    path("people/", include("dragoman.node.people.urls")),
    path("lists/", include("dragoman.node.registry.urls")),
    path("journal/", include("dragoman.node.journal.urls")),
    path("partners/", include("dragoman.node.partners.urls")),
    path("taxii2/", include("dragoman.node.partners.taxii.urls")),
    path("exchange/", include("dragoman.node.partners.exchange_urls")),
    path("webhooks/", include("dragoman.node.webhooks.urls")),
    path("accounts/", include("allauth.urls")),
]

handler400 = "dragoman.node.api.problems.bad_request"
handler404 = "dragoman.node.api.problems.not_found"
handler500 = "dragoman.node.api.problems.server_error"
