"""Roles are given by appointment, with a second administrator where there is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.journal.models import Event
from dragoman.node.people import roles
from dragoman.node.people.models import Account, Appointment
from tests.node.conftest import People

pytestmark = pytest.mark.django_db


def acting(account: Account) -> Principal:
    """Return a principal as the middleware would."""
    fresh = Account.objects.get(pk=account.pk)
    return Principal(fresh, None, fresh.roles)


def held(account: Account) -> frozenset[str]:
    """Return the roles in force, read afresh."""
    return Account.objects.get(pk=account.pk).roles


def test_the_only_administrator_gives_a_role_at_once(people: People) -> None:
    newcomer = people.make("newcomer")
    roles.appoint(acting(people.administrator), newcomer, "analyst")
    assert held(newcomer) == {"analyst"}


def test_with_two_administrators_a_role_takes_both(people: People) -> None:
    second, newcomer = people.make("second", "administrator"), people.make("newcomer")
    made = roles.appoint(acting(people.administrator), newcomer, "analyst")
    assert held(newcomer) == frozenset()
    with pytest.raises(ActRefused, match="second administrator"):
        roles.confirm(acting(people.administrator), made)
    roles.confirm(acting(second), made)
    assert held(newcomer) == {"analyst"}
    acts = Event.objects.filter(object=f"account:{newcomer.pk}").order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["people.role.proposed", "people.role.given"]


def test_an_administrator_confirms_no_role_of_their_own(people: People) -> None:
    second = people.make("second", "administrator")
    made = roles.appoint(acting(people.administrator), second, "analyst")
    with pytest.raises(ActRefused):
        roles.confirm(acting(second), made)
    assert held(second) == {"administrator"}


def test_an_administrator_does_not_come_to_personal_data_alone_where_there_is_another(people: People) -> None:
    people.make("second", "administrator")
    roles.appoint(acting(people.administrator), people.administrator, "analyst")
    assert held(people.administrator) == {"administrator"}


def test_what_the_only_administrator_gives_themselves_is_marked(people: People) -> None:
    roles.appoint(acting(people.administrator), people.administrator, "analyst")
    assert Event.objects.get(act="people.role.given").result == "alone"


@pytest.mark.parametrize(
    ("has", "gets"), [("auditor", "analyst"), ("analyst", "auditor"), ("administrator", "auditor")]
)
def test_an_auditor_has_no_other_role(people: People, has: str, gets: str) -> None:
    account = people.make("somebody", has)
    with pytest.raises(ActRefused, match="no other role"):
        roles.appoint(acting(people.administrator), account, gets)


def test_nobody_gets_a_role_twice_or_one_that_does_not_exist(people: People) -> None:
    for role in ("analyst", "emperor"):
        with pytest.raises(ActRefused):
            roles.appoint(acting(people.administrator), people.analyst, role)


def test_the_last_administrator_stays(people: People) -> None:
    appointment = Appointment.objects.get(account=people.administrator)
    with pytest.raises(ActRefused, match="one administrator"):
        roles.end(acting(people.administrator), appointment)
    with pytest.raises(ActRefused, match="one administrator"):
        roles.set_active(acting(people.administrator), people.administrator, active=False)


def test_a_closed_administrator_does_not_count(people: People) -> None:
    second = people.make("second", "administrator")
    roles.set_active(acting(people.administrator), second, active=False)
    with pytest.raises(ActRefused):
        roles.end(acting(people.administrator), Appointment.objects.get(account=people.administrator))


def test_an_ended_role_opens_nothing_at_once_and_stays_on_record(
    people: People, client_of: Callable[..., Client]
) -> None:
    second = people.make("second", "administrator")
    client = client_of(second)
    assert client.get("/people/").status_code == 200
    appointment = Appointment.objects.get(account=second)
    roles.end(acting(people.administrator), appointment)
    assert client.get("/people/").status_code == 403
    appointment.refresh_from_db()
    assert appointment.ended is not None
    assert appointment.ended_by == people.administrator


def test_a_role_can_be_given_again_after_it_ended(people: People) -> None:
    by = acting(people.administrator)
    roles.end(by, Appointment.objects.get(account=people.analyst))
    roles.appoint(by, people.analyst, "analyst")
    assert held(people.analyst) == {"analyst"}
