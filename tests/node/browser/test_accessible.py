"""Every page of the console by the rules of WCAG 2.2 AA (axe), narrow and wide, light and dark."""

from __future__ import annotations

import pytest

from tests.node.browser.conftest import Look
from tests.node.browser.usable import follows_the_rules, is_usable
from tests.node.exchange.nodes import Node

#: What stands in `shown` is made by the fixture: a subject of two records, a screening with a hit that was reviewed.
PAGES = {
    "analyst": [
        "/help/",
        "/search/",
        "/hits/",
        "/hits/1/",
        "/screenings/",
        "/screenings/1/",
        "/screenings/upload/",
        "/cases/",
        "/lists/",
        "/lists/un-sc/",
        "/lists/un-sc/versions/2026-02-10",
        "/lists/subjects",
        "/lists/records/1",
        "/lists/subjects/46",
        "/partners/matching",
        "/people/keys/",
    ],
    "liaison": ["/partners/", "/partners/disclosures", "/partners/notices"],
    "auditor": ["/journal/", "/journal/3/"],
    "supervisor": ["/hits/?assigned=me", "/safe-list/", "/lists/add"],
    "administrator": ["/people/", "/people/2/", "/people/settings/", "/webhooks/"],
}


@pytest.fixture(scope="module")
def shown(people: Node) -> Node:
    """The node with something on each page."""
    people.post("analyst", "/lists/subjects/46/judge", other=50, verdict="same", reason="One birth, one passport")
    people.post("analyst", "/search/review/", q="Haled Fares Zemraqouni", source="un-sc", record_id="un-sc-XMi.915777")
    people.post("supervisor", "/hits/1/assign/", to="me")
    people.post("supervisor", "/hits/1/decide/", disposition="inconclusive", words="No date is known")
    return people


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
@pytest.mark.parametrize("role", PAGES)
def test_pages_are_usable_by_everybody(shown: Node, look: Look, role: str, width: int, scheme: str) -> None:
    page = look.page(role, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in PAGES[role]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        is_usable(page, path)


def test_nobody_sees_only_the_sign_in(people: Node, look: Look) -> None:
    page = look.page()
    page.goto("/search/")
    page.wait_for_load_state("networkidle")
    assert "/accounts/login/" in page.url
    follows_the_rules(page, "the sign-in")
