"""The pages for administrators: accounts, teams, settings; and that each page of the people's desk can be shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dragoman.node.journal.models import Event
from dragoman.node.people import node_settings
from dragoman.node.people.models import Account, NodeSettings, Purpose, Team
from tests.node.conftest import Issued, People

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_every_page_can_be_shown(
    role: str, people: People, client_of: Callable[..., Client], api_key: Callable[..., Issued]
) -> None:
    api_key("analyst", ["screen"])
    people.make("second", "administrator")
    people.analyst.teams.add(Team.objects.create(name="Harbour"))
    client = client_of(role)
    paths = ["/people/", f"/people/{people.analyst.pk}/", "/people/keys/", "/people/settings/", "/people/me/"]
    for path in [*paths, "/people/purpose/", "/accounts/2fa/", "/accounts/2fa/webauthn/"]:
        assert client.get(path).status_code == 200, path


def test_an_auditor_is_offered_nothing_that_changes(people: People, client_of: Callable[..., Client]) -> None:
    client = client_of("auditor")
    for path in ("/people/", f"/people/{people.analyst.pk}/"):
        page = client.get(path).content.decode()
        assert page.count("<form") == 1, path  # signing out


def test_an_administrator_gives_ends_and_closes(people: People, client_of: Callable[..., Client]) -> None:
    client, newcomer = client_of("administrator"), people.make("newcomer")
    client.post(f"/people/{newcomer.pk}/appoint/", {"role": "analyst"})
    assert Account.objects.get(pk=newcomer.pk).roles == {"analyst"}
    client.post(f"/people/appointments/{newcomer.appointments.get().pk}/end/")
    assert Account.objects.get(pk=newcomer.pk).roles == frozenset()
    client.post(f"/people/{newcomer.pk}/activity/")
    assert not Account.objects.get(pk=newcomer.pk).is_active
    client.post(f"/people/{newcomer.pk}/activity/", {"active": "yes"})
    assert Account.objects.get(pk=newcomer.pk).is_active


def test_what_a_rule_forbids_is_said_on_the_page(people: People, client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    own = people.administrator.appointments.get()
    page = client.post(f"/people/appointments/{own.pk}/end/", follow=True).content.decode()
    assert "A node keeps one administrator. Make somebody else an administrator first." in page


def test_teams_are_set_and_only_those_that_exist(people: People, client_of: Callable[..., Client]) -> None:
    team = Team.objects.create(name="Harbour")
    client_of("administrator").post(f"/people/{people.analyst.pk}/teams/", {"teams": [team.pk, "999", "x"]})
    assert list(people.analyst.teams.all()) == [team]
    assert Event.objects.get(act="people.teams.set").object == f"account:{people.analyst.pk}"


def test_the_node_gets_a_name_that_every_page_shows(client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    client.post("/people/settings/", {"name": "Harbour Office", "second_factor": "yes"})
    assert "Harbour Office" in client.get("/people/").content.decode()
    assert NodeSettings.objects.get().second_factor
    assert node_settings.node_name() == "Harbour Office"


def test_a_purpose_is_added_changed_and_closed(client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    client.post("/people/settings/purpose/", {"title": "Visa checks", "lawful_basis": "Our law.", "active": "yes"})
    assert Purpose.objects.get(code="visa-checks").active
    given = {"code": "visa-checks", "title": "Visas", "lawful_basis": "Our law."}
    client.post("/people/settings/purpose/", given)
    changed = Purpose.objects.get(code="visa-checks")
    assert (changed.title, changed.active) == ("Visas", False)


@pytest.mark.parametrize("wrong", [{"title": ""}, {"lawful_basis": ""}, {"code": "../x"}, {"title": "!!!"}])
def test_a_purpose_has_title_code_and_basis(client_of: Callable[..., Client], wrong: dict[str, str]) -> None:
    before = Purpose.objects.count()
    given = {"title": "Visa checks", "lawful_basis": "Our law.", **wrong}
    client_of("administrator").post("/people/settings/purpose/", given)
    assert Purpose.objects.count() == before


def test_a_team_has_a_name_of_its_own(client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    client.post("/people/settings/team/", {"name": "Harbour"})
    client.post("/people/settings/team/", {"name": "harbour"})
    client.post("/people/settings/team/", {"name": " "})
    team = Team.objects.get()
    client.post("/people/settings/team/", {"team": team.pk, "name": "Port"})
    assert Team.objects.get().name == "Port"


def test_no_secret_is_on_the_page_of_settings(client_of: Callable[..., Client], settings: object) -> None:
    page = client_of("administrator").get("/people/settings/").content.decode()
    assert settings.SECRET_KEY not in page  # type: ignore[attr-defined]


def test_names_are_shown_as_text_whatever_they_hold(people: People, client_of: Callable[..., Client]) -> None:
    Account.objects.filter(pk=people.analyst.pk).update(first_name="<script>alert(1)</script>")
    page = client_of("administrator").get("/people/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_identity_of_others_is_not_told_by_signing_in(people: People) -> None:
    answers = [
        Client().post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode().count("notice bad")
        for name in ("analyst", "nobody-here")
    ]
    assert answers == [1, 1]
