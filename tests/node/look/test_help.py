"""The help page tells each role what it can do, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_help_lists_the_pages_that_a_role_may_open(client_of: Callable[..., Client]) -> None:
    analyst, administrator = (client_of(role).get("/help/").content.decode() for role in ("analyst", "administrator"))
    assert 'href="/hits/"' in analyst
    assert 'href="/people/"' not in analyst
    assert 'href="/people/"' in administrator
    assert 'href="/hits/"' not in administrator


def test_nobody_is_led_to_the_sign_in(client: Client) -> None:
    assert client.get("/help/").status_code == 302
