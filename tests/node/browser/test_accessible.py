"""Every page of the console by the rules of WCAG 2.2 AA (axe), narrow and wide, light and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.node.browser.conftest import Look
from tests.node.exchange.nodes import Node

PAGES = {
    "analyst": [
        "/help/",
        "/search/",
        "/hits/",
        "/screenings/",
        "/screenings/upload/",
        "/cases/",
        "/lists/",
        "/lists/un-sc/",
        "/lists/subjects",
        "/lists/records/1",
        "/lists/subjects/1",
    ],
    "liaison": ["/partners/"],
    "auditor": ["/journal/"],
    "administrator": ["/people/", "/people/settings/"],
}
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
@pytest.mark.parametrize("role", PAGES)
def test_pages_are_usable_by_everybody(people: Node, look: Look, role: str, width: int, scheme: str) -> None:
    page = look.page(role, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in PAGES[role]:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, options=_RULES)
        faults = [(each["id"], each["nodes"][0]["html"][:160]) for each in found.response["violations"]]
        assert faults == [], path
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
        assert not wide, f"{path} is wider than {width} pixels"


def test_nobody_sees_only_the_sign_in(people: Node, look: Look) -> None:
    page = look.page()
    page.goto("/search/")
    page.wait_for_load_state("networkidle")
    assert "/accounts/login/" in page.url
    assert Axe().run(page, options=_RULES).response["violations"] == []
