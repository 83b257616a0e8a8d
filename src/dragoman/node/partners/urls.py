"""The routes of the partners' desk."""

from __future__ import annotations

from django.urls import path

from dragoman.node.partners import (
    cosign_views,
    deconflict_views,
    giving,
    matching_views,
    onward_views,
    recalling_views,
    requests_views,
    views,
)

app_name = "partners"
urlpatterns = [
    path("", views.partners, name="partners"),
    path("add", views.add, name="add"),
    path("<int:pk>", views.partner, name="partner"),
    path("<int:pk>/confirm", views.confirm, name="confirm"),
    path("<int:pk>/draft", views.draft, name="draft"),
    path("agreements/<int:pk>", views.agreement, name="agreement"),
    path("agreements/<int:pk>/next", views.next_version, name="next_version"),
    path("agreements/<int:pk>/document", views.document, name="document"),
    path("agreements/<int:pk>/act", views.perform, name="perform"),
    path("agreements/<int:pk>/share", giving.share, name="share"),
    path("shared/<int:pk>/end", giving.unshare, name="unshare"),
    path("<int:pk>/token", giving.token, name="token"),
    path("matching", matching_views.matching, name="matching"),
    path("matching/refresh", matching_views.refresh, name="matching_refresh"),
    path("matching/offer", matching_views.offer, name="matching_offer"),
    path("matching/<int:pk>/withdraw", matching_views.withdraw, name="matching_withdraw"),
    path("requests", requests_views.requests, name="requests"),
    path("requests/new", requests_views.request_new, name="request_new"),
    path("requests/<int:pk>", requests_views.request_page, name="request"),
    path("requests/<int:pk>/follow", requests_views.request_follow, name="request_follow"),
    path("requests/<int:pk>/answer", requests_views.request_answer, name="request_answer"),
    path("interests", deconflict_views.interests, name="interests"),
    path("interests/<int:pk>/withdraw", deconflict_views.interest_withdraw, name="interest_withdraw"),
    path("alarms/<int:pk>/clear", cosign_views.clear_alarm, name="clear_alarm"),
    path("disclosures", recalling_views.disclosures, name="disclosures"),
    path("disclosures/recall", recalling_views.recall, name="recall"),
    path("agreements/<int:pk>/take-back", recalling_views.take_back, name="take_back"),
    path("onward", onward_views.onward, name="onward"),
    path("onward/<int:pk>/give", onward_views.give, name="give_leave"),
    path("onward/<int:pk>/refuse", onward_views.refuse, name="refuse_leave"),
    path("shared/<int:pk>/leave", onward_views.ask, name="ask_leave"),
    path("notices", recalling_views.notices_page, name="notices"),
]
