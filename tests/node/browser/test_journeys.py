"""The main journeys in a real browser, in the order in which a new node meets them."""

from __future__ import annotations

import re
import time
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.node.browser.conftest import Look
from tests.node.exchange.nodes import Node

PASSWORD = "a boat on the old canal"  # noqa: S105
LISTED = "Khalid Faris al-Zamraquni"


def code(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238, 30 seconds)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_first_start_makes_an_administrator_with_a_second_factor(fresh: Node, look: Look) -> None:
    link = re.search(r"http://\S+/people/welcome/\S+", fresh.said)
    assert link is not None
    page = look.page()
    page.goto(link[0])
    page.get_by_label("Your name").fill("Astrid Fjellheim")
    page.get_by_label("Username").fill("astrid")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Set up").first.click()
    expect(page.locator("input[name=code]")).to_be_visible()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.locator("input[name=code]").fill(code(secret))
    page.locator("main button[type=submit], main button.primary").first.click()
    page.wait_for_load_state("networkidle")
    page.goto("/people/")
    expect(page.get_by_role("heading", name="People", exact=True)).to_be_visible()
    page.goto(link[0])
    expect(page.get_by_text("This link opens nothing")).to_be_visible()


def test_a_name_in_another_script_is_found_and_explained(people: Node, look: Look) -> None:
    page = look.page("analyst")
    page.goto("/")
    page.locator("input[name=q]").fill("خالد فارس الزمرقوني")
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_contain_text(LISTED)
    expect(page.locator("#results")).to_contain_text("what agrees is rare")


def upload(page: Page, file: Path) -> None:
    page.goto("/screenings/upload/")
    page.locator("main input[type=file]").set_input_files(file)
    page.locator("main button.primary").first.click()
    expect(page.locator("main")).to_contain_text("Done", timeout=120_000)


def test_a_file_is_screened_in_the_background(people: Node, look: Look, exercise: Path) -> None:
    page = look.page("analyst")
    upload(page, exercise / "customers.csv")
    expect(page.locator("main")).to_contain_text("64 queries")


def decide(page: Page, key: str) -> None:
    page.keyboard.press(key)
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)


def test_hits_are_decided_by_keyboard_and_undone(people: Node, look: Look) -> None:
    page = look.page("reviewer")
    page.goto("/hits/")
    page.keyboard.press("j")
    expect(page.locator("#pane .pair").first).to_be_visible()
    first = page.locator("tr.selected").get_attribute("data-hit")
    decide(page, "f")
    expect(page.locator(f'tr[data-hit="{first}"] [data-label]')).to_have_text("False match")
    page.keyboard.press("k")
    expect(page.locator(f'tr[data-hit="{first}"]')).to_have_class(re.compile("selected"))
    page.keyboard.press("u")
    expect(page.locator(f'tr[data-hit="{first}"] [data-label]')).to_have_text("Open")


def test_a_true_match_needs_a_second_person(people: Node, look: Look) -> None:
    page = look.page("reviewer")
    page.goto("/hits/")
    page.keyboard.press("j")
    expect(page.locator("#pane .pair").first).to_be_visible()
    hit = page.locator("tr.selected").get_attribute("data-hit")
    decide(page, "t")
    expect(page.locator(f'tr[data-hit="{hit}"] [data-label]')).to_have_text("Second person")
    other = look.page("supervisor")
    other.goto("/hits/?state=second")
    other.keyboard.press("j")
    expect(other.locator("#pane .pair").first).to_be_visible()
    decide(other, "t")
    expect(other.locator(f'tr[data-hit="{hit}"] [data-label]')).to_have_text("True match")


def test_records_are_judged_the_same_and_the_judgement_is_taken_back(people: Node, look: Look) -> None:
    page = look.page("analyst")
    page.goto(f"/lists/subjects?q={LISTED}")
    page.get_by_role("link", name="Subject", exact=True).first.click()
    expect(page.locator(".map path.named").first).to_be_visible()
    expect(page.locator(".strip [data-at]").first).to_be_visible()
    expect(page.locator(".graph")).to_be_hidden()  # nothing is related to it yet
    page.get_by_label("Find a record to judge").fill("Dariush Mehrvazgan")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("What decides it").first.fill("The same passport stands in both")
    page.get_by_role("button", name="The same", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("The same passport stands in both")
    expect(page.locator(".graph canvas").first).to_be_visible()
    expect(page.locator("[data-graph-list]")).to_contain_text("judged the same as")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("main")).not_to_contain_text("The same passport stands in both")


def test_an_auditor_verifies_the_journal(people: Node, look: Look) -> None:
    page = look.page("auditor")
    page.goto("/journal/")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator("main .notice")).to_contain_text("Sound.", timeout=60_000)
