"""The routes that partners' nodes call."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners import exchange_views

app_name = "exchange"
urlpatterns = [path("inbox", exchange_views.inbox, name="inbox")]
