"""Settings: a dangerous one stops the node, secrets come from files too, and what is made is made safely."""

from __future__ import annotations

import os
import runpy
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from dragoman.errors import SettingRefused
from dragoman.node import settings as operation
from dragoman.node.environment import Environment, kept_secret
from dragoman.node.people import sign_in

PUBLIC = {"DRAGOMAN_HOSTS": "node.example", "DRAGOMAN_TLS": "yes"}


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Read the settings as a node that starts would, with these variables and no others."""

    def read(**values: str) -> dict[str, Any]:
        for name in list(os.environ):
            if name.startswith("DRAGOMAN_") or name == "DATABASE_URL":
                monkeypatch.delenv(name)
        for name, value in {"DRAGOMAN_HOME": str(tmp_path), **values}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(operation.__file__) | runpy.run_path(sign_in.__file__)

    return read


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"DRAGOMAN_HOSTS": "node.example"}, "without TLS"),
        ({**PUBLIC, "DRAGOMAN_DEBUG": "yes"}, "DEBUG"),
        ({**PUBLIC, "DRAGOMAN_SECOND_FACTOR": "no"}, "SECOND_FACTOR"),
        ({"DRAGOMAN_HOSTS": "*", "DRAGOMAN_TLS": "yes"}, r"'\*'"),
        ({"DRAGOMAN_SECRET_KEY": "short"}, "short"),
        ({"DRAGOMAN_TLS": "perhaps"}, "TLS"),
        ({"DRAGOMAN_SESSION_MINUTES": "0"}, "SESSION_MINUTES"),
        ({"DRAGOMAN_IDLE_MINUTES": "-5"}, "IDLE_MINUTES"),
        ({"DRAGOMAN_IDLE_MINUTES": "٣"}, "IDLE_MINUTES"),
        ({"DRAGOMAN_OIDC_URL": "https://login.example"}, "half set"),
        (
            {
                "DRAGOMAN_OIDC_URL": "http://login.example",
                "DRAGOMAN_OIDC_CLIENT_ID": "node",
                "DRAGOMAN_OIDC_CLIENT_SECRET": "x",
            },
            "not https",
        ),
    ],
)
def test_a_dangerous_setting_stops_the_node(start: Any, values: dict[str, str], says: str) -> None:
    with pytest.raises(SettingRefused, match=says) as refused:
        start(**values)
    assert refused.value.remedy


def test_a_node_without_settings_is_safe_on_loopback(start: Any) -> None:
    found = start()
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["DEBUG"] is False
    assert found["SECOND_FACTOR"] is True
    assert found["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["CSRF_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_behind_tls_cookies_are_bound_to_the_host_and_to_tls(start: Any) -> None:
    found = start(**PUBLIC)
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_a_provider_is_read_from_the_environment_and_forms_may_lead_to_it(start: Any, tmp_path: Path) -> None:
    secret = tmp_path / "oidc"
    secret.write_text("from a file\n", encoding="utf-8")
    found = start(
        DRAGOMAN_OIDC_URL="https://login.example/realms/agency",
        DRAGOMAN_OIDC_CLIENT_ID="node",
        DRAGOMAN_OIDC_CLIENT_SECRET_FILE=str(secret),
    )
    provider = found["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]
    assert provider["APPS"][0].get("secret") == secret.read_text(encoding="utf-8").strip()
    assert provider["OAUTH_PKCE_ENABLED"]
    assert found["OIDC_ORIGIN"] == "https://login.example"


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from a file\n", encoding="utf-8")
    assert Environment({"DRAGOMAN_KEY_FILE": str(file)}).text("KEY") == "from a file"
    with pytest.raises(SettingRefused, match="both set"):
        Environment({"DRAGOMAN_KEY_FILE": str(file), "DRAGOMAN_KEY": "x"}).text("KEY")
    with pytest.raises(SettingRefused, match="cannot be read"):
        Environment({"DRAGOMAN_KEY_FILE": str(tmp_path / "none")}).text("KEY")


@pytest.mark.parametrize(("text", "is_"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("", False)])
def test_a_flag_is_yes_or_no(text: str, is_: bool) -> None:
    assert Environment({"DRAGOMAN_X": text}).flag("X") is is_


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "node" / "secret_key"
    found: list[str] = []
    makers = [threading.Thread(target=lambda: found.append(kept_secret(path))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) >= 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["secret_key"]


def test_a_secret_key_that_others_can_read_stops_the_node(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    kept_secret(path)
    path.chmod(0o644)
    with pytest.raises(SettingRefused, match="read by others"):
        kept_secret(path)
