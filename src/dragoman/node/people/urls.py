"""The app's routes."""

from __future__ import annotations

from django.urls import URLPattern, path

from dragoman.node.people import accounts, house, own, welcome

app_name = "people"
urlpatterns: list[URLPattern] = [
    path("", accounts.accounts, name="accounts"),
    path("invite/", accounts.invite, name="invite"),
    path("links/<int:pk>/withdraw/", accounts.withdraw, name="withdraw"),
    path("<int:pk>/", accounts.account, name="account"),
    path("<int:pk>/appoint/", accounts.appoint, name="appoint"),
    path("<int:pk>/teams/", accounts.teams, name="teams"),
    path("<int:pk>/activity/", accounts.activity, name="activity"),
    path("<int:pk>/renew/", accounts.renew, name="renew"),
    path("appointments/<int:pk>/confirm/", accounts.confirm, name="confirm"),
    path("appointments/<int:pk>/end/", accounts.end, name="end"),
    path("purpose/", own.purpose, name="purpose"),
    path("me/", own.me, name="me"),
    path("keys/", own.keys, name="keys"),
    path("keys/issue/", own.issue, name="issue"),
    path("keys/<int:pk>/revoke/", own.revoke, name="revoke"),
    path("settings/", house.settings_page, name="settings"),
    path("settings/purpose/", house.purpose_put, name="purpose_put"),
    path("settings/team/", house.team_put, name="team_put"),
    path("welcome/<str:token>/", welcome.welcome, name="welcome"),
]
