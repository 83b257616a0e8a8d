"""The routes of the TAXII server."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners.taxii import views

app_name = "taxii"
_OBJECTS = "<int:root>/collections/<str:uuid>/objects/"
urlpatterns = [
    path("", views.discovery, name="discovery"),
    path("<int:root>/", views.api_root, name="api_root"),
    path("<int:root>/status/<uuid:uuid>/", views.status, name="status"),
    path("<int:root>/collections/", views.collections, name="collections"),
    path("<int:root>/collections/<str:uuid>/", views.collection, name="collection"),
    path("<int:root>/collections/<str:uuid>/manifest/", views.manifest, name="manifest"),
    path(_OBJECTS, views.objects, name="objects"),
    path(_OBJECTS + "<str:stix_id>/", views.one_object, name="object"),
    path(_OBJECTS + "<str:stix_id>/versions/", views.versions, name="versions"),
]
