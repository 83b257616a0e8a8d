"""``/match`` and ``/search`` take and answer what yente's do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dragoman.node.desk.models import Hit, Screening
from dragoman.node.journal.models import Event
from dragoman.screening import Screener

Match = Callable[..., Any]
TAZMART = {"name": ["Anwar Belhadi Tazmart"], "birthDate": ["1971-03-04"]}


def test_a_listed_party_is_found_with_score_and_explanations(match: Match) -> None:
    status, answer = match(TAZMART)
    assert status == 200
    [first] = [found for found in answer["responses"]["q"]["results"] if found["id"] == "H-1"]
    assert first["match"] is True
    assert first["score"] > 0.9
    assert first["caption"] == "Anwar Belhadi Tazmart"
    assert first["datasets"] == ["harbour"]
    assert first["properties"]["nationality"] == ["ma"]
    assert first["features"]["name"] == first["explanations"]["name"]["score"]
    assert first["explanations"]["name"]["detail"].endswith(".")
    assert answer["responses"]["q"]["status"] == 200
    assert answer["limit"] == 5


def test_arabic_writing_is_found_by_latin_and_the_other_way_round(match: Match) -> None:
    _, answer = match({"name": ["أنور بلهادي تزمارت"]})
    assert "H-1" in [found["id"] for found in answer["responses"]["q"]["results"]]


def test_a_query_comes_back_as_it_was_understood_with_what_was_not(match: Match) -> None:
    _, answer = match({"name": "Anwar Tazmart", "birthDate": ["some spring"], "nationality": ["Morocco"]})
    query = answer["responses"]["q"]["query"]
    assert query["properties"] == {"name": ["Anwar Tazmart"], "nationality": ["ma"]}
    assert [(each["prop"], each["value"]) for each in answer["responses"]["q"]["unread"]] == [
        ("birthDate", "some spring")
    ]


def test_numbers_and_missing_values_are_taken_as_yente_takes_them(match: Match) -> None:
    status, answer = match({"name": ["Anwar Belhadi Tazmart", None], "birthDate": 1971})
    assert status == 200
    assert answer["responses"]["q"]["query"]["properties"]["birthDate"] == ["1971"]


def test_a_list_that_one_may_not_see_is_not_searched(match: Match) -> None:
    _, answer = match(TAZMART)
    assert {name for found in answer["responses"]["q"]["results"] for name in found["datasets"]} == {"harbour"}
    status, answer = match(TAZMART, dataset="closed")
    assert (status, "closed" in answer["remedy"]) == (404, False)


@pytest.mark.parametrize(
    "asked",
    [
        {"algorithm": "logic-v1"},
        {"threshold": 0.3},
        {"cutoff": 0.2},
        {"topics": "sanction"},
        {"changed_since": "2026-01-01"},
        {"exclude_schema": "Persn"},
        {"exclude_dataset": "harbour"},
        {"store": "true", "exclude_entity_ids": "H-1"},
    ],
)
def test_what_is_not_supported_is_refused_with_a_remedy(match: Match, asked: dict[str, Any]) -> None:
    status, answer = match(TAZMART, **asked)
    assert status == 400
    assert answer["detail"]
    assert answer["remedy"]


def test_weights_are_refused(caller: Client) -> None:
    body = {"queries": {"q": {"schema": "Person", "properties": TAZMART}}, "weights": {"name": 0.2}}
    answer = caller.post("/match/default", json.dumps(body), content_type="application/json")
    assert (answer.status_code, "calibrated" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize("name", ["best", "default", "dragoman"])
def test_the_one_algorithm_has_the_names_that_clients_send(match: Match, name: str) -> None:
    assert match(TAZMART, algorithm=name)[0] == 200


def test_excluded_records_and_kinds_are_left_out_and_others_take_their_place(match: Match) -> None:
    _, answer = match(TAZMART, exclude_entity_ids="H-1", limit=1)
    assert "H-1" not in [found["id"] for found in answer["responses"]["q"]["results"]]
    _, answer = match({"name": ["Tazmart Shipping and Trade"]}, schema="Organization", exclude_schema="Organization")
    assert answer["responses"]["q"]["results"] == []


def test_a_query_without_a_name_or_number_is_refused(match: Match) -> None:
    status, answer = match({"birthDate": ["1971"]})
    assert (status, answer["place"]) == (400, "queries.q")


def test_the_look_up_is_journalled_with_its_purpose_and_nothing_else_is_kept(match: Match) -> None:
    match(TAZMART)
    event = Event.objects.get(act="desk.query.screened")
    assert event.purpose == "training"
    assert "Tazmart" not in json.dumps(event.details)
    assert Screening.objects.count() == 0


def test_hits_are_kept_for_review_where_the_caller_says_so(match: Match) -> None:
    _, answer = match(TAZMART, store="true")
    screening = Screening.objects.get(pk=answer["screening"])
    assert screening.origin == "api"
    assert Hit.objects.filter(query__screening=screening, record_id="H-1").exists()


def test_a_key_without_a_purpose_of_its_own_must_say_one(harbour: Screener, api_key: Callable[..., Any]) -> None:
    issued = api_key("analyst", scopes=["screen"], purposes=["training", "sanctions-compliance"])
    body = json.dumps({"queries": {"q": {"schema": "Person", "properties": TAZMART}}})
    refused = issued.client.post("/match/default", body, content_type="application/json")
    assert refused.status_code == 403
    assert "purpose" in refused.json()["detail"]
    said = {"Dragoman-Purpose": "sanctions-compliance"}
    assert issued.client.post("/match/default", body, content_type="application/json", headers=said).status_code == 200


def test_search_finds_by_name_and_counts_facets(caller: Client) -> None:
    answer = caller.get("/search/default", {"q": "Tazmart Shipping and Trade"}).json()
    assert answer["results"][0]["id"] == "H-4"
    assert answer["total"] == {"value": len(answer["results"]), "relation": "eq"}
    assert {"name": "ma", "label": "Morocco", "count": 1} in answer["facets"]["countries"]["values"]


@pytest.mark.parametrize(("q", "record"), [("FG4412893", "H-2"), ("9074729", "H-3")])
def test_search_finds_by_number(caller: Client, q: str, record: str) -> None:
    answer = caller.get("/search/harbour", {"q": q}).json()
    assert [found["id"] for found in answer["results"]] == [record]


def test_search_pages_and_filters(caller: Client) -> None:
    whole = caller.get("/search/default", {"q": "Tazmart", "fuzzy": "true"}).json()
    second = caller.get("/search/default", {"q": "Tazmart", "fuzzy": "true", "limit": 1, "offset": 1}).json()
    assert second["results"] == whole["results"][1:2]
    assert second["total"] == whole["total"]
    ships = caller.get("/search/default", {"q": "Coral Meridian", "schema": "Vessel", "countries": "PA"}).json()
    assert [found["id"] for found in ships["results"]] == ["H-3"]
    assert caller.get("/search/default", {"q": "Coral Meridian", "countries": "ma"}).json()["results"] == []
    assert caller.get("/search/default", {"q": "x", "schema": "Shp"}).status_code == 400


def test_nothing_to_search_for_is_refused(caller: Client) -> None:
    assert caller.get("/search/default", {"q": " "}).status_code == 400
