"""Signing in with an agency's OpenID Connect provider: here a small one on loopback."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from pytest_django import Settings

from dragoman.node.people.models import Account
from tests.node.conftest import PASSWORD, People

pytestmark = pytest.mark.django_db
#: What the provider says of whoever comes: more than it has to.
CLAIMS = {
    "sub": "agency-4711",
    "preferred_username": "administrator",
    "email": "a@agency.example",
    "email_verified": True,
    "groups": ["administrator", "auditor"],
    "roles": ["administrator"],
}


class Provider(BaseHTTPRequestHandler):
    """Answers what OpenID Connect Core 1.0 and Discovery 1.0 ask of a provider."""

    def do_GET(self) -> None:
        """Answer discovery and user info."""
        host = f"http://{self.headers['Host']}"
        addresses = {
            "issuer": host,
            "authorization_endpoint": f"{host}/authorize",
            "token_endpoint": f"{host}/token",
            "userinfo_endpoint": f"{host}/userinfo",
            "jwks_uri": f"{host}/keys",
        }
        self._answer(CLAIMS if self.path == "/userinfo" else addresses)

    def do_POST(self) -> None:
        """Answer with a token where the code comes with its PKCE verifier."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        issuer = f"http://{self.headers['Host']}"
        claims = {**CLAIMS, "iss": issuer, "aud": "node", "exp": int(time.time()) + 60, "iat": int(time.time())}
        token = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in ({"alg": "none"}, claims)
        )
        assert form["code_verifier"]
        self._answer({"access_token": "x", "token_type": "bearer", "id_token": f"{token}."})

    def _answer(self, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def _provider(settings: Settings) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        app = {
            "provider_id": "agency",
            "name": "Agency",
            "client_id": "node",
            "secret": "x",
            "settings": {"server_url": f"http://127.0.0.1:{server.server_port}"},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield
        server.shutdown()
        thread.join()


def come_back(client: Client, process: str = "login") -> Any:
    """Go to the provider and come back from it; return the node's answer."""
    away = client.post(f"/accounts/oidc/agency/login/?process={process}")
    assert away.status_code == 302, away.content
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/accounts/oidc/agency/login/callback/", {"code": "c", "state": asked["state"][0]})


@pytest.mark.usefixtures("_provider")
def test_whom_the_provider_knows_and_the_node_does_not_is_told_so(client: Client, people: People) -> None:
    before = Account.objects.count()
    answer = come_back(client)
    assert answer.status_code == 403
    assert "invitation" in answer.content.decode()
    assert Account.objects.count() == before
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("_provider")
def test_who_joined_their_account_gets_in_with_their_own_roles_and_no_others(people: People) -> None:
    joined = people.make("newcomer", "analyst", second_factor=False)
    first = Client()
    first.post("/accounts/login/", {"login": "newcomer", "password": PASSWORD})
    come_back(first, "connect")
    client = Client()
    come_back(client)
    assert client.session["_auth_user_id"] == str(joined.pk)
    account = Account.objects.get(pk=joined.pk)
    assert account.roles == {"analyst"}
    assert account.username == "newcomer"
    assert account.email == ""
    assert not SocialToken.objects.exists()


@pytest.mark.usefixtures("_provider")
def test_a_second_factor_here_is_asked_for_after_the_provider_too(
    client_of: Callable[..., Client], people: People
) -> None:
    SocialAccount.objects.create(user=people.analyst, provider="agency", uid=CLAIMS["sub"])
    client = Client()
    assert come_back(client).headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("_provider")
@pytest.mark.parametrize(("trusted", "status"), [(True, 200), (False, 302)])
def test_the_providers_second_factor_counts_only_where_the_node_says_so(
    client_of: Callable[..., Client], people: People, settings: Settings, trusted: bool, status: int
) -> None:
    settings.OIDC_SECOND_FACTOR = trusted
    joined = people.make("newcomer", "administrator", second_factor=False)
    SocialAccount.objects.create(user=joined, provider="agency", uid=CLAIMS["sub"])
    client = Client()
    come_back(client)
    assert client.get("/people/").status_code == status


@pytest.mark.usefixtures("_provider")
def test_an_answer_without_the_state_that_was_sent_is_refused(client: Client, people: People) -> None:
    SocialAccount.objects.create(user=people.analyst, provider="agency", uid=CLAIMS["sub"])
    client.post("/accounts/oidc/agency/login/?process=login")
    answer = client.get("/accounts/oidc/agency/login/callback/", {"code": "c", "state": "forged"})
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 401, 403)
