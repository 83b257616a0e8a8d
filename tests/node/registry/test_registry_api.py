"""The registry over the API shows and takes what its pages do, and hides the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dragoman.node.journal.models import Event
from dragoman.node.people.models import Team
from dragoman.node.registry.models import Judgement, Record, Source

pytestmark = pytest.mark.django_db

KEY = ["lists", "records", "judge"]


@pytest.fixture
def asked(exercise_lists: Path, api_key: Any) -> Any:
    return api_key("analyst", KEY).client


def test_lists_and_their_versions_are_told(asked: Client) -> None:
    found = {each["name"]: each for each in asked.get("/api/lists").json()}
    assert set(found) == set(Source.objects.values_list("name", flat=True))
    (version,) = asked.get("/api/lists/un-sc/versions").json()
    assert version["state"] == "in_use"
    assert version["version"] == found["un-sc"]["version"]
    assert asked.get("/api/lists/nowhere/versions").status_code == 404


def test_a_record_is_told_statement_by_statement_and_the_look_is_journalled(asked: Client) -> None:
    kept = Record.objects.filter(schema="Person").order_by("pk").first()
    found = asked.get(f"/api/lists/records/{kept.pk}").json()
    assert found["schema"] == "Person"
    assert {(each["prop"], each["value"]) for each in found["statements"]} == set(
        kept.statements.values_list("prop", "value")
    )
    assert Event.objects.filter(act="registry.record.viewed", object=f"record:{kept.pk}").exists()


def test_a_judgement_joins_two_records_until_it_is_withdrawn(asked: Client) -> None:
    left, right = Record.objects.filter(is_party=True).order_by("pk")[:2]
    given = {"left": left.pk, "right": right.pk, "verdict": "same", "reason": "one passport"}
    made = asked.post("/api/lists/judgements", given, content_type="application/json")
    assert made.status_code == 201, made.content
    found = asked.get(f"/api/lists/subjects/{right.pk}").json()
    assert [each["id"] for each in found["records"]] == [left.pk, right.pk]
    assert [each["reason"] for each in found["judgements"]] == ["one passport"]
    number = made.json()["id"]
    assert asked.post(f"/api/lists/judgements/{number}/withdraw").json()["withdrawn_at"]
    assert asked.post(f"/api/lists/judgements/{number}/withdraw").status_code >= 400
    assert len(asked.get(f"/api/lists/subjects/{right.pk}").json()["records"]) == 1


def test_what_is_limited_to_other_teams_is_not_told(asked: Client) -> None:
    kept = Record.objects.filter(source__name="un-sc", is_party=True).first()
    other = Record.objects.filter(source__name="partners", is_party=True).first()
    Source.objects.get(name="un-sc").teams.add(Team.objects.create(name="Others"))
    assert "un-sc" not in {each["name"] for each in asked.get("/api/lists").json()}
    for url in (f"records/{kept.pk}", f"subjects/{kept.pk}", "un-sc/versions"):
        assert asked.get(f"/api/lists/{url}").status_code == 404, url
    given = {"left": other.pk, "right": kept.pk, "verdict": "same", "reason": "x"}
    assert asked.post("/api/lists/judgements", given, content_type="application/json").status_code == 404
    assert not Judgement.objects.exists()
