"""Interests meet without being told: keys under two secrets, and names only where both agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from dragoman.errors import DragomanError, MessageRefused, QuotaReached
from dragoman.exchange.keys_of import MatchKey
from dragoman.exchange.requests_deconfliction import Interest as Told
from dragoman.node.journal.models import Event
from dragoman.node.partners import deconflict_tokens as tokens
from dragoman.node.partners import deconflicting
from dragoman.node.partners.models import Agreement, Interest, InterestAt, Partner, TheirInterest
from dragoman.node.people.models import Team
from tests.node.conftest import People
from tests.node.partners.asking import border, letter, liaison, sent

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db
THEIR_SECRET = 123456789
PERSON = {"name": "Anwar Belhadi Tazmart", "birthDate": "1971-03-04", "schema": "Person"}


def register(client: Client, **changes: Any) -> Any:
    form = {"agreement": Agreement.objects.get().pk, "purpose": "border-control", "days": "90"}
    return client.post("/partners/interests", PERSON | form | changes, follow=True)


def answer(border: Partner) -> None:
    """Send back this node's newest interest under the partner's secret, too."""
    body = next(each for each in reversed(sent("interest")) if "interests" in each)
    points = tokens.again(THEIR_SECRET, [each["token"] for each in body["interests"]])
    deconflicting.take(letter("interest", {"ref": body["ref"], "again": points}), border)


def theirs(border: Partner, name: str = PERSON["name"], *, ref: str = "a" * 32, named: bool = False) -> None:
    """Take in an interest of the partner."""
    from dragoman.node.partners.requests_subject import record_of

    keys = tokens.keys(
        record_of({"schema": "Person", "properties": {"name": [name], "birthDate": [PERSON["birthDate"]]}})
    )
    take(border, keys, ref=ref, named=named)


def take(border: Partner, keys: list[MatchKey], *, ref: str = "a" * 32, named: bool = False, **changes: Any) -> None:
    from dragoman.node.partners.identity import node_id

    now = datetime.now(UTC)
    open_to = frozenset({node_id()}) if named else frozenset[str]()
    told = [
        Told("border.example", point, now - timedelta(seconds=1), now + timedelta(days=9), open_to, "Desk B").to_json()
        for point in tokens.once(THEIR_SECRET, keys)
    ]
    body = {"ref": ref, "purpose": "border-control", "interests": told} | changes
    deconflicting.take(letter("interest", body), border)


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_each_is_told_that_there_is_an_interest_and_not_whose(liaison: Client, border: Partner, first: str) -> None:
    if first == "theirs":
        theirs(border)
    register(liaison)
    answer(border)
    if first == "ours":
        assert "Nobody else so far" in liaison.get("/partners/interests").content.decode()
        theirs(border)
    page = liaison.get("/partners/interests").content.decode()
    assert "Another agency has an interest" in page
    assert "Desk B" not in page
    assert [each.result for each in Event.objects.filter(act="partners.interest.met")] == ["unnamed"]


def test_both_secrets_make_the_token_and_no_name_travels(liaison: Client, border: Partner) -> None:
    register(liaison)
    answer(border)
    theirs(border)
    assert set(InterestAt.objects.get().tokens) & set(TheirInterest.objects.values_list("token", flat=True))
    assert "Tazmart" not in str(sent("interest"))
    assert "1971" not in str(sent("interest")[0]["interests"][0]["token"])


@pytest.mark.parametrize(("ours", "their", "named"), [("yes", True, True), ("yes", False, False), ("", True, False)])
def test_whose_it_is_is_told_only_where_both_agreed(
    liaison: Client, border: Partner, ours: str, their: bool, named: bool
) -> None:
    register(liaison, named=ours, contact="Desk A")
    answer(border)
    theirs(border, named=their)
    row = InterestAt.objects.get()
    assert (row.met is not None, row.named, row.contact) == (True, named, "Desk B" if named else "")
    assert ("Desk A" in str(sent("interest"))) == bool(ours)


def test_another_person_does_not_meet(liaison: Client, border: Partner) -> None:
    register(liaison)
    answer(border)
    theirs(border, "Oleksandra Virnychenko")
    assert InterestAt.objects.get().met is None


def test_what_was_withdrawn_meets_nobody(liaison: Client, border: Partner) -> None:
    register(liaison)
    answer(border)
    liaison.post(f"/partners/interests/{Interest.objects.get().pk}/withdraw")
    assert sent("interest")[-1]["withdrawn"] is True
    theirs(border)
    assert InterestAt.objects.get().met is None
    register(liaison)
    deconflicting.take(letter("interest", {"ref": "a" * 32, "withdrawn": True}), border)
    answer(border)
    assert not InterestAt.objects.exclude(met=None).exists()


def test_the_quota_bounds_what_can_be_tried_and_withdrawing_gives_nothing_back(border: Partner) -> None:
    keys = [MatchKey("document", f"ng:A{number:08}") for number in range(10)]
    take(border, keys)
    deconflicting.take(letter("interest", {"ref": "a" * 32, "withdrawn": True}), border)
    with pytest.raises(QuotaReached):
        take(border, keys, ref="b" * 32)
    assert TheirInterest.objects.count() == 10
    assert len(sent("interest")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"agreement": ""},
        {"days": "0"},
        {"days": "999"},
        {"birthDate": "1971"},
        {"named": "yes"},
        {"purpose": "aml-cft"},
    ],
)
def test_what_cannot_be_compared_or_is_not_agreed_is_refused(
    liaison: Client, border: Partner, changes: dict[str, str]
) -> None:
    assert "notice bad" in register(liaison, **changes).content.decode()
    assert not Interest.objects.exists()
    assert not sent("interest")


@pytest.mark.parametrize("body", [None, {}, {"ref": "a" * 32}, {"ref": "a" * 32, "interests": []}])
def test_what_is_no_interest_is_refused(border: Partner, body: Any) -> None:
    with pytest.raises(DragomanError):
        deconflicting.take(letter("interest", body), border)


def test_points_that_are_none_and_answers_to_others_are_refused(liaison: Client, border: Partner) -> None:
    now = datetime.now(UTC)
    for point in ("", "AAAA", "A" * 44):
        told = Told("border.example", point, now, now + timedelta(days=1)).to_json()
        body = {"ref": "c" * 32, "purpose": "border-control", "interests": [told]}
        with pytest.raises(MessageRefused):
            deconflicting.take(letter("interest", body), border)
    register(liaison)
    ref = InterestAt.objects.get().ref
    for body in ({"ref": ref, "again": []}, {"ref": "f" * 32, "again": []}, {"ref": ref, "again": "x"}):
        with pytest.raises(MessageRefused):
            deconflicting.take(letter("interest", body), border)


def test_an_interest_of_somebody_else_is_not_shown(
    liaison: Client, border: Partner, client_of: Callable[..., Client], people: People
) -> None:
    register(liaison)
    people.make("outsider", "analyst", teams=[Team.objects.create(name="Another desk")])
    outsider = client_of(people.outsider)
    assert "Tazmart" not in outsider.get("/partners/interests").content.decode()
    assert outsider.post(f"/partners/interests/{Interest.objects.get().pk}/withdraw").status_code == 404
    assert "Tazmart" in client_of("supervisor").get("/partners/interests").content.decode()


def test_what_is_long_over_is_forgotten(border: Partner) -> None:
    take(border, [MatchKey("document", "ng:A01234567")])
    assert deconflicting.forget_all() == 0
    TheirInterest.objects.update(ends=datetime.now(UTC) - timedelta(days=31))
    assert deconflicting.forget_all() == 1
