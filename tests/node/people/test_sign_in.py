"""Signing in: password and second factor, lock-out, and who has to set up a second factor first."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from dragoman.node.journal.models import Event
from dragoman.node.people.models import NodeSettings
from tests.node.clock import JumpingClock
from tests.node.conftest import PASSWORD, TOTP_SECRET, People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_failed_before() -> None:
    cache.clear()


def code_now(periods: int = 0) -> str:
    """Return what an authenticator app shows; one whose clock is some periods ahead, if given."""
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30 + periods))


def give_password(client: Client, name: str, password: str = PASSWORD) -> int:
    """Post the sign-in form; return the status."""
    return client.post("/accounts/login/", {"login": name, "password": password}).status_code


def signs_in(name: str, code: str) -> bool:
    """Give the password and a code in a new browser; tell whether that opens."""
    client = Client()
    give_password(client, name)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return "_auth_user_id" in client.session


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(client: Client, people: People) -> None:
    answer = client.post("/accounts/login/", {"login": "analyst", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert client.get("/people/me/").headers["Location"].startswith("/accounts/login/")


def test_password_and_code_let_in_and_are_journalled(client: Client, people: People) -> None:
    give_password(client, "analyst")
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert client.session["_auth_user_id"] == str(people.analyst.pk)
    assert client.get("/people/me/").status_code == 200
    assert Event.objects.filter(act="people.signed_in", who=f"account:{people.analyst.pk}").exists()


def test_a_code_opens_once(people: People) -> None:
    code = code_now()
    for client, opens in ((Client(), True), (Client(), False)):
        give_password(client, "analyst")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is opens


@pytest.mark.parametrize("later", [31, 61])
def test_a_code_opens_once_as_long_as_it_is_valid(people: People, monkeypatch: pytest.MonkeyPatch, later: int) -> None:
    clock = JumpingClock(monkeypatch)
    clock.jump(seconds=-(time.time() % 30))
    ahead = code_now(1)
    assert signs_in("analyst", ahead)
    clock.jump(seconds=later)
    assert not signs_in("analyst", ahead)
    assert not signs_in("analyst", ahead[:3] + " " + ahead[3:])
    assert signs_in("analyst", code_now(1))


def test_a_used_code_opens_nothing_though_the_cache_forgot_it_and_the_clock_was_set_back(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = JumpingClock(monkeypatch)
    code = code_now()
    assert signs_in("analyst", code)
    clock.jump(days=2)
    assert signs_in("analyst", code_now())
    clock.jump(days=-2)
    cache.clear()
    assert not signs_in("analyst", code)


def test_a_used_code_does_not_answer_is_it_still_you(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, client = JumpingClock(monkeypatch), Client()
    give_password(client, "analyst")
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    clock.jump(seconds=601)
    used, url = code_now(), "/accounts/2fa/recovery-codes/generate/"
    assert client.post("/accounts/2fa/reauthenticate/", {"code": used}).status_code == 302
    assert client.get(url).status_code == 200
    cache.clear()
    assert client.post("/accounts/2fa/reauthenticate/", {"code": used}).status_code == 200


def test_a_recovery_code_opens_once(people: People) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(people.analyst).get_unused_codes()[0]
    for client, opens in ((Client(), True), (Client(), False)):
        give_password(client, "analyst")
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is opens


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(people: People) -> None:
    for _ in range(5):
        give_password(Client(), "analyst", "wrong")
    client = Client()
    assert give_password(client, "analyst") == 200
    assert "_auth_user_id" not in client.session
    assert client.get("/accounts/2fa/authenticate/").status_code == 302
    assert give_password(Client(), "reviewer") == 302


def test_failures_are_counted_in_the_database_so_that_all_processes_count_alike(people: People) -> None:
    from django.db import connection

    give_password(Client(), "analyst", "wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM node_cache")
        assert cursor.fetchone()[0] > 0


def test_wrong_codes_lock_too(people: People) -> None:
    client = Client()
    give_password(client, "analyst")
    for _ in range(6):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    assert "_auth_user_id" not in client.session


def test_a_failed_sign_in_is_journalled_without_what_was_typed(people: People) -> None:
    give_password(Client(), "analyst", "wrong")
    give_password(Client(), "my secret password", "wrong")
    failed = Event.objects.filter(act="people.sign_in.failed").order_by("pk")
    assert [event.object for event in failed] == [f"account:{people.analyst.pk}", "account:unknown"]
    assert "secret" not in str(list(failed.values()))


def test_a_closed_account_does_not_open(client_of: Callable[..., Client], people: People) -> None:
    inside = client_of("analyst")
    people.analyst.is_active = False
    people.analyst.save()
    outside = Client()
    give_password(outside, "analyst")
    assert "_auth_user_id" not in outside.session
    assert inside.get("/people/me/").status_code == 302


def test_whoever_has_no_second_factor_is_led_to_set_one_up(people: People, client_of: Callable[..., Client]) -> None:
    client = client_of(people.make("newcomer", "administrator", second_factor=False))
    assert client.get("/people/").headers["Location"] == "/accounts/2fa/?next=%2Fpeople%2F"
    assert client.post("/people/invite/", {"name": "X"}).headers["Location"] == "/accounts/2fa/?next=%2F"
    assert client.get("/people/me/").status_code == 200
    assert client.get("/accounts/2fa/").status_code == 200


def test_an_administrator_may_ask_nobody_for_a_second_factor(people: People, client_of: Callable[..., Client]) -> None:
    NodeSettings(second_factor=False).save()
    assert client_of(people.make("newcomer", "administrator", second_factor=False)).get("/people/").status_code == 200


def test_training_may_switch_second_factors_off(
    people: People, client_of: Callable[..., Client], settings: Settings
) -> None:
    settings.SECOND_FACTOR = False
    assert client_of(people.make("newcomer", "administrator", second_factor=False)).get("/people/").status_code == 200


def test_setting_up_an_authenticator_app_gives_recovery_codes(
    people: People, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    people.make("newcomer", "analyst", second_factor=False)
    client = Client()
    give_password(client, "newcomer")
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    kinds = set(Authenticator.objects.filter(user=people.newcomer).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}
    assert not signs_in("newcomer", code)
    assert "recovery" in answer.content.decode().lower()


def test_a_copy_of_the_database_gives_no_second_factor_away(people: People) -> None:
    assert TOTP_SECRET not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_nobody_signs_up(client: Client) -> None:
    given = {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", given).status_code == 302
    for path in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/accounts/3rdparty/signup/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_changing_the_password_ends_the_other_sessions(people: People, client_of: Callable[..., Client]) -> None:
    other = client_of("analyst")
    client = Client()
    give_password(client, "analyst")
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    new = "another boat on the canal"
    given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", given)
    assert client.get("/people/me/").status_code == 200
    assert other.get("/people/me/").status_code == 302


def test_weak_passwords_are_refused(client: Client, people: People) -> None:
    give_password(client, "analyst")
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    for weak in ("short", "password1234", "analyst12345"):
        given = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        assert client.post("/accounts/password/change/", given).status_code == 200
