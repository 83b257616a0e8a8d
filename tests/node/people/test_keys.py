"""API keys: what they open, and that they cease to."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.people import keys, principals
from dragoman.node.people.models import ApiKey, Appointment, Purpose
from tests.node.conftest import Issued, People

pytestmark = pytest.mark.django_db


def who(issued: Issued, **headers: str) -> Principal | None:
    """Return whom the key makes the caller, or None where it is refused."""
    found = principals.identify(RequestFactory().get("/", headers={**issued.headers, **headers}))
    return found if isinstance(found, Principal) else None


def test_a_key_acts_for_its_person_within_its_scopes(api_key: Callable[..., Issued], people: People) -> None:
    found = who(api_key("analyst", ["screen"]))
    assert found is not None
    assert (found.account, found.scopes, found.purpose) == (people.analyst, {"screen"}, "training")
    assert found.name.startswith("key:")


def test_identifying_a_key_again_asks_the_database_nothing(
    api_key: Callable[..., Issued], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    issued = api_key("analyst", ["screen"])
    who(issued)
    with django_assert_num_queries(0):
        assert who(issued) is not None


def test_what_is_remembered_of_a_key_is_read_again_within_a_second() -> None:
    assert principals.REMEMBERED <= 1.0


def test_another_process_heeds_a_revocation_when_its_memory_is_old(
    api_key: Callable[..., Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = api_key("analyst", ["screen"])
    assert who(issued) is not None
    ApiKey.objects.filter(pk=issued.key.pk).update(revoked=timezone.now())  # as another process does: no signal here
    now = time.monotonic()
    monkeypatch.setattr("dragoman.node.people.principals.time.monotonic", lambda: now + 1.01)
    assert who(issued) is None


@pytest.mark.parametrize("change", ["revoked", "expired", "account closed", "role ended", "purpose closed", "team"])
def test_a_change_is_heeded_at_once(api_key: Callable[..., Issued], people: People, change: str) -> None:
    issued = api_key("analyst", ["screen"])
    assert who(issued) is not None
    if change == "revoked":
        issued.key.revoked = timezone.now()
        issued.key.save()
    elif change == "expired":
        issued.key.expires = timezone.now()
        issued.key.save()
    elif change == "account closed":
        people.analyst.is_active = False
        people.analyst.save()
    elif change == "role ended":
        appointment = Appointment.objects.get(account=people.analyst)
        appointment.ended = timezone.now()
        appointment.save()
    elif change == "purpose closed":
        Purpose(code="training", title="Training", active=False).save()
    found = who(issued)
    assert {
        "role ended": found is not None and not found.roles,
        "purpose closed": found is not None and not found.purpose,
    }.get(change, change == "team" or found is None)


def test_an_expiry_counts_also_while_the_key_is_remembered(
    api_key: Callable[..., Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = api_key("analyst", ["screen"], expires=timezone.now() + timedelta(hours=1))
    assert who(issued) is not None
    later = timezone.now() + timedelta(hours=2)
    monkeypatch.setattr("dragoman.node.people.principals.timezone.now", lambda: later)
    assert who(issued) is None


def test_a_wrong_secret_opens_nothing_and_is_no_use(api_key: Callable[..., Issued]) -> None:
    issued = api_key("analyst", ["screen"])
    forged = Issued(issued.key, issued.secret[:-1] + ("a" if issued.secret[-1] != "a" else "b"))
    assert who(forged) is None
    assert ApiKey.objects.get().last_used is None


@pytest.mark.parametrize(
    "header",
    ["", "ApiKey", "ApiKey x", "Basic dXNlcjpwYXNz", "ApiKey dgm_", "ApiKey dgm__", "Bearer dgm_a_b_c", "\x00"],
)
def test_a_malformed_header_is_refused(header: str, client: Client) -> None:
    answer = client.get("/people/me/", headers={"Authorization": header or "-"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "ApiKey"


def test_a_key_is_for_its_purposes(api_key: Callable[..., Issued]) -> None:
    issued = api_key("analyst", ["screen"], purposes=["training", "aml-cft"])
    undecided = who(issued)
    assert undecided is not None
    assert undecided.purpose is None
    chosen = who(issued, **{"Dragoman-Purpose": "aml-cft"})
    assert chosen is not None
    assert chosen.purpose == "aml-cft"
    assert who(issued, **{"Dragoman-Purpose": "border-control"}) is None


def test_its_last_use_is_noted_to_the_minute(api_key: Callable[..., Issued]) -> None:
    issued = api_key("analyst", ["screen"])
    who(issued)
    first = ApiKey.objects.get().last_used
    assert first is not None
    principals.forget()
    who(issued)
    assert ApiKey.objects.get().last_used == first


def test_no_secret_is_kept(api_key: Callable[..., Issued]) -> None:
    issued = api_key("analyst", ["screen"])
    assert issued.secret.split("_", 2)[2] not in str(list(ApiKey.objects.values()))


def test_a_key_does_not_make_keys_and_needs_scope_purpose_and_end(
    people: People, api_key: Callable[..., Issued], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "scopes_of", lambda _: ["screen"])
    person = Principal(people.analyst, None, people.analyst.roles)
    by_key = who(api_key("analyst", ["screen"]))
    assert by_key is not None
    training = [Purpose.objects.get(code="training")]
    for principal, scopes, purposes, days in (
        (by_key, ["screen"], training, 30),
        (person, [], training, 30),
        (person, ["everything"], training, 30),
        (person, ["screen"], [], 30),
        (person, ["screen"], training, 0),
        (person, ["screen"], training, 366),
    ):
        with pytest.raises(ActRefused):
            keys.issue(principal, "x", scopes, purposes, days)
    key, _ = keys.issue(person, "x", ["screen"], training, 30)
    assert key.expires is not None


def test_issuing_a_key_asks_whether_it_is_still_you(client_of: Callable[..., Client]) -> None:
    answer = client_of("analyst").post("/people/keys/issue/", {"name": "x"})
    assert answer.headers["Location"].startswith("/accounts/")
    assert "reauthenticate" in answer.headers["Location"]


def test_a_person_revokes_their_own_keys_and_an_administrator_all(
    client_of: Callable[..., Client], api_key: Callable[..., Issued]
) -> None:
    issued = api_key("analyst", ["screen"])
    path = f"/people/keys/{issued.key.pk}/revoke/"
    assert client_of("reviewer").post(path).status_code == 404
    assert who(issued) is not None
    client_of("administrator").post(path)
    assert who(issued) is None
    other = api_key("analyst", ["screen"])
    client_of("analyst").post(f"/people/keys/{other.key.pk}/revoke/")
    assert who(other) is None


def test_one_sees_ones_own_keys(client_of: Callable[..., Client], api_key: Callable[..., Issued]) -> None:
    prefix = api_key("analyst", ["screen"]).key.prefix
    seen = {role: prefix in client_of(role).get("/people/keys/").content.decode() for role in ("analyst", "reviewer")}
    assert seen == {"analyst": True, "reviewer": False}
    assert prefix in client_of("auditor").get("/people/keys/").content.decode()
