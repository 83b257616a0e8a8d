"""Fixtures of the partners' desk: a bank that gives a list to this node, a border service that reads from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dragoman.exchange.stix.ids import Thing
from dragoman.node.partners import polling
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import SharedObject
from tests.node.conftest import People
from tests.node.partners.parties import BANK, BORDER, PURPOSE, Side, given_by_bank, listed, meet


@pytest.fixture
def bank(people: People) -> Side:
    return meet(BANK, people.liaison, BANK, node_id())


@pytest.fixture
def border(people: People) -> Side:
    return meet(BORDER, people.liaison, node_id(), BORDER)


@pytest.fixture
def liaison(client_of: Callable[..., Client]) -> Client:
    return client_of("liaison")


@pytest.fixture
def passed(bank: Side, border: Side, liaison: Client) -> list[Thing]:
    """Two objects of the bank in a list that the border service may read."""
    things = given_by_bank(bank, listed(1), listed(2))
    polling.renew(bank.partner)
    answer = liaison.post(
        f"/partners/agreements/{border.agreement.pk}/share",
        {"source": "from-bank-example", "tlp": "AMBER", "purpose": PURPOSE},
        follow=True,
    )
    assert "is given" in answer.content.decode()
    assert SharedObject.objects.filter(stix_id__in=[each["id"] for each in things]).count() == 2
    return things
