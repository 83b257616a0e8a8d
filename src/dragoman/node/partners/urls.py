"""The routes of the partners' desk."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners import giving, views

app_name = "partners"
urlpatterns = [
    path("", views.partners, name="partners"),
    path("add", views.add, name="add"),
    path("<int:pk>", views.partner, name="partner"),
    path("<int:pk>/confirm", views.confirm, name="confirm"),
    path("<int:pk>/draft", views.draft, name="draft"),
    path("agreements/<int:pk>", views.agreement, name="agreement"),
    path("agreements/<int:pk>/document", views.document, name="document"),
    path("agreements/<int:pk>/act", views.perform, name="perform"),
    path("agreements/<int:pk>/share", giving.share, name="share"),
    path("shared/<int:pk>/end", giving.unshare, name="unshare"),
    path("<int:pk>/token", giving.token, name="token"),
]
