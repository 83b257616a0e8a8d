"""What the pages of lists, records and subjects show, and to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from dragoman.node.journal.models import Event
from dragoman.node.people.models import Team
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.models import Judgement, Record, Source
from dragoman.node.registry.relations import links

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(exercise_lists: Path, client_of: Callable[..., Client]) -> Client:
    return client_of("analyst")


def person() -> Record:
    return Record.objects.filter(schema="Person", is_party=True, source__name="un-sc").order_by("pk").first()


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def test_the_lists_are_shown_with_their_versions_and_counts(analyst: Client) -> None:
    page = text(analyst, "/lists/")
    for source in Source.objects.all():
        assert source.title in page


def test_a_list_is_searched_by_name_and_shown_page_by_page(analyst: Client) -> None:
    found = person()
    assert found.caption in text(analyst, f"/lists/un-sc/?q={found.caption}")
    assert "Ingeborg" not in text(analyst, "/lists/un-sc/?q=xqzt")
    assert text(analyst, "/lists/un-sc/").count("<tr>") > 5


def test_a_version_shows_its_account(analyst: Client) -> None:
    version = Source.objects.get(name="un-sc").versions.get()
    page = text(analyst, f"/lists/un-sc/versions/{version.version}")
    assert "Every row could be read" in page
    assert analyst.get("/lists/un-sc/versions/1999-01-01").status_code == 404


def test_a_record_shows_each_value_with_who_states_it(analyst: Client) -> None:
    found = person()
    page = text(analyst, f"/lists/records/{found.pk}")
    for statement in found.statements.filter(prop="name"):
        assert f"<bdi>{statement.value}</bdi>" in page
    assert analyst.get(f"/lists/records/un-sc/{found.record_id}").url == f"/lists/records/{found.pk}"
    assert Event.objects.filter(act="registry.record.viewed", object=f"record:{found.pk}").exists()


def test_records_are_judged_and_a_judgement_is_withdrawn(analyst: Client) -> None:
    left, right = Record.objects.filter(is_party=True, schema="Person").order_by("pk")[:2]
    analyst.post(f"/lists/subjects/{left.pk}/judge", {"other": right.pk, "verdict": "same", "reason": "one passport"})
    page = text(analyst, f"/lists/subjects/{right.pk}")
    assert "one passport" in page
    assert left.caption in page
    graph = analyst.get(f"/lists/subjects/{left.pk}/graph?subject").json()
    assert {"from": str(left.pk), "to": str(right.pk), "label": "same", "kind": "judged"} in graph["edges"]
    made = Judgement.objects.get()
    analyst.post(f"/lists/judgements/{made.pk}/withdraw")
    assert Judgement.objects.get().withdrawn_at is not None
    assert "one passport" not in text(analyst, f"/lists/subjects/{right.pk}")


def test_every_schema_that_is_a_link_can_be_read() -> None:
    from followthemoney import model

    edges = {schema.name for schema in model if schema.edge and not schema.abstract and schema.edge_source}
    assert edges - {"Interest", "Interval"} <= set(links()), "a link without words would not be shown"


def test_links_are_told_in_words(analyst: Client, tmp_path: Path) -> None:
    stated = [
        {"id": "a", "schema": "Person", "properties": {"name": ["Ingvild Torvanger"]}},
        {"id": "b", "schema": "Person", "properties": {"name": ["Osric Vennemoor"]}},
        {"id": "c", "schema": "Company", "properties": {"name": ["Vennemoor Shipping"]}},
        {"id": "l", "schema": "Associate", "properties": {"person": ["a"], "associate": ["b"]}},
        {"id": "o", "schema": "Ownership", "properties": {"owner": ["b"], "asset": ["c"], "percentage": ["55"]}},
    ]
    file = tmp_path / "links.ftm.json"
    file.write_text("".join(json.dumps(each) + "\n" for each in stated), encoding="utf-8")
    import_list("links", file)
    osric = Record.objects.get(record_id="b", source__name="links")
    page = text(analyst, f"/lists/subjects/{osric.pk}")
    assert "associated with" in page
    assert "<bdi>(55 %)</bdi>" in page
    graph = analyst.get(f"/lists/subjects/{osric.pk}/graph").json()
    assert {each["label"] for each in graph["edges"]} == {"associated with", "owns (55 %)"}
    assert {each["label"] for each in graph["nodes"]} == {"Ingvild Torvanger", "Osric Vennemoor", "Vennemoor Shipping"}


def test_what_is_limited_to_other_teams_is_nowhere(analyst: Client) -> None:
    found = person()
    Source.objects.get(name="un-sc").teams.add(Team.objects.create(name="Others"))
    assert "un-sc" not in text(analyst, "/lists/")
    for url in (
        "/lists/un-sc/",
        f"/lists/un-sc/versions/{found.last_seen}",
        f"/lists/records/{found.pk}",
        f"/lists/records/un-sc/{found.record_id}",
        f"/lists/subjects/{found.pk}",
        f"/lists/subjects/{found.pk}/graph",
    ):
        assert analyst.get(url).status_code == 404, url
    assert f"records/{found.pk}" not in text(analyst, f"/lists/subjects?q={found.caption}")
    other = Record.objects.filter(source__name="partners", is_party=True).first()
    judged = analyst.post(f"/lists/subjects/{other.pk}/judge", {"other": found.pk, "verdict": "same", "reason": "x"})
    assert judged.status_code == 404


def test_a_supervisor_limits_a_list_to_teams(exercise_lists: Path, client_of: Callable[..., Client]) -> None:
    team = Team.objects.create(name="Harbour desk")
    supervisor = client_of("supervisor")
    supervisor.post("/lists/un-sc/teams", {"team": team.pk})
    assert list(Source.objects.get(name="un-sc").teams.all()) == [team]
    assert supervisor.get("/lists/un-sc/").status_code == 404, "not of the team, so it is gone for them too"
