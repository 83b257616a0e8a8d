"""The desk's routes."""

from __future__ import annotations

from django.urls import path

from dragoman.node.desk.views import cases, hits, safe, screenings, search

app_name = "desk"
urlpatterns = [
    path("", search.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/find/", search.find, name="find"),
    path("search/review/", search.open_hit, name="open"),
    path("hits/", hits.hits, name="hits"),
    path("hits/<int:pk>/", hits.hit, name="hit"),
    path("hits/<int:pk>/decide/", hits.decide, name="decide"),
    path("hits/<int:pk>/undo/", hits.undo, name="undo"),
    path("hits/<int:pk>/assign/", hits.assign, name="assign"),
    path("screenings/", screenings.screenings, name="screenings"),
    path("screenings/upload/", screenings.upload, name="upload"),
    path("screenings/<int:pk>/", screenings.screening, name="screening"),
    path("screenings/<int:pk>/progress/", screenings.progress, name="progress"),
    path("screenings/<int:pk>/cancel/", screenings.cancel, name="cancel"),
    path("screenings/<int:pk>/resume/", screenings.resume, name="resume"),
    path("screenings/<int:pk>/teams/", screenings.teams, name="teams"),
    path("screenings/<int:pk>/document/", screenings.document, name="document"),
    path("screenings/<int:pk>/export/<slug:kind>/", screenings.export, name="export"),
    path("cases/", cases.cases, name="cases"),
    path("cases/open/", cases.open_case, name="case_open"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/add/<slug:what>/", cases.add, name="case_add"),
    path("cases/<int:pk>/change/<slug:what>/", cases.change, name="case_change"),
    path("cases/<int:pk>/change/<slug:what>/<int:number>/", cases.change, name="case_change_one"),
    path("cases/<int:pk>/documents/<int:number>/", cases.document, name="case_document"),
    path("safe-list/", safe.entries, name="safe_list"),
    path("safe-list/add/", safe.add, name="safe_add"),
    path("safe-list/<int:pk>/end/", safe.end, name="safe_end"),
]
