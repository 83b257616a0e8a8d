"""Everybody works for a purpose, and says which."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dragoman.node.journal.models import Event
from dragoman.node.people import purposes
from dragoman.node.people.models import Purpose
from dragoman.node.people.principals import PURPOSE

pytestmark = pytest.mark.django_db


def test_a_new_node_knows_its_first_purposes_each_with_a_lawful_basis() -> None:
    wanted = {"training", "sanctions-compliance", "aml-cft", "border-control", "counter-terrorism", "aid-due-diligence"}
    assert wanted <= set(Purpose.objects.values_list("code", flat=True))
    assert not Purpose.objects.filter(lawful_basis="").exists()


def test_what_an_administrator_changed_stays_changed() -> None:
    Purpose.objects.filter(code="aml-cft").update(title="Ours", active=False)
    Purpose.objects.filter(code="redress").delete()
    purposes.put_in()
    assert Purpose.objects.get(code="aml-cft").title == "Ours"
    assert Purpose.objects.filter(code="redress").exists()


def test_the_chosen_purpose_is_kept_and_journalled(client_of: Callable[..., Client]) -> None:
    client = client_of("analyst", None)
    answer = client.post("/people/purpose/", {"purpose": "aml-cft", "next": "/people/purpose/?x=1"})
    assert answer.headers["Location"] == "/people/purpose/?x=1"
    assert client.session[PURPOSE] == "aml-cft"
    assert Event.objects.get(act="people.purpose.chosen").result == "aml-cft"


def test_a_purpose_that_is_closed_or_unknown_cannot_be_chosen(client_of: Callable[..., Client]) -> None:
    Purpose.objects.filter(code="aml-cft").update(active=False)
    client = client_of("analyst", None)
    for code in ("aml-cft", "curiosity", ""):
        assert client.post("/people/purpose/", {"purpose": code}).status_code == 422
    assert PURPOSE not in client.session


@pytest.mark.parametrize("target", ["https://else.example/", "//else.example", "javascript:alert(1)", "\\\\e.example"])
def test_next_leads_to_no_other_site(client_of: Callable[..., Client], target: str) -> None:
    answer = client_of("analyst").post("/people/purpose/", {"purpose": "training", "next": target})
    assert answer.headers["Location"] == "/"
