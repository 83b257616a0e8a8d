"""Whatever fits the schema of the API of requests is answered as documented, on requests that are really there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.node.api.document import document
from dragoman.node.partners import requests_receiving
from dragoman.node.partners.models import Agreement, InformationRequest, Outgoing, Partner
from tests.node.api.test_api_document import REFUSALS, operations, send
from tests.node.conftest import Issued
from tests.node.partners.asking import ask, border, letter, liaison, theirs

__all__ = ["border", "liaison"]
pytestmark = pytest.mark.django_db
OPERATIONS = [each for each in operations() if each.path.startswith("/api/partners/")]


def test_every_operation_of_requests_is_tried_and_documented() -> None:
    paths = {path for path in document()["paths"] if path.startswith("/api/partners/")}
    assert {each.path for each in OPERATIONS} == paths
    assert len(OPERATIONS) == 11


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_sent_about_a_request_is_answered_as_documented(
    liaison: Any, border: Partner, api_key: Callable[..., Issued], operation: Any, data: st.DataObject
) -> None:
    if not InformationRequest.objects.exists():
        ask(liaison)
        requests_receiving.take_request(letter("request", theirs().to_json()), border)
    case = data.draw(operation.as_strategy())
    number = data.draw(st.sampled_from([*InformationRequest.objects.values_list("pk", flat=True), 987654321]))
    if case.path_parameters:
        case.path_parameters["number"] = number
    if isinstance(case.body, dict) and "agreement" in case.body and data.draw(st.booleans()):
        case.body["agreement"] = Agreement.objects.get().pk
    client = api_key("liaison", ("requests", "ask", "answer"), per_minute=10_000_000).client
    before = Outgoing.objects.count()
    answer = send(client, case)
    assert answer.status_code in REFUSALS or 200 <= answer.status_code < 300, answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["remedy"]
        assert Outgoing.objects.count() == before
