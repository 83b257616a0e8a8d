"""Two invented lists, and keys that may ask for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dragoman.node.api.limits import limits
from dragoman.node.registry.models import ListVersion, Source
from dragoman.screening import Screener
from tests.node.desk.conftest import index, keep, lists, party, principal_of  # noqa: F401  fixtures

SCOPES = ("screen", "records", "lists", "metrics")


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    limits.forget()


@pytest.fixture
def harbour(lists: Screener) -> Screener:  # noqa: F811
    """The lists, as versions in use, with a sanction that describes a party."""
    for source in Source.objects.all():
        ListVersion.objects.create(
            source=source, version="2026-01-01", state=ListVersion.State.IN_USE, parties=4, rejects=1
        )
    keep(party("harbour", "H-1-sanction", "Sanction", entity="H-1", authority="Harbour Office"))
    return lists


@pytest.fixture
def caller(harbour: Screener, api_key: Callable[..., Any]) -> Client:
    """A client with an analyst's key for all that the API offers."""
    client: Client = api_key("analyst", scopes=SCOPES).client
    return client


@pytest.fixture
def match(caller: Client) -> Callable[..., Any]:
    """``match({"name": [...]}, schema="Person", threshold=0.8)`` returns status and answer of one query."""

    def ask(properties: dict[str, Any], schema: str = "Person", dataset: str = "default", **query: Any) -> Any:
        body = json.dumps({"queries": {"q": {"schema": schema, "properties": properties}}})
        answer = caller.post(f"/match/{dataset}", body, content_type="application/json", query_params=query)
        return answer.status_code, answer.json()

    return ask
