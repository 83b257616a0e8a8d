"""Fetching reaches nothing inside a network: not by its address, its name, a redirect, or a name that changes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dragoman import outward
from dragoman.cli import fetching
from dragoman.errors import AddressRefused

ASKED: list[str] = []
#: What names resolve to; each answer is given once, the last again and again.
NAMES: dict[str, list[str]] = {}


class Handler(BaseHTTPRequestHandler):
    """Answers ``/to/URL`` with a redirect, all else with a list."""

    def do_GET(self) -> None:
        ASKED.append(self.path)
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"name")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server on this machine; names resolve as `NAMES` says."""
    for each in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(each, raising=False)
    ASKED.clear()
    NAMES.clear()
    real = socket.getaddrinfo

    def resolved(host: Any, *given: Any, **more: Any) -> Any:
        answers = NAMES.get(str(host))
        if answers is None:
            return real(host, *given, **more)
        return real(answers.pop(0) if len(answers) > 1 else answers[0], *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine stand for a public one, so that a real server answers."""

    def is_public(text: str) -> bool:
        return text == "127.0.0.1"

    monkeypatch.setattr(outward, "is_public", is_public)
    monkeypatch.setattr(fetching, "is_public", is_public)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fd00::1]", "0.1.2.3"],
)
def test_an_address_inside_is_refused_unless_allowed(host: str, tmp_path: Path) -> None:
    for url in (f"https://{host}/list.csv", f"http://{host}/list.csv"):
        with pytest.raises(AddressRefused, match="not public"):
            fetching.fetch(url, tmp_path / "list.csv")
    fetching.check_url(f"https://{host}/list.csv", private=True)


def test_a_server_on_this_machine_is_asked_only_where_that_is_allowed(port: int, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{port}/list.csv"
    with pytest.raises(AddressRefused, match="--allow-private"):
        fetching.fetch(url, tmp_path / "list.csv")
    assert ASKED == []
    fetching.fetch(url, tmp_path / "list.csv", private=True)
    assert ASKED == ["/list.csv"]


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"]])
def test_a_name_that_leads_inside_is_refused_and_nothing_is_asked(
    answers: list[str], port: int, tmp_path: Path
) -> None:
    NAMES["lists.example"] = answers
    with pytest.raises(AddressRefused, match=r"lists\.example is inside"):
        fetching.fetch(f"https://lists.example:{port}/list.csv", tmp_path / "list.csv")
    assert ASKED == []


@pytest.mark.parametrize("target", ["https://10.0.0.1/x", "https://inside.example/x", "https://[::1]/x"])
@pytest.mark.usefixtures("loopback_is_public")
def test_a_redirect_inside_is_refused(target: str, port: int, tmp_path: Path) -> None:
    NAMES["inside.example"] = ["10.0.0.1"]
    with pytest.raises(AddressRefused, match="not public"):
        fetching.fetch(f"http://127.0.0.1:{port}/to/{target}", tmp_path / "list.csv")
    assert [f"/to/{target}"] == ASKED
    assert not (tmp_path / "list.csv").exists()


@pytest.mark.usefixtures("loopback_is_public")
def test_a_name_is_resolved_once_and_connected_to_where_it_led_then(port: int) -> None:
    NAMES["changing.example"] = ["127.0.0.1", "10.0.0.1"]
    connection = outward.PublicConnection("changing.example", port, timeout=30)
    connection.request("GET", "/list.csv")
    assert connection.getresponse().read() == b"name"
    connection.close()
    assert NAMES["changing.example"] == ["10.0.0.1"]
    again = outward.PublicTlsConnection("changing.example", port, timeout=30)
    with pytest.raises(AddressRefused):
        again.connect()
