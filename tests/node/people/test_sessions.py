"""Sessions end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dragoman.node.people.sessions import SEEN, SINCE

pytestmark = pytest.mark.django_db


def shift(client: Client, **seconds: int) -> None:
    """Let the session's times lie so many seconds back."""
    session = client.session
    for name, back in seconds.items():
        session[name] -= back
    session.save()


def test_a_session_ends_after_a_while_without_a_request(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst")
    shift(client, seen=29 * 60)
    assert client.get("/people/me/").status_code == 200
    shift(client, seen=31 * 60)
    assert client.get("/people/me/").headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_a_session_ends_however_busy_it_is(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst")
    shift(client, since=8 * 3600 + 1)
    assert client.get("/people/me/").status_code == 302


def test_using_a_session_keeps_it_and_writes_it_at_most_once_a_minute(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst")
    before = client.session[SEEN]
    shift(client, seen=30)
    client.get("/people/me/")
    assert client.session[SEEN] == before - 30
    shift(client, seen=61)
    client.get("/people/me/")
    assert client.session[SEEN] >= before


def test_a_clock_that_was_set_back_does_not_end_sessions(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst")
    shift(client, seen=-7200, since=-7200)
    assert client.get("/people/me/").status_code == 200


def test_a_session_of_unknown_age_does_not_hold(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst")
    session = client.session
    del session[SINCE]
    session.save()
    assert client.get("/people/me/").status_code == 302
