"""The app's routes."""

from __future__ import annotations

from django.urls import URLPattern, path

from dragoman.node.webhooks import views

app_name = "webhooks"
urlpatterns: list[URLPattern] = [
    path("", views.webhooks, name="webhooks"),
    path("<int:pk>/", views.webhook, name="webhook"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/retry/", views.retry, name="retry"),
]
