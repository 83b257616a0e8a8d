"""The routes of the TAXII server. What an address names is read by the views, which err as TAXII says."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners.taxii import views

app_name = "taxii"
_OBJECTS = "<str:root>/collections/<str:uuid>/objects/"
urlpatterns = [
    path("", views.discovery, name="discovery"),
    path("<str:root>/", views.api_root, name="api_root"),
    path("<str:root>/status/<str:uuid>/", views.status, name="status"),
    path("<str:root>/collections/", views.collections, name="collections"),
    path("<str:root>/collections/<str:uuid>/", views.collection, name="collection"),
    path("<str:root>/collections/<str:uuid>/manifest/", views.manifest, name="manifest"),
    path(_OBJECTS, views.objects, name="objects"),
    path(_OBJECTS + "<str:stix_id>/", views.one_object, name="object"),
    path(_OBJECTS + "<str:stix_id>/versions/", views.versions, name="versions"),
]
