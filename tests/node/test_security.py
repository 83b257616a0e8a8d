"""What an attacker tries: forged forms, fixed sessions, forged hosts and headers, redirects, slow expressions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client, override_settings

from dragoman.node import settings as operation
from tests.node.conftest import PASSWORD, Issued, People
from tests.node.people import expressions
from tests.node.people.routes import table, written

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "dragoman"
TEMPLATES = sorted((SOURCE / "node").glob("**/templates/**/*.html"))


@pytest.fixture
def _door() -> Iterator[None]:
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "tests.node.people.routes.Reached"]):
        yield


def browser(client: Client) -> Client:
    """Return the client's session in a browser that checks tokens as in operation."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    return strict


@pytest.mark.django_db
@pytest.mark.usefixtures("_door")
def test_no_unsafe_route_takes_a_form_of_another_site(client_of: Callable[..., Client]) -> None:
    clients = {
        role: browser(client_of(role)) for role in ("analyst", "reviewer", "supervisor", "liaison", "administrator")
    }
    taken = []
    for (name, method), path in table().items():
        if method == "GET":
            continue
        roles = written().get(name, {}).get("roles", [])
        tried = clients if isinstance(roles, str) else [role for role in clients if role in roles]
        taken += [name for role in tried if clients[role].generic(method, path).status_code == 299]
    # The callback of the provider and what belongs to no session carry proofs of their own.
    assert sorted(set(taken)) == [name for name in sorted(set(taken)) if written()[name]["roles"] == "anyone"]
    assert [name for name in taken if not name.startswith("api:")] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_door")
def test_the_api_asks_a_session_for_a_token_and_a_key_for_none(
    client_of: Callable[..., Client], api_key: Callable[..., Issued]
) -> None:
    issued = api_key("analyst", ["screen"])
    assert Client(enforce_csrf_checks=True).post("/match/default", headers=issued.headers).status_code == 299
    signed_in = browser(client_of("analyst"))
    assert signed_in.post("/match/default").status_code == 403
    token = "a" * 32
    signed_in.cookies[settings.CSRF_COOKIE_NAME] = token
    assert signed_in.post("/match/default", headers={"X-CSRFToken": token}).status_code == 299


@pytest.mark.django_db
def test_a_session_that_was_planted_before_is_not_the_one_after_signing_in(client: Client, people: People) -> None:
    client.get("/accounts/login/")
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted"
    client.post("/accounts/login/", {"login": "analyst", "password": PASSWORD})
    before = client.session.session_key
    from tests.node.people.test_sign_in import code_now

    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    after = client.session.session_key
    assert "planted" not in (before, after)
    assert before != after
    assert client.session["_auth_user_id"] == str(people.analyst.pk)


@pytest.mark.django_db
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, people: People) -> None:
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "analyst", "password": PASSWORD})
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""


@pytest.mark.django_db
def test_every_answer_carries_the_policy_and_no_page_needs_inline_code(client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    for path in (
        "/accounts/login/",
        "/people/",
        "/people/settings/",
        "/people/me/",
        "/accounts/2fa/",
        "/nowhere",
        "/healthz",
    ):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert_nothing_inline(answer.content.decode(), path)


def assert_nothing_inline(html: str, where: str) -> None:
    """Refuse scripts, styles and handlers within a page; blocks of data are no scripts."""
    scripts = [tag for tag in re.findall(r"<script\b[^>]*>", html) if "src=" not in tag and "json" not in tag]
    assert scripts == [], where
    assert re.findall(r"<style\b|\sstyle\s*=\s*[\"']|\son[a-z]+\s*=\s*[\"']|javascript:", html) == [], where


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_template_holds_inline_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert_nothing_inline(text, path.name)
    assert "|safe" not in text
    assert "autoescape off" not in text


@pytest.mark.django_db
def test_what_somebody_saw_is_kept_by_no_cache(client_of: Callable[..., Client]) -> None:
    assert "no-store" in client_of("administrator").get("/people/").headers["Cache-Control"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:80"]
)
def test_a_forged_host_is_refused(client: Client, host: str) -> None:
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400


@pytest.mark.django_db
def test_a_forwarded_host_counts_for_nothing(client: Client, people: People) -> None:
    answer = client.get("/people/me/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in answer.headers["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["short", "has space inside", "ok12345678\r\nSet-Cookie: a=b", "x" * 65, "ünïcödé-id-1"]
)
def test_a_malformed_request_id_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f]{24}", answer.headers["X-Request-Id"])
    assert "Set-Cookie" not in answer.headers


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "\t//evil.example",
    ],
)
def test_no_next_leads_away(client_of: Callable[..., Client], people: People, target: str) -> None:
    from tests.node.people.test_sign_in import code_now

    client = Client()
    client.post("/accounts/login/", {"login": "analyst", "password": PASSWORD, "next": target})
    answers = [client.post("/accounts/2fa/authenticate/", {"code": code_now()})]
    answers.append(client_of("analyst").post("/people/purpose/", {"purpose": "training", "next": target}))
    answers.append(client_of("analyst").post("/accounts/logout/", {"next": target}))
    for answer in answers:
        assert answer.status_code == 302
        assert re.match(r"/(?![/\\])", answer.headers["Location"])
        assert not set("\r\n") & set(answer.headers["Location"])


def test_passwords_are_kept_by_argon2id() -> None:
    assert operation.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")
    kept = Argon2PasswordHasher().encode(PASSWORD, "saltsalt")
    assert kept.startswith("argon2$argon2id$")
    memory, rounds = re.search(r"m=(\d+),t=(\d+)", kept).groups()  # type: ignore[union-attr]
    # At least 19 MiB and two rounds: OWASP's Password Storage Cheat Sheet.
    assert int(memory) >= 19 * 1024
    assert int(rounds) >= 2


@pytest.mark.django_db
def test_a_password_typed_wrongly_is_neither_logged_nor_kept(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        client.post("/accounts/login/", {"login": "somebody", "password": "the typed secret"})
    assert "the typed secret" not in caplog.text


#: Suspected, and looked at. In each, a turn of the outer repeat begins with a letter that the inner one cannot take, or
#: nothing follows that could fail; and what it reads is cut to a cell or a run before.
LOOKED_AT = {
    "lists/_documents.py",
    "lists/ofac_remarks.py",
    "messages/_xml_shapes.py",
    "messages/swift_mt.py",
    "names/text.py",
    "screening/text_numbers.py",
}


def test_no_expression_can_be_made_to_explode_by_what_it_reads() -> None:
    suspects = {(place, text) for place, text in expressions.of(SOURCE) if expressions.explodes(text)}
    assert {place for place, _ in suspects if place.split(":")[0] not in LOOKED_AT} == set()


@pytest.mark.parametrize(
    ("text", "suspected"), [("(a+)+b", True), ("(a|b*)*c", True), ("a+b+", False), ("(ab)+", False)]
)
def test_an_expression_that_explodes_would_be_found(text: str, suspected: bool) -> None:
    assert expressions.explodes(text) is suspected


def in_operation(*arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run a management command as in operation behind TLS."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DRAGOMAN_")}
    environment |= {"DRAGOMAN_HOSTS": "node.example", "DRAGOMAN_TLS": "yes", "DJANGO_SETTINGS_MODULE": "", **values}
    environment["DJANGO_SETTINGS_MODULE"] = "dragoman.node.settings"
    command = [sys.executable, "-W", "error::DeprecationWarning:dragoman", "-m", "dragoman.node", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_django_finds_nothing_to_say_against_the_settings_of_operation(tmp_path: Path) -> None:
    done = in_operation("check", "--deploy", "--fail-level", "WARNING", DRAGOMAN_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_a_refused_setting_is_told_with_its_remedy_and_no_stack(tmp_path: Path) -> None:
    done = in_operation("check", DRAGOMAN_HOME=str(tmp_path), DRAGOMAN_DEBUG="yes")
    assert done.returncode != 0
    assert "leave one of them out" in done.stderr


@pytest.mark.skipif(find_spec("bandit") is None, reason="bandit is not installed")
def test_bandit_finds_nothing() -> None:
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-r",
        str(SOURCE),
        "-q",
        "-c",
        str(ROOT / "pyproject.toml"),
        "-x",
        "node_modules",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-5000:]
