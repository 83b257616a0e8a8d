"""The OpenAPI document: complete, with examples, and true for whatever one sends."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.node.access import rule_of, rules
from dragoman.node.api.document import document, example_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis

#: What an operation may answer with beside its success.
REFUSALS = {400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429}


def operations() -> Iterator[Any]:
    return (found.ok() for found in schemathesis.openapi.from_dict(document()).get_all_operations())


@pytest.fixture
def everything(harbour: Any, api_key: Callable[..., Any]) -> Client:
    """A client with a supervisor's key for every scope."""
    scopes = sorted({rule.scope for rule in rules().values() if rule.scope})
    client: Client = api_key("supervisor", scopes=scopes, per_minute=10_000_000).client
    client.raise_request_exception = False
    return client


def send(client: Client, case: Any) -> Any:
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    body = b"" if not isinstance(case.body, dict | list | str | int | float | bool | None) else case.body
    given = b"" if body == b"" else json.dumps(body, default=str).encode("utf-8", "replace")
    return client.generic(case.method, case.formatted_path, given, content_type="application/json", query_params=query)


@pytest.mark.parametrize("operation", list(operations()), ids=lambda operation: f"{operation.method} {operation.path}")
@settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.django_db
def test_whatever_is_sent_the_answer_is_json_and_documented(
    everything: Client, operation: Any, data: st.DataObject
) -> None:
    case = data.draw(operation.as_strategy())
    answer = send(everything, case)
    assert answer.status_code < 500 or answer.status_code in (503, 507), answer.content
    assert answer.status_code in REFUSALS | {503, 507} or 200 <= answer.status_code < 300
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["remedy"]


def test_it_is_openapi_3_1_and_every_operation_says_what_it_does_and_who_may() -> None:
    made = document()
    assert made["openapi"].startswith("3.1")
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            assert operation["summary"], place
            assert operation.get("description"), place
            assert operation.get("tags"), place
            assert "x-roles" in operation, f"{place} has no rule"
            assert "422" in operation["responses"], place


def test_every_operation_id_is_used_once() -> None:
    ids = [each["operationId"] for methods in document()["paths"].values() for each in methods.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_the_example_of_match_works_as_it_stands(caller: Client) -> None:
    made = document()
    body = made["paths"]["/match/{dataset}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    example = example_of(made, body)
    assert caller.post("/match/default", json.dumps(example), content_type="application/json").status_code == 200


@pytest.mark.django_db
def test_the_document_and_its_page_are_there_for_everybody(client: Client) -> None:
    assert client.get("/api/openapi.json").json()["info"]["title"] == "Dragoman"
    page = client.get("/api/docs").content.decode()
    assert "/match/{dataset}" in page
    assert "style=" not in page
    assert "//cdn" not in page


def test_yentes_calls_have_rules() -> None:
    for name in ("match", "search", "entity", "adjacent", "adjacent_by", "catalog", "algorithms", "healthz", "readyz"):
        assert rule_of(f"api:{name}") is not None
