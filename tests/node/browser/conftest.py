"""A real node with the exercise, and Chromium before it.

The folder is a package: else `scope="package"` would be that of the session, and the loop that Playwright leaves open
would be in the way of all tests after these.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import dragoman
from dragoman.exercise import make
from tests.node.exchange.nodes import Node
from tests.node.homes import Homes

CONSOLE = Path(dragoman.__file__).parent / "node/static/dragoman/console.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="package")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercise as written: its customers are uploaded."""
    folder = tmp_path_factory.mktemp("exercise")
    make(folder)
    return folder


@contextmanager
def serving(folder: Path, *options: str, homes: Homes | None = None) -> Iterator[Node]:
    """Serve a new node until the block ends; skip where there is no browser to look at it.

    With `homes` it need not make its tables first.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not on this machine (apt-get install chromium)")
    if not CONSOLE.is_file():
        pytest.skip("the console is not bundled (make front)")
    made = Node(folder / "node", "Exercise North")
    if homes is None:
        made.home.mkdir()
    else:
        homes.copy(made.home)
    made.start(*options, jobs=True)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Node]:
    """A node that was started for the first time, with nobody in it."""
    with serving(tmp_path) as node:
        yield node


@pytest.fixture
def empty(tmp_path: Path, homes: Homes) -> Iterator[Node]:
    """A node with nobody in it, whose tables were there."""
    with serving(tmp_path, homes=homes) as node:
        yield node


@pytest.fixture(scope="package")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node with the exercise, and somebody of every role."""
    with serving(tmp_path_factory.mktemp("people"), "--exercise") as node:
        node.people()
        yield node


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        expect.set_options(timeout=20_000)
        yield opened
        opened.close()


class Look:
    """Pages as one person sees them; what the browser complains of fails the test."""

    def __init__(self, browser: Browser, node: Node) -> None:
        self.browser, self.node = browser, node
        self.complaints: list[str] = []

    def page(self, role: str | None = None, **options: object) -> Page:
        """Return a new page, signed in as the person of that role, or as nobody."""
        shown: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}} | options
        context = self.browser.new_context(base_url=self.node.url, **shown)
        context.set_default_timeout(30_000)
        if role is not None:
            context.add_cookies([{"name": "dragoman", "value": self.node.cookies[role], "url": self.node.url}])
        page = context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)


@pytest.fixture
def look(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Look]:
    """Open pages of the node that the test asks for with `look.page(role)`."""
    name = next(name for name in ("fresh", "empty", "people") if name in request.fixturenames)
    found = Look(browser, request.getfixturevalue(name))
    yield found
    for context in browser.contexts:
        context.close()
    assert found.complaints == []
