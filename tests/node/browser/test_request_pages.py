"""Asking and answering in a real browser; each page by the rules of WCAG 2.2 AA, narrow and wide, light and dark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from dragoman.exercise.making import LIST_FILES
from tests.node.browser.conftest import Look
from tests.node.browser.usable import is_usable
from tests.node.exchange.nodes import Node, card_of
from tests.node.homes import Homes

#: A partner with an agreement in force, and what it asks.
_PARTNER = """
from datetime import date, timedelta
from django.utils import timezone
from dragoman.exchange import requests as rules
from dragoman.exchange.agreement import Contact, Memorandum, Party
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.agreement_draft import draft
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.messages import Letter
from dragoman.node.partners import agreeing, requests_receiving
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Partner
from dragoman.node.people.models import Account
key, now = PrivateKey.from_seed(bytes([7] * 32)), timezone.now()
partner = Partner.objects.create(
    node="border.example", name="Border Service of Nowhere", address="http://127.0.0.1:9/", key=key.public.text,
    confirmed=now, by=Account.objects.get(username="liaison"),
)
nodes = (node_id(), "border.example")
keys = (node_key(), key)
parties = tuple(Party(node, node, each.public, Contact("Desk")) for node, each in zip(nodes, keys))
clauses = [
    {"giver": giver, "receiver": receiver, "actions": ["disclose", "match", "ask"], "tlp": "AMBER",
     "classes": ["list_entries", "persons_of_interest"], "purposes": ["border-control"],
     "roles": ["liaison", "service"]}
    for giver, receiver in (nodes, nodes[::-1])
]
made = draft("with-border", "Watch lists", parties, Memorandum("MoU", "1", date(2026, 1, 5)), clauses,
             starts=now - timedelta(days=9), ends=now + timedelta(days=900))
kept = agreeing.keep(made, "system")
for each in keys:
    agreeing._keep_act(kept, perform("sign", kept.read, each, kept.known_acts(), now - timedelta(days=1)), "system")
asked = rules.request(
    kept.read, "border.example", data_class="list_entries", purpose="border-control", urgency="urgent", at=now,
    question="Do you know this person?", handling=Handling(Colour.AMBER, frozenset({"border.example"})),
    about={"schema": "Person", "properties": {"name": ["Khalid Faris al-Zamraquni"]}},
)
letter = Letter("request", "border.example", node_id(), kept.hash, now, asked.to_json())
requests_receiving.take_request(letter, partner)
"""


@pytest.fixture(scope="module")
def partnered(people: Node) -> Node:
    """The node with a partner that asks."""
    if people.number("Partner.objects.filter(node='border.example').count()") == 0:
        people.run(script=_PARTNER)
    return people


def test_a_partner_is_asked_and_answered(partnered: Node, people: Node, look: Look) -> None:
    page = look.page("liaison")
    page.goto("/partners/requests")
    page.get_by_role("link", name="Khalid Faris al-Zamraquni").first.click()
    page.get_by_role("button", name="Confirm the receipt").click()
    page.get_by_role("link", name="Look in our lists").click()
    page.locator("input[name=record]").first.check()
    page.get_by_label("In words").first.fill("He is on the list of the United Nations.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("main")).to_contain_text("What was given")
    page.goto("/partners/requests/new")
    page.get_by_label("Question").fill("Is this person known to you?")
    page.get_by_label("Name", exact=True).fill("Invented Person")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("main")).to_contain_text("is on its way to Border Service of Nowhere")
    page.goto("/partners/interests")
    page.get_by_label("Name", exact=True).fill("Invented Person")
    page.get_by_label("Date of birth").fill("1980-01-02")
    page.get_by_role("button", name="Register it").click()
    expect(page.locator("main")).to_contain_text("Not compared yet")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (400, "dark")])
def test_pages_of_requests_are_usable_by_everybody(
    partnered: Node, people: Node, look: Look, width: int, scheme: str
) -> None:
    page = look.page("liaison", viewport={"width": width, "height": 900}, color_scheme=scheme)
    count = partnered.number("InformationRequest.objects.count()")
    each_one = [f"/partners/requests/{number}" for number in range(1, count + 1)]
    paths = ["/partners/requests?state=all", "/partners/requests/new", *each_one]
    made = f"/partners/agreements/{partnered.number('Agreement.objects.first().pk')}"
    partner = f"/partners/{partnered.number('Partner.objects.first().pk')}"
    for path in [*paths, "/partners/interests", partner, made, f"{made}/next"]:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        is_usable(page, path)


#: Puts a list in use.
_IMPORT = """
from pathlib import Path
from dragoman.node.registry.importing import import_list
import_list("un-sc", Path({!r}))
"""
#: Prints a line to ask about: a name and a full date of birth of somebody on the list.
_LISTED = """
from dragoman.node.registry.models import Statement
for each in Statement.objects.filter(prop="birthDate", gone=False, record__source__name="un-sc").order_by("pk"):
    name = each.record.statements.filter(prop="name", gone=False).first()
    if name and len(each.value) == 10:
        print("LINE", name.value + ";" + each.value)
        break
"""
#: An agreement by which the partner lets this node match and ask.
_DRAFT = {
    "title": "Harbour", "memorandum": "Memorandum", "reference": "MoU 4/2026", "signed": "2026-01-05",
    "desk": "Duty desk", "their_desk": "Liaison", "give_classes": ["list_entries"], "give_purposes": ["border-control"],
    "give_actions": ["match", "ask"], "give_tlp": "AMBER", "take_tlp": "AMBER", "codes": ["H1"], "onward": "leave",
    "authors": "stripped", "retention": "365", "quota": "100", "starts": "2026-01-10", "ends": "2099-01-10",
}  # fmt: skip


@pytest.fixture(scope="module")
def harbour(people: Node, exercise: Path, tmp_path_factory: pytest.TempPathFactory, homes: Homes) -> Iterator[Node]:
    """A partner on a node of its own, which lets this one match against a list and ask about it."""
    made = Node(tmp_path_factory.mktemp("harbour") / "harbour", "Harbour Police of Nowhere")
    made.prepare(homes)
    made.run(script=_IMPORT.format(str(exercise / LIST_FILES["un-sc"][0])))
    made.start()
    try:
        for here, there in ((people, made), (made, people)):
            card = card_of(there)
            here.post("liaison", "/partners/add", card=json.dumps(card))
            here.post("liaison", f"/partners/{_number(here, 'Partner', node=card['node'])}/confirm")
        made.post("liaison", "/partners/1/draft", **_DRAFT)
        made.post("liaison", "/partners/agreements/1/act", act="sign")
        made.run("exchange")
        people.post("liaison", f"/partners/agreements/{_number(people, 'Agreement', title='Harbour')}/act", act="sign")
        people.run("exchange")
        fields = {"source": "un-sc", "tlp": "AMBER", "purpose": "border-control", "kind": ["name-day", "document"]}
        made.post("liaison", "/partners/matching/offer", agreement=1, **fields)
        yield made
    finally:
        made.stop()


def _number(node: Node, model: str, /, **wanted: str) -> int:
    return node.number(f"{model}.objects.get(**{wanted!r}).pk")


def test_a_hit_of_private_matching_leads_to_a_request_and_no_hit_leads_to_none(
    people: Node, harbour: Node, look: Look
) -> None:
    line = harbour.run(script=_LISTED).partition("LINE ")[2].strip()
    name, _, born = line.partition(";")
    page = look.page("liaison")
    page.goto("/partners/matching")
    page.get_by_role("button", name="Ask which lists are offered").click()
    option = page.locator("#list option", has_text="un-sc of Harbour Police of Nowhere")
    page.locator("#list").select_option(option.get_attribute("value"))
    page.get_by_label("Lines").fill("Nobody Atall;1901-01-01")
    page.get_by_role("button", name="Match in private").click()
    expect(page.locator("main")).to_contain_text("Nothing of this is on the list")
    expect(page.get_by_role("button", name="Ask about this line")).to_have_count(0)

    page.locator("#list").select_option(option.get_attribute("value"))
    page.get_by_label("Lines").fill(f"Nobody Atall;1901-01-01\n{line}")
    page.get_by_role("button", name="Match in private").click()
    expect(page.locator("main")).to_contain_text("1 of 2 lines on un-sc")
    page.get_by_role("button", name="Ask about this line").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    expect(page.get_by_label("Date of birth")).to_have_value(born)
    expect(page.locator("#agreement option:checked")).to_contain_text("Harbour Police of Nowhere")
    assert page.url == f"{people.url}/partners/requests/new"  # no name stands in an address
    assert harbour.number("InformationRequest.objects.count()") == 0  # nothing was sent by itself

    page.get_by_label("Question").fill("Why is this person on your list?")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("main")).to_contain_text("is on its way to Harbour Police of Nowhere")
    expect(page.locator("main")).to_contain_text(name)
    people.run("exchange")
    asked = harbour.page("liaison", "/partners/requests")
    assert name in asked
    assert "Why is this person on your list?" in harbour.page("liaison", "/partners/requests/1")
