"""The matrix of handling and agreement against what leaves by other ways: passed on to a third, and as an answer.

The oracles are a few lines each, made from the words of the agreements.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from django.test import Client

from dragoman.exchange import requests as rules
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.messages import Letter
from dragoman.exchange.stix.ids import Thing
from dragoman.node.access import ROLES
from dragoman.node.partners import polling, requests_receiving, sharing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Disclosure, InformationRequest, Outgoing, SharedList
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from tests.node.conftest import People
from tests.node.partners.parties import BANK, BORDER, PURPOSE, Reader, Side, agree, given_by_bank, listed, meet
from tests.node.partners.test_passing_on import leave_for, receive_leave

pytestmark = pytest.mark.django_db
CODES = [frozenset(), frozenset({"H0"}), frozenset({"H1"}), frozenset({"H2"}), frozenset({"H3"})]
#: What the border service may get, whoever's it is.
CEILING, KEPT = Colour.AMBER, {"H1", "H2", "H3"}


def handled(colour: Colour, codes: frozenset[str], originator: str) -> dict[str, Any]:
    """Return the fields of a handling; RED names the border service."""
    fields: dict[str, Any] = {"colour": colour, "codes": codes, "originators": frozenset({originator})}
    if "H3" in codes:
        fields["restrictions"] = ("ask first",)
    return fields | ({"recipients": frozenset({BORDER})} if colour is Colour.RED else {})


def agreed(colour: Colour, codes: frozenset[str]) -> bool:
    """Say whether a clause lets it out for border control, which H0 does not mean: part of the oracles."""
    return colour <= CEILING and codes <= KEPT


# On to a third.


def goes_on(colour: Colour, codes: frozenset[str], onward: str, *, leave: bool) -> bool:
    """Say whether what the bank gave goes on: the oracle."""
    if onward == "never":
        return False
    free = colour is Colour.CLEAR or (colour is Colour.GREEN and onward == "colour")
    return agreed(colour, codes) and (leave or (free and "H2" not in codes))


@pytest.fixture
def border(people: People) -> Side:
    return meet(BORDER, people.liaison, node_id(), BORDER, clause={"tlp": CEILING.word, "codes": sorted(KEPT)})


@pytest.mark.parametrize("onward", ["leave", "colour", "never"])
@pytest.mark.parametrize("state", ["in force", "suspended", "ended", "border suspended"])
def test_what_a_partner_gave_goes_on_as_both_agreements_and_its_leave_say(
    people: People, border: Side, onward: str, state: str
) -> None:
    terms = {"tlp": "RED", "codes": ["H0", "H1", "H2", "H3"]}
    bank = meet(BANK, people.liaison, BANK, node_id(), onward=onward, clause=terms)
    every = list(product(Colour, CODES, (False, True)))
    things: dict[str, tuple[Thing, tuple[Colour, frozenset[str], bool]]] = {}
    for number, (colour, codes, leave) in enumerate(every):
        (thing,) = given_by_bank(bank, listed(number), **handled(colour, codes, BANK))
        things[thing["id"]] = thing, (colour, codes, leave)
    polling.renew(bank.partner)
    source = Source.objects.get(name="from-bank-example")
    if onward != "never":
        sharing.write(sharing.share("node", border.agreement, source, purpose=PURPOSE))
    receive_leave(bank, leave_for(*(thing for thing, (*_, leave) in things.values() if leave)))
    if state != "in force":
        (border if state == "border suspended" else bank).act("end" if state == "ended" else "suspend")
    wanted = {
        name
        for name, (_, (colour, codes, leave)) in things.items()
        if state == "in force" and goes_on(colour, codes, onward, leave=leave)
    }
    for kind in ("manifest", "objects"):
        assert {each["id"] for each in Reader(border).read(kind)} == wanted
    left = Disclosure.objects.filter(partner=border.partner, object__in=list(things))
    assert set(left.values_list("object", flat=True)) == wanted
    assert all(digest(each) == digest(things[each["id"]][0]) for each in Reader(border).read())


# As an answer.


def asked(border: Side) -> InformationRequest:
    """Let the border service ask; return the request, the receipt of which is not confirmed."""
    made = rules.request(
        border.agreement.read, BORDER, data_class="list_entries", purpose=PURPOSE, urgency="urgent",
        question="Who is this?", about={"schema": "Person", "properties": {"name": ["Exempla Ficta"]}},
        handling=Handling(Colour.AMBER, frozenset({BORDER})), at=datetime.now(UTC),
    )  # fmt: skip
    letter = Letter("request", BORDER, node_id(), border.agreement.hash, datetime.now(UTC), made.to_json())
    requests_receiving.take_request(letter, border.partner)
    return InformationRequest.objects.get()


@pytest.fixture
def records() -> dict[tuple[Colour, frozenset[str]], Record]:
    """A record of this node for each handling."""
    source = Source.objects.create(name="own", title="Own")
    ListVersion.objects.create(source=source, version="1", state="in_use")
    found = {}
    for colour, codes in product(Colour, CODES):
        name = f"{colour.word} {sorted(codes)}"
        row = Record.objects.create(
            source=source, record_id=name, schema="Person", caption=name, content=name[:32],
            first_seen="1", last_seen="1",
        )  # fmt: skip
        handling = Handling(**handled(colour, codes, node_id())).to_json()
        Statement.objects.create(
            record=row, prop="name", value="Exempla Ficta", handling=handling, first_seen="1", last_seen="1"
        )
        found[colour, codes] = row
    return found


@pytest.fixture
def asking(people: People) -> Side:
    terms = {"tlp": CEILING.word, "codes": sorted(KEPT), "actions": ["disclose", "ask"]}
    return meet(BORDER, people.liaison, node_id(), BORDER, clause=terms)


STATES = ["in force", "suspended", "ended", "narrowed"]


@pytest.mark.parametrize("state", STATES)
def test_a_record_leaves_as_an_answer_as_the_agreement_says_at_that_moment(
    asking: Side, liaison: Client, records: dict[tuple[Colour, frozenset[str]], Record], state: str
) -> None:
    row = asked(asking)
    url = f"/partners/requests/{row.pk}/answer"
    liaison.post(url, {"step": "received"})
    if state in ("suspended", "ended"):
        asking.act("suspend" if state == "suspended" else "end")
    if state == "narrowed":
        narrower = {"tlp": "CLEAR", "codes": [], "actions": ["disclose", "ask"]}
        old = asking.agreement
        agree(asking.partner, node_id(), BORDER, version=2, supersedes=old.hash, clause=narrower)
    for (colour, codes), record in records.items():
        before = Disclosure.objects.count()
        liaison.post(url, {"step": "part", "record": record.pk, "tlp": "CLEAR"})
        left = Disclosure.objects.count() - before
        assert left == (state == "in force" and agreed(colour, codes)), (colour, codes)
    told = json.dumps([each.letter["body"] for each in Outgoing.objects.filter(kind="event")])
    for (colour, codes), record in records.items():
        assert (json.dumps(record.record_id)[1:-1] in told) == (state == "in force" and agreed(colour, codes))


@pytest.mark.parametrize("colour", list(Colour))
@pytest.mark.parametrize("state", STATES[:2])
def test_words_leave_as_an_answer_up_to_the_colour_that_is_agreed(
    asking: Side, liaison: Client, colour: Colour, state: str
) -> None:
    row = asked(asking)
    url = f"/partners/requests/{row.pk}/answer"
    liaison.post(url, {"step": "received"})
    if state == "suspended":
        asking.act("suspend")
    liaison.post(url, {"step": "answered", "text": "Words of an answer", "tlp": colour.word})
    told = json.dumps([each.letter["body"] for each in Outgoing.objects.filter(kind="event")])
    assert ("Words of an answer" in told) == (state == "in force" and colour <= CEILING)


def test_who_may_let_something_leave_by_hand_is_as_the_table_of_roles_says(
    asking: Side, client_of: Callable[..., Client], records: dict[tuple[Colour, frozenset[str]], Record]
) -> None:
    row, free = asked(asking), records[Colour.CLEAR, frozenset()]
    client_of("liaison").post(f"/partners/requests/{row.pk}/answer", {"step": "received"})
    for role in [*ROLES, ""]:
        client = client_of(role) if role else Client()
        before = Disclosure.objects.count()
        client.post(f"/partners/requests/{row.pk}/answer", {"step": "part", "record": free.pk, "tlp": "CLEAR"})
        assert Disclosure.objects.count() - before == (role in ("supervisor", "liaison")), role
        given, fields = SharedList.objects.count(), {"source": "own", "tlp": "CLEAR", "purpose": PURPOSE}
        client.post(f"/partners/agreements/{asking.agreement.pk}/share", fields)
        assert SharedList.objects.count() - given == (role == "liaison"), role


@pytest.mark.parametrize("word", ["", "WHITE", "TLP:RED", "amber"])
def test_a_colour_is_read_strictly_and_never_as_a_freer_one(asking: Side, liaison: Client, word: str) -> None:
    row = asked(asking)
    url = f"/partners/requests/{row.pk}/answer"
    liaison.post(url, {"step": "received"})
    liaison.post(url, {"step": "part", "text": "Words", "tlp": word})
    assert Disclosure.objects.exists() == (word in ("WHITE", "amber"))
