"""The lists, the records and the state of the node, as yente shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dragoman.errors import UnknownList
from dragoman.node.desk import screening
from dragoman.node.journal.models import Event
from dragoman.node.registry.models import ListVersion
from dragoman.screening import Screener
from tests.node.desk.conftest import keep, party


def test_the_catalogue_names_the_lists_that_one_may_see_with_their_rejects(caller: Client) -> None:
    answer = caller.get("/catalog").json()
    assert [each["name"] for each in answer["datasets"]] == ["harbour"]
    assert answer["datasets"][0]["rejects"] == 1
    assert (answer["current"], answer["outdated"], answer["index_stale"]) == (["harbour"], [], False)


def test_a_version_that_the_index_does_not_have_yet_is_called_outdated(caller: Client) -> None:
    ListVersion.objects.filter(source__name="harbour").update(version="2026-02-02")
    answer = caller.get("/catalog").json()
    assert (answer["outdated"], answer["index_stale"]) == (["harbour"], True)


def test_algorithms_explain_every_feature(client: Client) -> None:
    answer = client.get("/algorithms").json()
    assert answer["best"] == answer["default"] == "dragoman"
    assert {"name", "birth_date", "identifier"} <= set(answer["algorithms"][0]["docs"])


@pytest.mark.django_db
def test_liveness_needs_nothing_and_readiness_an_index(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}

    def missing() -> Screener:
        raise UnknownList("no list is kept", remedy="add one")

    monkeypatch.setattr(screening, "screener", missing)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer.json()["remedy"] == "add one"


def test_ready_when_lists_are_there(harbour: Screener, client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_a_record_comes_with_what_describes_it(caller: Client) -> None:
    answer = caller.get("/entities/H-1").json()
    assert answer["caption"] == "Anwar Belhadi Tazmart"
    assert answer["properties"]["birthDate"] == ["1971-03-04"]
    assert answer["properties"]["sanctions"][0]["properties"]["authority"] == ["Harbour Office"]
    assert Event.objects.filter(act="registry.record.viewed").count() == 1


def test_a_record_alone_has_ids_in_place_of_others(caller: Client) -> None:
    answer = caller.get("/entities/H-1-sanction", {"nested": "false"}).json()
    assert answer["properties"]["entity"] == ["H-1"]
    nested = caller.get("/entities/H-1-sanction").json()
    assert nested["properties"]["entity"][0]["id"] == "H-1"


def test_what_is_linked_comes_in_pages(caller: Client) -> None:
    answer = caller.get("/entities/H-1/adjacent").json()
    assert answer["entity"]["id"] == "H-1"
    assert answer["adjacent"]["sanctions"]["total"]["value"] == 1
    page = caller.get("/entities/H-1/adjacent/sanctions", {"limit": 1, "offset": 1}).json()
    assert (page["results"], page["total"]["value"]) == ([], 1)
    assert caller.get("/entities/H-1/adjacent/sanction").status_code == 400


@pytest.mark.parametrize("entity_id", ["C-1", "closed:C-1", "H-99", "no:such:id"])
def test_a_record_that_is_not_there_or_not_to_be_seen_is_not_found(caller: Client, entity_id: str) -> None:
    answer = caller.get(f"/entities/{entity_id}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_an_id_that_several_lists_have_asks_which(caller: Client) -> None:
    keep(party("port", "H-1", name="Somebody Else"))
    answer = caller.get("/entities/H-1")
    assert answer.status_code == 400
    assert answer.json()["remedy"] == "ask for harbour:H-1 or port:H-1"
    assert caller.get("/entities/port:H-1").json()["caption"] == "Somebody Else"


def test_each_call_needs_its_scope(harbour: Screener, api_key: Callable[..., Any]) -> None:
    client = api_key("analyst", scopes=["lists"]).client
    assert client.get("/catalog").status_code == 200
    assert client.get("/entities/H-1").status_code == 403
    assert client.get("/search/default", {"q": "Tazmart"}).status_code == 403
    assert client.get("/metrics").status_code == 403


def test_dates_keep_to_what_followthemoney_knows(caller: Client) -> None:
    keep(party("harbour", "H-9", name="Nobody Real", birthDate=["1955/1960", "1957~"]))
    assert caller.get("/entities/H-9").json()["properties"]["birthDate"] == ["1955", "1960", "1957"]


def test_nul_is_refused_on_every_database(caller: Client) -> None:
    for path in ("/entities/%00", "/search/default?q=a%00b"):
        answer = caller.get(path)
        assert answer.status_code == 400
        assert answer.json()["remedy"]
