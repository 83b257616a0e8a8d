"""Every error is a problem that tells the remedy, whoever found it."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from dragoman import errors
from dragoman.node.api import matching, problems
from dragoman.node.desk import screening

pytestmark = pytest.mark.django_db
BODY = json.dumps({"queries": {"q": {"schema": "Person", "properties": {"name": ["A B"]}}}})


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert answer.status_code == content["status"] == status
    assert content["request_id"] == answer["X-Request-Id"]
    for field in ("title", "detail", "remedy"):
        assert content[field]
    return content


def test_nobody_is_told_how_to_sign_in(client: Client) -> None:
    answer = client.post("/match/default", BODY, content_type="application/json")
    is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "ApiKey"


def test_a_wrong_key_is_told(client: Client) -> None:
    is_problem(client.get("/catalog", headers={"Authorization": "ApiKey dgm_abc_def"}), 401)
    is_problem(client.get("/catalog", headers={"Authorization": "Basic eA=="}), 401)


def test_an_unknown_address_below_the_api_is_no_page(client: Client) -> None:
    is_problem(client.get("/api/nonesuch"), 404)
    is_problem(client.get("/api/nonesuch", headers={"Accept": "text/html"}), 404)


def test_an_unknown_page_is_a_page(client: Client) -> None:
    assert "text/html" in client.get("/nonesuch", headers={"Accept": "text/html"})["Content-Type"]


def test_a_wrong_method_names_the_right_ones(caller: Client) -> None:
    answer = caller.get("/match/default")
    is_problem(answer, 405)
    assert "POST" in answer["Allow"]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "{}", '{"queries": 3}', '{"queries": {"q": {"schema": "Person"}}}', "\ud800"]
)
def test_a_malformed_body_is_told_and_not_echoed(caller: Client, body: str) -> None:
    answer = caller.post("/match/default", body.encode("utf-8", "surrogatepass"), content_type="application/json")
    assert answer.status_code in (400, 422)
    is_problem(answer, answer.status_code)


def test_a_wrong_field_is_named(caller: Client) -> None:
    content = is_problem(caller.post("/match/default?limit=many", BODY, content_type="application/json"), 422)
    assert "limit" in content["detail"]
    assert content["errors"][0]["place"].endswith("limit")


def test_a_body_that_is_too_large_is_refused(caller: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = json.dumps({"queries": {"q": {"schema": "Person", "properties": {"name": ["A" * 200]}}}})
    answer = caller.post("/match/default", body, content_type="application/json")
    is_problem(answer, 413)


def leaves(kind: type[errors.DragomanError]) -> list[type[errors.DragomanError]]:
    below = kind.__subclasses__()
    return [leaf for each in below for leaf in leaves(each)] if below else [kind]


@pytest.mark.parametrize("kind", leaves(errors.DragomanError), ids=lambda kind: kind.__name__)
def test_each_error_of_the_tree_becomes_a_problem_with_its_remedy(
    caller: Client, monkeypatch: pytest.MonkeyPatch, kind: type[errors.DragomanError]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise kind("it went wrong", place="somewhere", remedy="mend it")

    monkeypatch.setattr(matching, "screen_now", fail)
    answer = caller.post("/match/default", BODY, content_type="application/json")
    content = is_problem(answer, answer.status_code)
    assert content["detail"] == "It went wrong."
    assert content["remedy"] == "mend it"


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("database or disk is full", 507),
        ("attempt to write a readonly database", 503),
        ("database is locked", 503),
        ("could not connect to server", 503),
        ('could not extend file "base/1/2": No space left on device', 507),
    ],
)
def test_trouble_with_the_database_is_told_apart(
    caller: Client, monkeypatch: pytest.MonkeyPatch, message: str, status: int
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OperationalError(message)

    monkeypatch.setattr(matching, "screen_now", fail)
    is_problem(caller.post("/match/default", BODY, content_type="application/json"), status)


def test_a_database_that_is_away_at_sign_in_is_told_to_both_kinds_of_callers(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("could not connect to server")

    client.raise_request_exception = False
    monkeypatch.setattr("dragoman.node.people.principals.identify", fail)
    answer = client.get("/catalog")
    is_problem(answer, 503)
    assert answer["Retry-After"]
    page = client.get("/people/purpose/", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "text/html" in page["Content-Type"]


def test_a_fault_of_the_program_shows_no_trace(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(matching, "screen_now", fail)
    content = is_problem(caller.post("/match/default", BODY, content_type="application/json"), 500)
    assert "secret" not in json.dumps(content)


def test_a_missing_index_says_what_to_do(caller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise errors.IndexUnusable("the index is damaged", remedy="build it again")

    monkeypatch.setattr(screening, "screener", missing)
    answer = caller.post("/match/default", BODY, content_type="application/json")
    assert is_problem(answer, 503)["remedy"] == "build it again"
    assert answer["Retry-After"]


def test_every_status_that_is_mapped_has_a_usual_remedy() -> None:
    assert {status for _, status in problems.STATUS} - {502} <= set(problems._REMEDIES)


def test_the_callers_request_id_comes_back(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": "caller-0001"})
    assert answer["X-Request-Id"] == "caller-0001"


def test_a_changing_call_by_a_session_needs_its_token(
    people: Any, harbour: Any, client_of: Callable[..., Client]
) -> None:
    browser = client_of("analyst")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    is_problem(strict.post("/match/default", BODY, content_type="application/json"), 403)


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507, "full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), 507, "full"),
        (OSError(errno.EROFS, "Read-only file system"), 503, "cannot be written"),
        (PermissionError(errno.EACCES, "Permission denied"), 503, "cannot be written"),
        (OperationalError("disk I/O error"), 503, "cannot be written"),
        (OSError(errno.ENOTTY, "Inappropriate ioctl"), 500, "fault"),
    ],
)
def test_a_disk_that_fails_is_told_by_the_api_and_by_pages(
    caller: Client,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    says: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(matching, "screen_now", fail)
    caller.raise_request_exception = False
    assert says in is_problem(caller.post("/match/default", BODY, content_type="application/json"), status)["detail"]
    monkeypatch.setattr("dragoman.node.desk.views.hits.hit_queue.page", fail)
    page = client_of("analyst")
    page.raise_request_exception = False
    answer = page.get("/hits/")
    assert answer.status_code == status
    assert "text/html" in answer["Content-Type"]
