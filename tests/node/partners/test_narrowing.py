"""A narrower version of an agreement calls back what it would not let leave, wherever that went, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from dragoman.exchange import recall
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.stix.ids import Thing, stix_id, write_time
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.writing import add_objects
from dragoman.node.partners import agreeing, polling, recalling_narrowing, recalling_receiving
from dragoman.node.partners.holding import text_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Disclosure, Notice, NoticeDuty, Outgoing, SharedList, SharedObject
from dragoman.node.partners.taxii.asking import collections_of
from dragoman.node.partners.taxii.store import Store
from tests.node.conftest import People
from tests.node.partners.parties import BANK, BORDER, KEYS, NOW, PURPOSE, Reader, Side, agree, meet
from tests.node.partners.test_passing_on import leave_for, receive_leave

pytestmark = pytest.mark.django_db
WIDE = {"classes": ["list_entries"], "tlp": "AMBER", "codes": ["H1"], "purposes": [PURPOSE, "counter-terrorism"]}


@pytest.fixture
def border(people: People) -> Side:
    """A border service that may get list entries up to AMBER, and indicators."""
    return meet(BORDER, people.liaison, node_id(), BORDER, **terms(WIDE, WIDE | {"classes": ["indicators"]}))


def terms(*clauses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    given = [
        {"giver": node_id(), "receiver": BORDER, "actions": ["disclose", "pass_on"], "roles": ["liaison", "service"]}
        | {"id": str(number)}
        | each
        for number, each in enumerate(clauses, 1)
    ]
    classes = {name for each in given for name in each["classes"]}
    return {"clauses": given, "retention": dict.fromkeys(sorted(classes), 365)} | changes


def give(border: Side, name: str, data_class: str = "list_entries", **handling: Any) -> str:
    """Put an object into a collection that the border service reads; return its id."""
    (uuid,) = [each for each, shown in collections_of(border.agreement).items() if shown.alias == data_class]
    at = write_time(NOW - timedelta(hours=2))
    thing: Thing = {
        "type": "identity", "spec_version": "2.1", "id": stix_id("identity", name), "created": at, "modified": at,
        "name": "Ficta",
    }  # fmt: skip
    text = text_of(Handling(**{"colour": Colour.GREEN, "originators": frozenset({node_id()})} | handling))
    add_objects(Store({thing["id"]: text}), uuid, [thing], now=moment_of(datetime.now(UTC)), status_id=str(uuid4()))
    return str(thing["id"])


def read(border: Side) -> set[str]:
    """Let the border service read all that it may."""
    found: set[str] = set()
    for shown in collections_of(border.agreement).values():
        reader = Reader(border)
        found |= {each["id"] for each in reader.read(collection=shown.id)}
    return found


@pytest.fixture
def left(border: Side) -> dict[str, str]:
    """What left: by name, the ids."""
    ids = {
        "green": give(border, "green"),
        "amber": give(border, "amber", colour=Colour.AMBER),
        "coded": give(border, "coded", codes=frozenset({"H1"})),
        "terror": give(border, "terror", purposes=frozenset({"counter-terrorism"})),
        "indicator": give(border, "indicator", "indicators"),
    }
    assert read(border) == set(ids.values())
    return ids


def narrowed(border: Side, *clauses: dict[str, Any], **changes: Any) -> Agreement:
    """Let both sign a version with these clauses."""
    old = border.agreement
    changes = terms(*clauses) | {"version": 2, "supersedes": old.hash} | changes
    return agree(border.partner, node_id(), BORDER, **changes)


def called_back() -> set[str]:
    return set(Notice.objects.filter(own=True, kind="narrowing").values_list("object", flat=True))


NARROWER = {
    "a class less": ([WIDE], {"indicator"}),
    "a lower ceiling": ([WIDE | {"classes": ["list_entries", "indicators"], "tlp": "GREEN"}], {"amber"}),
    "a code less": ([WIDE | {"classes": ["list_entries", "indicators"], "codes": []}], {"coded"}),
    "a purpose less": ([WIDE | {"classes": ["list_entries", "indicators"], "purposes": [PURPOSE]}], {"terror"}),
    "nothing less": ([WIDE | {"classes": ["list_entries", "indicators"], "tlp": "RED"}], set()),
}


@pytest.mark.parametrize("what", NARROWER)
def test_what_the_new_version_would_not_let_leave_is_called_back_and_nothing_else(
    border: Side, left: dict[str, str], what: str
) -> None:
    clauses, expected = NARROWER[what]
    new = narrowed(border, *clauses)
    assert border.agreement.standing().state == "superseded"
    assert called_back() == {left[name] for name in expected}
    assert set(NoticeDuty.objects.values_list("partner", flat=True)) <= {border.partner.pk}
    recalled = Disclosure.objects.exclude(recalled=None).values_list("object", flat=True)
    assert set(recalled) == {left[name] for name in expected}
    letters = Outgoing.objects.filter(partner=border.partner, kind="notice")
    sent = [each for letter in letters for each in letter.letter["body"]["notices"]]
    assert {each["object"] for each in sent} == {left[name] for name in expected}
    assert all("version 2" in each["reason"] for each in sent)
    assert not SharedObject.objects.filter(stix_id__in=[left[name] for name in expected]).exists()
    assert Agreement.objects.get(pk=new.pk).compared is not None


def test_nothing_is_called_back_before_both_have_signed_and_the_version_has_begun(
    border: Side, left: dict[str, str]
) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    new = narrowed(border, WIDE, starts=later)
    assert new.standing().state == "agreed"
    assert recalling_narrowing.follow_all() == 0
    assert called_back() == set()


def test_a_version_that_begins_later_calls_back_when_it_begins(
    border: Side, left: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begins = datetime.now(UTC) + timedelta(days=1)
    narrowed(border, WIDE, starts=begins.isoformat())
    assert (recalling_narrowing.follow_all(), called_back()) == (0, set())
    monkeypatch.setattr("django.utils.timezone.now", lambda: begins + timedelta(minutes=1))
    assert recalling_narrowing.follow_all() == 1
    assert called_back() == {left["indicator"]}
    assert recalling_narrowing.follow_all() == 0


def test_a_third_version_regards_what_left_under_the_first(border: Side, left: dict[str, str]) -> None:
    second = narrowed(border, WIDE)
    border.agreement = second
    narrowed(border, WIDE | {"tlp": "CLEAR"}, version=3)
    assert called_back() == set(left.values())
    assert Notice.objects.count() == len(left)  # each once


def test_what_was_called_back_before_or_left_under_another_agreement_too_is_left_alone(
    border: Side, left: dict[str, str]
) -> None:
    Disclosure.objects.filter(object=left["indicator"]).update(recalled=NOW)
    other = agree(border.partner, node_id(), BORDER, id="another", **terms(WIDE))
    Disclosure.objects.create(
        partner=border.partner, agreement=other, object=left["amber"], version="9", data_class="list_entries",
        purpose=PURPOSE, clause="clause 1",
    )  # fmt: skip
    narrowed(border, WIDE | {"tlp": "GREEN"})
    assert called_back() == set()


def test_an_object_whose_handling_nobody_knows_any_more_is_called_back(border: Side, left: dict[str, str]) -> None:
    SharedObject.objects.filter(stix_id=left["green"]).delete()
    narrowed(border, WIDE | {"classes": ["list_entries", "indicators"]})
    assert called_back() == {left["green"]}
    assert "not known any more" in Notice.objects.get().body["reason"]


def test_the_partner_signs_last_and_that_calls_back_too(border: Side, left: dict[str, str]) -> None:
    old = border.agreement
    changes = terms(WIDE) | {"version": 2, "supersedes": old.hash}
    new = agree(border.partner, node_id(), BORDER, signers=1, **changes)
    assert called_back() == set()
    done = perform("sign", new.read, KEYS[BORDER], new.known_acts(), datetime.now(UTC))
    agreeing.receive({"document": new.document, "acts": [done.to_json()]}, border.partner)
    assert called_back() == {left["indicator"]}


def test_what_a_partner_gave_is_called_back_from_whom_it_was_passed_on_to(
    people: People, passed: list[Thing], bank: Side, border: Side
) -> None:
    """This node is in the middle: the bank narrows, and its notice goes on to the border service."""
    receive_leave(bank, leave_for(*passed))
    assert read(border) == {each["id"] for each in passed}
    now = datetime.now(UTC)
    notice = recall.notice("narrowing", passed[0]["id"], BANK, "A narrower version", now, KEYS[BANK])
    recalling_receiving.take_notices(bank.letter("notice", {"notices": [notice.to_json()]}), bank.partner)
    duty = NoticeDuty.objects.get()
    assert (duty.partner, duty.notice.body) == (border.partner, notice.to_json())
    assert read(border) == {passed[1]["id"]}
    polling.renew(bank.partner)
    recalling_receiving.carry_out_all()
    assert not Outgoing.objects.filter(partner=bank.partner, kind="done").exists()  # those below have not answered


def test_what_this_node_passed_on_is_called_back_by_its_own_narrower_version(
    passed: list[Thing], bank: Side, border: Side
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(read(border)) == 2
    narrowed(border, WIDE | {"tlp": "GREEN"})
    assert called_back() == {each["id"] for each in passed}
    assert {each.partner for each in NoticeDuty.objects.select_related("partner")} == {border.partner}


def test_the_page_says_before_signing_what_the_version_takes_back(
    border: Side, left: dict[str, str], liaison: Client
) -> None:
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}/next").content.decode()
    assert "Draft the next version" in page
    fields = {"classes-1": ["list_entries"], "purposes-1": WIDE["purposes"], "tlp-1": "GREEN", "purposes-2": [PURPOSE]}
    answer = liaison.post(f"/partners/agreements/{border.agreement.pk}/next", fields, follow=True)
    new = Agreement.objects.get(version=2)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/partners/agreements/{new.pk}"
    assert "indicators no longer" in page
    assert "up to TLP:GREEN, not TLP:AMBER" in page
    assert "2 objects" in page
    assert [(each.id, sorted(each.classes)) for each in new.read.clauses] == [("1", ["list_entries"])]
    liaison.post(f"/partners/agreements/{new.pk}/act", {"act": "sign"})
    assert called_back() == set()
    done = perform("sign", new.read, KEYS[BORDER], new.known_acts(), datetime.now(UTC))
    agreeing.receive({"document": new.document, "acts": [done.to_json()]}, border.partner)
    assert called_back() == {left["indicator"], left["amber"]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "nothing is left"),
        ({"classes-1": "list_entries", "purposes-1": PURPOSE, "tlp-1": "RED"}, "no narrower"),
        ({"classes-1": "payments", "purposes-1": PURPOSE, "tlp-1": "GREEN"}, "no narrower"),
    ],
)
def test_a_narrower_version_is_narrower_and_not_empty(
    border: Side, liaison: Client, fields: dict[str, str], message: str
) -> None:
    url = f"/partners/agreements/{border.agreement.pk}/next"
    assert message in liaison.post(url, fields, follow=True).content.decode()
    assert not Agreement.objects.filter(version=2).exists()


def test_a_list_less_is_called_back_where_a_person_says_so_with_a_reason(
    people: People, passed: list[Thing], bank: Side, border: Side, liaison: Client
) -> None:
    receive_leave(bank, leave_for(passed[0]))
    assert read(border) == {passed[0]["id"]}
    shared = SharedList.objects.get()
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()
    assert "Stop and call back 1" in page
    url = f"/partners/shared/{shared.pk}/end"
    assert "notice bad" in liaison.post(url, {"back": "yes", "reason": ""}, follow=True).content.decode()
    shared.refresh_from_db()
    assert (shared.ended, called_back()) == (None, set())
    liaison.post(url, {"back": "yes", "reason": "It is given no longer"})
    shared.refresh_from_db()
    assert shared.ended is not None
    assert called_back() == {passed[0]["id"]}
    assert read(border) == set()


def test_a_list_that_is_given_no_longer_may_stay_with_the_partner(
    passed: list[Thing], bank: Side, border: Side, liaison: Client
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(read(border)) == 2
    liaison.post(f"/partners/shared/{SharedList.objects.get().pk}/end", {})
    assert SharedList.objects.get().ended is not None
    assert (read(border), called_back()) == (set(), set())
