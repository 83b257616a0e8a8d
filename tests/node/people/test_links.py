"""Links that let one person in once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from dragoman.node.journal.models import Event
from dragoman.node.people import first
from dragoman.node.people.models import Account, Link
from tests.node.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db
NEW = "a longer way to the harbour"
GIVEN = {"name": "Nadia Example", "username": "nadia", "password": NEW, "again": NEW}


def link_on(page: str) -> str:
    """Return the path of the link that a page shows."""
    found = re.search(r"/people/welcome/[\w-]+/", page)
    assert found is not None
    return found[0]


def test_the_first_link_makes_the_first_administrator_and_opens_once(client: Client) -> None:
    path = first.first_link()
    assert path is not None
    answer = client.post(path, GIVEN)
    assert answer.headers["Location"] == "/accounts/2fa/"
    account = Account.objects.get(username="nadia")
    assert account.roles == {"administrator"}
    assert account.check_password(NEW)
    assert client.session["_auth_user_id"] == str(account.pk)
    assert Client().post(path, {**GIVEN, "username": "other"}).status_code == 404
    assert first.first_link() is None


def test_no_token_is_kept(client: Client) -> None:
    path = first.first_link()
    assert path is not None
    assert path.split("/")[-2] not in str(list(Link.objects.values()))


def test_a_newer_first_link_replaces_the_older(client: Client) -> None:
    older, newer = first.first_link(), first.first_link()
    assert older is not None
    assert newer is not None
    assert client.get(older).status_code == 404
    assert client.get(newer).status_code == 200


def test_a_first_link_opens_nothing_once_there_is_an_administrator(
    client: Client, request: pytest.FixtureRequest
) -> None:
    path = first.first_link()
    request.getfixturevalue("people")
    assert path is not None
    assert client.get(path).status_code == 404


def test_a_link_ends(client: Client) -> None:
    path = first.first_link()
    assert path is not None
    Link.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.post(path, GIVEN).status_code == 404
    assert not Account.objects.exists()


def test_a_made_up_token_opens_nothing(client: Client) -> None:
    assert client.get("/people/welcome/made-up/").status_code == 404


def test_an_invitation_shows_its_link_once_and_makes_an_account(
    people: People, client_of: Callable[..., Client]
) -> None:
    page = client_of("administrator").post("/people/invite/", {"name": "Nadia", "roles": ["analyst", "reviewer"]})
    assert page.headers["Cache-Control"].startswith("max-age=0")
    path = link_on(page.content.decode())
    Client().post(path, GIVEN)
    assert Account.objects.get(username="nadia").roles == {"analyst", "reviewer"}
    assert Event.objects.filter(act="people.account.made").exists()
    assert "Nadia" not in str(list(Event.objects.values()))


def test_the_roles_of_an_invitation_wait_for_a_second_administrator(
    people: People, client_of: Callable[..., Client]
) -> None:
    people.make("second", "administrator")
    page = client_of("administrator").post("/people/invite/", {"name": "Nadia", "roles": ["analyst"]})
    Client().post(link_on(page.content.decode()), GIVEN)
    assert Account.objects.get(username="nadia").roles == frozenset()


def test_a_withdrawn_invitation_opens_nothing(people: People, client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    path = link_on(client.post("/people/invite/", {"name": "Nadia"}).content.decode())
    client.post(f"/people/links/{Link.objects.get().pk}/withdraw/")
    assert Client().get(path).status_code == 404


def test_an_auditor_is_invited_as_nothing_else(people: People, client_of: Callable[..., Client]) -> None:
    client_of("administrator").post("/people/invite/", {"name": "Nadia", "roles": ["auditor", "analyst"]})
    assert not Link.objects.exists()


def test_a_renewed_sign_in_has_a_new_password_and_no_second_factor(
    people: People, client_of: Callable[..., Client]
) -> None:
    page = client_of("administrator").post(f"/people/{people.analyst.pk}/renew/")
    Client().post(link_on(page.content.decode()), {"password": NEW, "again": NEW})
    account = Account.objects.get(pk=people.analyst.pk)
    assert account.check_password(NEW)
    assert not Authenticator.objects.filter(user=account).exists()
    assert account.roles == {"analyst"}


def test_whoever_makes_a_renewal_cannot_act_as_the_other_without_a_second_administrator(
    people: People, client_of: Callable[..., Client]
) -> None:
    second = people.make("second", "administrator")
    page = client_of("administrator").post(f"/people/{people.analyst.pk}/renew/")
    Client().post(link_on(page.content.decode()), {"password": NEW, "again": NEW})
    assert Account.objects.get(pk=people.analyst.pk).roles == frozenset()
    waiting = people.analyst.appointments.get(ended=None)
    client_of("administrator").post(f"/people/appointments/{waiting.pk}/confirm/")
    assert Account.objects.get(pk=people.analyst.pk).roles == frozenset()
    client_of(second).post(f"/people/appointments/{waiting.pk}/confirm/")
    assert Account.objects.get(pk=people.analyst.pk).roles == {"analyst"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"again": "not the same at all"},
        {"password": "short", "again": "short"},
        {"username": "аdmin"},  # a Cyrillic letter
        {"username": "ANALYST"},
        {"username": "analyst"},
        {"username": ""},
        {"name": ""},
        {"password": "nadia example", "again": "nadia example"},
    ],
)
def test_what_does_not_do_is_said_and_the_link_still_holds(
    people: People, client_of: Callable[..., Client], wrong: dict[str, str]
) -> None:
    path = link_on(client_of("administrator").post("/people/invite/", {"name": "Nadia"}).content.decode())
    answer = Client().post(path, {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert 'class="error' in answer.content.decode()
    assert Client().post(path, GIVEN).status_code == 302


def test_the_password_is_never_shown_again(people: People, client_of: Callable[..., Client]) -> None:
    path = link_on(client_of("administrator").post("/people/invite/", {"name": "Nadia"}).content.decode())
    assert PASSWORD not in Client().post(path, {**GIVEN, "password": PASSWORD}).content.decode()
