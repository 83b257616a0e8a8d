"""What holds for every page: no rule of WCAG 2.2 AA is broken (axe), and it is no wider than its window."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def follows_the_rules(page: Page, what: str) -> None:
    """Show that the page, once it is quiet, breaks no rule."""
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=_RULES)
    faults = [(each["id"], each["nodes"][0]["html"][:160]) for each in found.response["violations"]]
    assert faults == [], what


def is_usable(page: Page, what: str) -> None:
    """Show that the page breaks no rule, and is no wider than its window."""
    follows_the_rules(page, what)
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    assert not wide, f"{what} is wider than its window"
