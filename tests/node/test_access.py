"""Every route, tried by every role, by nobody, and by keys with and without its scope.

The routes come from the URL resolver and from the API's operations, the expected answers from the ``access.yaml``
files, read here once more in plain words. A route without a rule fails. The views themselves are not called: what
passes the door is answered by a middleware behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from pytest_django import Settings

from dragoman.errors import SettingRefused
from dragoman.node import access
from dragoman.node.access import ROLES, SAFE_METHODS
from tests.node.conftest import Issued, People
from tests.node.people.routes import table, written

pytestmark = pytest.mark.django_db

TABLE, RULES = table(), written()
NAMES = sorted({name for name, _ in TABLE})
#: The routes by their app: the callers are made once for all of an app.
APPS = sorted({name.rpartition(":")[0] for name in NAMES})


def test_every_route_has_a_rule() -> None:
    assert [name for name in NAMES if name not in RULES] == []


def test_every_rule_has_a_route() -> None:
    assert sorted(set(RULES) - set(NAMES)) == []


def test_no_two_rules_are_for_the_same_route() -> None:
    assert set(access.rules()) == set(RULES)


def test_every_operation_of_the_api_has_a_name_of_its_own() -> None:
    """Rules go by name: two operations of one name would share a rule, whichever was meant."""
    from dragoman.node.api import api

    names = [
        (getattr(operation, "url_name", None) or operation.view_func.__name__, operation.operation_id)
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    ]
    assert len({name for name, _ in names}) == len(names)
    assert [name for name, number in names if number not in (None, name)] == []


def test_every_operation_of_the_api_names_a_scope_unless_anyone_may_call_it() -> None:
    without = [name for name in NAMES if name.startswith("api:") and not RULES[name].get("scope")]
    assert [name for name in without if RULES[name]["roles"] not in ("anyone", "nobody")] == []


def test_personal_data_is_shown_to_no_administrator_and_to_nobody_without_a_role() -> None:
    personal = {name: rule["roles"] for name, rule in RULES.items() if rule.get("personal")}
    assert [name for name, roles in personal.items() if isinstance(roles, str) or "administrator" in roles] == []


def test_an_auditor_is_named_only_where_reading_is_all() -> None:
    """Where a rule lets an auditor in, a POST is either refused to them or changes nothing."""
    for name, rule in access.rules().items():
        if isinstance(rule.roles, frozenset) and "auditor" in rule.roles and rule.changes == "node":
            auditor = access.Principal(account=object(), roles=frozenset({"auditor"}))  # type: ignore[arg-type]
            assert not rule.allows(auditor, "POST"), name


def expected(rule: dict[str, Any], method: str, role: str | None, scopes: set[str] | None) -> bool:
    """Tell whether the rule lets somebody through: `role` None is nobody; `scopes` None is a browser."""
    roles = rule["roles"]
    if roles == "nobody":
        return False
    if method not in SAFE_METHODS and role == "auditor" and rule.get("changes", "node") == "node":
        return False
    if roles == "anyone":
        return True
    if role is None or (scopes is not None and rule.get("scope") not in scopes):
        return False
    return roles == "signed_in" or role in roles


@pytest.fixture
def callers(
    people: People, client_of: Callable[..., Client], api_key: Callable[..., Issued]
) -> dict[tuple[str | None, str], Client]:
    """A client of every kind: browsers, keys with every scope, keys with a scope that opens nothing."""
    people.make("none")
    every = sorted({rule["scope"] for rule in RULES.values() if rule.get("scope")})
    found: dict[tuple[str | None, str], Client] = {(None, "browser"): Client()}
    for role in (*ROLES, "none"):
        found[role, "browser"] = client_of(role)
        found[role, "key"] = api_key(role, every).client
        found[role, "key without scope"] = api_key(role, ["opens-nothing"]).client
    return found


@pytest.fixture
def _door(settings: Settings) -> Iterator[None]:
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "tests.node.people.routes.Reached"]):
        yield


@pytest.mark.usefixtures("_door")
@pytest.mark.parametrize("app", APPS)
def test_the_door_opens_to_whom_the_rule_names(app: str, callers: dict[tuple[str | None, str], Client]) -> None:
    every, wrong = {each["scope"] for each in RULES.values() if each.get("scope")}, []
    for (name, method), path in TABLE.items():
        if name.rpartition(":")[0] != app:
            continue
        rule = RULES.get(name, {"roles": "nobody"})
        for (role, kind), client in callers.items():
            scopes = None if kind == "browser" else every if kind == "key" else {"opens-nothing"}
            answer = client.generic(method, path)
            # A partner's token stands where a key does, below /taxii2/: a key is nobody there.
            who = None if path.startswith("/taxii2/") and kind != "browser" else role
            opened = answer.status_code == 299
            if opened != expected(rule, method, who, scopes) or not (opened or answer.status_code in (302, 401, 403)):
                wrong.append((name, method, path, role, kind, answer.status_code))
    assert wrong == []


@pytest.mark.usefixtures("_door")
def test_personal_data_asks_for_a_purpose(client_of: Callable[..., Client]) -> None:
    for (name, method), path in TABLE.items():
        rule = RULES.get(name, {})
        if rule.get("personal"):
            client = client_of(next(role for role in rule["roles"] if role != "auditor" or method == "GET"), None)
            answer = client.generic(method, path)
            asked = "/people/purpose/" in answer.headers.get("Location", "") or b"purpose" in answer.content
            assert asked, (name, method, answer.status_code)


@pytest.mark.usefixtures("_door")
def test_a_key_of_several_purposes_says_for_which(api_key: Callable[..., Issued]) -> None:
    for (name, method), path in TABLE.items():
        rule = RULES.get(name, {})
        if name.startswith("api:") and rule.get("personal"):
            role = next(role for role in rule["roles"] if role != "auditor")
            issued = api_key(role, [rule["scope"]], purposes=["training", "aml-cft"])
            assert issued.client.generic(method, path).status_code == 403, name
            chosen = {"Dragoman-Purpose": "aml-cft"}
            assert issued.client.generic(method, path, headers=chosen).status_code == 299, name


def test_who_is_refused_is_told_in_the_language_they_speak(client: Client, client_of: Callable[..., Client]) -> None:
    assert client.get("/people/").headers["Location"] == "/accounts/login/?next=/people/"
    answer = client.get("/people/", headers={"Authorization": "ApiKey dgm_a_b"})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert client_of("analyst").get("/people/").status_code == 403


def test_an_administrator_who_comes_to_the_first_page_is_led_to_theirs(client_of: Callable[..., Client]) -> None:
    answer = client_of("administrator").get("/")
    assert answer.status_code == 302
    assert client_of("administrator").get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"roles": ["emperor"]},
        {"roles": []},
        {"roles": ["analyst"], "scopes": "typo"},
        {"roles": ["administrator"], "personal": True},
        {"roles": "signed_in", "personal": True},
        {"roles": ["analyst"], "changes": "everything"},
        "anyone",
    ],
)
def test_a_rule_that_makes_no_sense_stops_the_node(rule: Any) -> None:
    with pytest.raises(SettingRefused):
        access._rule("desk:hit", rule, Path("access.yaml"))
