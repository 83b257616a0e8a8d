"""Fetching, against a real server on this machine: whole files only, and nothing twice."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dragoman.cli import fetching
from dragoman.cli.fetching import Validators, check_url
from dragoman.cli.publishers import file_names
from dragoman.errors import FetchFailed


class Publisher:
    """A publisher's server: what it answers at each path, and what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.truncate = self.chunked = False
        self.etags = True
        self.url = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append((request.path, dict(request.headers)))
        if request.path == "/loop":
            return self._redirect(request, "/loop")
        if request.path == "/away":
            return self._redirect(request, "file:///etc/hostname")
        if request.path == "/moved":
            return self._redirect(request, "/list.json")
        if request.path not in self.files:
            return request.send_error(404)
        self._file(request, self.files[request.path])
        return None

    @staticmethod
    def _redirect(request: BaseHTTPRequestHandler, to: str) -> None:
        request.send_response(302)
        request.send_header("Location", to)
        request.end_headers()

    def _file(self, request: BaseHTTPRequestHandler, content: bytes) -> None:
        etag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'
        if request.headers.get("If-None-Match") == etag:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(200)
        if self.etags:
            request.send_header("ETag", etag)
        sent = content[: len(content) // 2] if self.truncate else content
        if self.chunked:
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            request.wfile.write(b"%x\r\n%s\r\n" % (len(content), sent))
            if not self.truncate:
                request.wfile.write(b"0\r\n\r\n")
        else:
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(sent)
        request.close_connection = True


#: The server of these tests is on this machine.
fetch = partial(fetching.fetch, private=True)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("DRAGOMAN_ALLOW_PRIVATE", "1")
    publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            publisher.answer(self)
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        publisher.url = f"http://127.0.0.1:{httpd.server_port}"
        yield publisher
        httpd.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "file"


def test_a_file_is_saved_with_its_checksum_and_validators(server, target):
    server.files["/list.json"] = b"content"
    told: list[int] = []
    fetched = fetch(f"{server.url}/list.json", target, progress=told.append)
    assert fetched is not None
    assert (fetched.bytes, fetched.sha256) == (7, hashlib.sha256(b"content").hexdigest())
    assert target.read_bytes() == b"content"
    assert told == [7]
    assert fetch(f"{server.url}/list.json", target.with_suffix(".2"), fetched.validators) is None


def test_a_changed_file_is_fetched_again(server, target):
    server.files["/list.json"] = b"content"
    fetched = fetch(f"{server.url}/list.json", target, Validators('"old"', "Thu, 01 Jan 1970 00:00:00 GMT"))
    assert fetched is not None
    headers = server.asked[0][1]
    assert headers["If-None-Match"] == '"old"'
    assert headers["If-Modified-Since"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert headers["User-Agent"].startswith("dragoman/")


def test_a_redirect_is_followed(server, target):
    server.files["/list.json"] = b"content"
    assert fetch(f"{server.url}/moved", target) is not None


@pytest.mark.parametrize("path", ["/missing", "/loop", "/away"])
def test_what_gives_no_file_fails_and_leaves_none(server, target, path):
    with pytest.raises(FetchFailed):
        fetch(server.url + path, target)
    assert not target.exists()
    assert len(server.asked) <= 7


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_cut_short_fails_and_leaves_none(server, target, chunked):
    server.files["/list.json"] = b"content" * 1000
    server.truncate, server.chunked = True, chunked
    with pytest.raises(FetchFailed):
        fetch(f"{server.url}/list.json", target)
    assert not target.exists()


def test_a_chunked_file_is_read_whole(server, target):
    server.files["/list.json"] = b"content" * 1000
    server.chunked = True
    fetched = fetch(f"{server.url}/list.json", target)
    assert fetched is not None
    assert fetched.bytes == 7000


def test_a_file_that_is_too_large_or_too_slow_or_empty_fails(server, target):
    server.files["/list.json"] = b"content" * 1000
    server.files["/empty"] = b""
    with pytest.raises(FetchFailed, match="larger than"):
        fetch(f"{server.url}/list.json", target, most_bytes=6999)
    with pytest.raises(FetchFailed, match="too long"):
        fetch(f"{server.url}/list.json", target, deadline=-1)
    with pytest.raises(FetchFailed, match="cut short"):
        fetch(f"{server.url}/empty", target)
    assert not target.exists()


def test_a_server_that_is_not_there_fails(target):
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetch("http://127.0.0.1:9/list", target)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/list", "ftp://example.org/list", "file:///etc/passwd", "list.json", "", "https:///x",
     "http://127.0.0.1.example.org/", "http://localhost/"],
)  # fmt: skip
def test_only_https_is_fetched(url, target):
    with pytest.raises(FetchFailed, match="https"):
        check_url(url)
    with pytest.raises(FetchFailed):
        fetch(url, target)


def test_file_names_come_from_addresses_and_stay_inside_the_folder():
    urls = ["https://a/x/sdn.csv?v=1", "https://a/y/sdn.csv", "https://a/%2e%2e%2fup", "https://a/", "https://a/.hid"]
    names = file_names(urls)
    assert names == ["sdn.csv", "2_sdn.csv", "up", "list", "hid"]


@pytest.fixture
def fetch_partners(run, server, entities):
    """Serve the made-up list and fetch it by ``lists fetch``."""
    server.files["/list.json"] = entities(("a", "Person", "A B"), ("b", "Person", "C D")).encode()
    return lambda *more: run("lists", "fetch", "partners", *more)


def options(server: Publisher) -> tuple[str, ...]:
    return ("--url", f"{server.url}/list.json", "--format", "ftm")


def test_fetch_keeps_a_version_and_asks_only_for_what_changed(fetch_partners, server, run, entities):
    assert "added: 2 parties" in fetch_partners(*options(server)).stderr
    again = fetch_partners()
    assert (again.exit_code, again.stdout) == (0, "")
    assert "is unchanged at its publisher" in again.stderr
    server.files["/list.json"] = entities(("a", "Person", "A B"), ("c", "Person", "E F"), ("d", "Person", "G")).encode()
    assert "added: 3 parties" in run("lists", "fetch").stderr
    (listed,) = json.loads(run("lists", "ls", "--json").stdout)
    assert len(listed["versions"]) == 2


def test_fetch_without_validators_still_recognises_the_same_content(fetch_partners, server):
    server.etags = False
    fetch_partners(*options(server))
    assert "is unchanged: 2 parties" in fetch_partners().stderr


def test_a_version_that_was_removed_is_fetched_again(fetch_partners, server, run):
    fetch_partners(*options(server))
    run("lists", "rm", "partners", "--yes")
    assert "added: 2 parties" in fetch_partners().stderr


@pytest.mark.parametrize("trouble", ["cut", "page", "gone", "empty list"])
def test_a_failed_fetch_keeps_the_version_in_use(fetch_partners, server, run, trouble):
    fetch_partners(*options(server))
    before = run("lists", "show", "partners", "--json").stdout
    server.truncate = trouble == "cut"
    server.files["/list.json"] = server.files["/list.json"] + b"\n"
    if trouble == "page":
        server.files["/list.json"] = b"<html>We are down for maintenance</html>"
    if trouble == "empty list":
        server.files["/list.json"] = b"{}\n"
    if trouble == "gone":
        del server.files["/list.json"]
    done = fetch_partners()
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert run("lists", "show", "partners", "--json").stdout == before


def test_what_is_remembered_of_an_address_may_be_damaged(fetch_partners, server, home):
    fetch_partners(*options(server))
    (home / "lists" / ".fetched" / "partners.json").write_text("junk")
    assert fetch_partners().exit_code == 2
    assert "is unchanged: 2 parties" in fetch_partners(*options(server)).stderr


def test_a_list_of_several_files_is_read_whole_when_one_changed(run, server, monkeypatch, data):
    from dataclasses import replace

    from dragoman.cli import publishers
    from dragoman.lists.catalogue import find_format

    folder = data / "lists" / "ofac_cons_2025-12"
    for path in folder.iterdir():
        server.files[f"/{path.name}"] = path.read_bytes()
    form = replace(find_format("us-ofac-cons"), urls=tuple(f"{server.url}{path}" for path in sorted(server.files)))
    monkeypatch.setattr(publishers, "find_format", lambda name: form)
    assert "added: 442 parties" in run("lists", "fetch", "us-ofac-cons").stderr
    assert "is unchanged at its publisher" in run("lists", "fetch", "us-ofac-cons").stderr
    changed = next(path for path in server.files if "comments" in path or "alt" in path)
    server.files[changed] += b"\r\n"
    asked = len(server.asked)
    assert "442 parties" in run("lists", "fetch", "us-ofac-cons").stderr
    assert len(server.asked) - asked == 2 * len(server.files) - 1
