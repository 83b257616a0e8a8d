"""The pages of a first start by the rules of WCAG 2.2 AA (axe): from the link to a second factor, narrow and wide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.node.browser.conftest import Look
from tests.node.browser.test_journeys import code
from tests.node.browser.usable import is_usable
from tests.node.conftest import PASSWORD
from tests.node.exchange.nodes import Node


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
def test_the_pages_of_a_first_start_are_usable_by_everybody(empty: Node, look: Look, width: int, scheme: str) -> None:
    link = re.search(r"http://\S+/people/welcome/\S+", empty.said)
    assert link is not None
    page = look.page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto("/")
    is_usable(page, "the sign-in of a node that nobody is at")
    page.goto(link[0])
    is_usable(page, "the link's page")
    page.get_by_label("Your name").fill("Astrid Fjellheim")
    page.get_by_label("Username").fill("astrid")
    passwords = page.locator("input[type=password]").all()
    for field, text in zip(passwords, ("short", "other"), strict=True):
        field.fill(text)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".errorlist, [role=alert], .notice.bad").first).to_be_visible()
    is_usable(page, "the link's page with what was refused")
    page.get_by_label("Username").fill("astrid")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Set up").first.wait_for()
    is_usable(page, "the second factors")
    page.get_by_role("link", name="Set up").first.click()
    expect(page.locator("input[name=code]")).to_be_visible()
    is_usable(page, "the set-up of an authenticator app")
    page.locator("input[name=code]").fill("000000")
    page.locator("main button[type=submit], main button.primary").first.click()
    is_usable(page, "a code that was refused")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(code(secret))
    page.locator("main button[type=submit], main button.primary").first.click()
    page.wait_for_load_state("networkidle")
    is_usable(page, "the recovery codes")
    for path in ("/people/", "/people/settings/", "/help/"):
        page.goto(path)
        is_usable(page, path)
    page.goto(link[0])
    expect(page.get_by_text("This link opens nothing")).to_be_visible()
    is_usable(page, "a link that was used")
