"""The routes that partners' nodes call."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners import exchange_views, matching_views

app_name = "exchange"
urlpatterns = [
    path("inbox", exchange_views.inbox, name="inbox"),
    path("matching/lists", matching_views.lists, name="matching_lists"),
    path("matching/edition", matching_views.edition, name="matching_edition"),
    path("matching/question", matching_views.question, name="matching_question"),
]
