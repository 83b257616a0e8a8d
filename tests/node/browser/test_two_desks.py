"""Two liaison officers, each in a browser before a node of their own: an agreement, a list, what is called back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from dragoman.exercise.making import LIST_FILES
from tests.node.browser.conftest import CHROMIUM, CONSOLE, Look
from tests.node.exchange.nodes import Node
from tests.node.homes import Homes

SOMEBODY = "Khalid Faris al-Zamraquni"
_IMPORT = """
from pathlib import Path
from dragoman.node.registry.importing import import_list
import_list("un-sc", Path({!r}))
"""


class Desk(NamedTuple):
    """A node, and what its liaison officer sees."""

    node: Node
    look: Look
    page: Page

    def exchange(self) -> None:
        """Do what the node's worker does every minute."""
        self.node.run("exchange")


@pytest.fixture
def desks(browser: Browser, exercise: Path, tmp_path: Path, homes: Homes) -> Iterator[tuple[Desk, Desk]]:
    """A financial-intelligence unit with a list, and a border service without one; they do not know each other."""
    if CHROMIUM is None or not CONSOLE.is_file():
        pytest.skip("there is no browser, or no console for it")
    nodes = [Node(tmp_path / name / name, title) for name, title in (("fiu", "Unit of Nowhere"), ("border", "Border"))]
    try:
        made = []
        for node in nodes:
            node.prepare(homes)
            node.start()
            look = Look(browser, node)
            made.append(Desk(node, look, look.page("liaison")))
        nodes[0].run(script=_IMPORT.format(str(exercise / LIST_FILES["un-sc"][0])))
        yield made[0], made[1]
    finally:
        for node in nodes:
            node.stop()
    assert [desk.look.complaints for desk in made] == [[], []]


def introduce(here: Desk, there: Desk) -> None:
    """Take the other's card in, and say that the fingerprint was compared."""
    there.page.goto("/partners/")
    card = there.page.locator("#card").inner_text()
    here.page.goto("/partners/")
    here.page.get_by_role("button", name="Add a partner").first.click()
    here.page.get_by_label("The partner's card").fill(card)
    here.page.get_by_role("button", name="Add", exact=True).click()
    here.page.get_by_role("button", name="It is the same").click()
    expect(here.page.locator("main")).not_to_contain_text("Nobody has compared this partner's key yet")


def draft(desk: Desk) -> None:
    """Write an agreement by which this node gives its list entries for controls at the border."""
    page = desk.page
    page.get_by_role("link", name="Draft an agreement").click()
    for label, text in {
        "Title": "Watch lists",
        "Memorandum, treaty or law it rests on": "Memorandum of Understanding",
        "Its reference": "MoU 3/2026",
        "Signed on": "2026-01-05",
        "Our contact point": "Duty desk",
        "Their contact point": "Liaison",
        "Starts": "2026-01-10",
    }.items():
        page.get_by_label(label, exact=True).fill(text)
    for name, value in {
        "give_classes": "list_entries",
        "give_purposes": "border-control",
        "give_actions": "disclose",
    }.items():
        page.locator(f"input[name={name}][value={value}]").check()
    page.get_by_role("button", name="Keep the draft").click()


def sign(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Sign", exact=True).click()
    desk.exchange()


def test_two_officers_sign_an_agreement_give_a_list_and_call_somebody_back(desks: tuple[Desk, Desk]) -> None:
    fiu, border = desks
    introduce(fiu, border)
    introduce(border, fiu)
    fiu.page.goto("/partners/1")
    draft(fiu)
    sign(fiu)
    border.page.goto("/partners/1")
    border.page.get_by_role("link", name="Watch lists").click()
    expect(border.page.locator("main")).to_contain_text("Offered")
    sign(border)
    for desk in desks:
        desk.page.goto("/partners/agreements/1")
        expect(desk.page.locator("main")).to_contain_text("In force")

    fiu.page.get_by_text("Give a list").click()
    fiu.page.get_by_label("Purpose").select_option("border-control")
    fiu.page.get_by_role("button", name="Give it").click()
    border.exchange()
    listed = f"/lists/from-fiu-example/?q={SOMEBODY}"
    analyst = border.look.page("analyst")
    analyst.goto(listed)
    expect(analyst.locator("main")).to_contain_text(SOMEBODY)

    fiu.page.goto(f"/partners/disclosures?q={SOMEBODY}")
    fiu.page.locator("input[name=object]").first.check()
    fiu.page.get_by_label("Kind").select_option("recall")
    fiu.page.get_by_label("Reason").fill("It was another person")
    fiu.page.get_by_role("button", name="Send to all who got it").click()
    for desk in (fiu, border, fiu):
        desk.exchange()
    fiu.page.goto("/partners/disclosures?state=recalled")
    expect(fiu.page.locator("main table")).to_contain_text("acknowledged")
    analyst.goto(listed)
    expect(analyst.locator("main")).not_to_contain_text(SOMEBODY)
