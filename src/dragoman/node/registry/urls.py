"""The routes of lists, records and subjects."""

from __future__ import annotations

from django.urls import path

from dragoman.node.registry.views import lists, records

app_name = "registry"
urlpatterns = [
    path("", lists.lists, name="lists"),
    path("add", lists.add, name="add"),
    path("subjects", records.subjects, name="subjects"),
    path("records/<int:pk>", records.record, name="record"),
    path("records/<str:source>/<path:record_id>", records.by_id, name="by_id"),
    path("subjects/<int:pk>", records.subject, name="subject"),
    path("subjects/<int:pk>/graph", records.neighbours, name="graph"),
    path("subjects/<int:pk>/judge", records.judgement, name="judge"),
    path("judgements/<int:pk>/withdraw", records.undo, name="withdraw"),
    path("<str:name>/", lists.one, name="list"),
    path("<str:name>/teams", lists.teams, name="teams"),
    path("<str:name>/versions/<str:version>", lists.version, name="version"),
]
