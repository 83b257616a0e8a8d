"""What a partner gave goes on with its leave only, as it came; who was dropped gets nothing through a third node."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.test import Client

from dragoman.errors import SignatureRefused, UsageError
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.policy_onward import Bar, Leave
from dragoman.exchange.stix.ids import Thing
from dragoman.node.partners import barring, leaving, matching_publishing, polling, sharing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import (
    BarKept,
    Disclosure,
    LeaveAsked,
    LeaveGiven,
    Outgoing,
    ReceivedObject,
    SharedList,
    SharedObject,
)
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from tests.node.conftest import People
from tests.node.partners.parties import BANK, BORDER, KEYS, NOW, PURPOSE, Reader, Side, given_by_bank, listed, meet

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def leave_for(*things: Thing, key: PrivateKey = KEYS[BANK], **changes: object) -> Leave:
    fields = {
        "originator": BANK, "holder": node_id(), "receiver": BORDER, "action": "pass_on", "purpose": PURPOSE,
        "objects": frozenset(map(digest, things)), "at": NOW - HOUR, "ends": NOW + HOUR,
    }  # fmt: skip
    return Leave(**fields | changes).signed(key)


def receive_leave(bank: Side, leave: Leave, asked: str = "") -> None:
    leaving.take(bank.letter("leave", {"leave": leave.to_json(), "asked": asked}), bank.partner)


def test_nothing_of_a_partner_goes_on_without_its_leave(border: Side, passed: list[Thing]) -> None:
    reader = Reader(border)
    assert reader.read() == reader.read("manifest") == []
    assert not Disclosure.objects.filter(object__in=[each["id"] for each in passed]).exists()


def test_what_is_asked_about_and_granted_goes_on_as_it_came_and_nothing_else(
    bank: Side, border: Side, passed: list[Thing], liaison: Client
) -> None:
    reader, before = Reader(border), datetime.now(UTC)
    reader.read()
    page = liaison.post(f"/partners/shared/{SharedList.objects.get().pk}/leave", {"reason": "A case"}, follow=True)
    assert "Leave was asked for 2 objects" in page.content.decode()
    asked = LeaveAsked.objects.get()
    body = Outgoing.objects.get(partner=bank.partner, kind="leave").letter["body"]["ask"]
    assert body["objects"] == [[each["id"], digest(each)] for each in sorted(passed, key=lambda each: each["id"])]

    receive_leave(bank, leave_for(passed[0]), asked.digest)
    # Its poll began after the objects were written: they are put anew, so that it does not pass them by.
    (came,) = reader.read(added_after=before.isoformat().replace("+00:00", "Z"))
    assert came == passed[0]
    assert Disclosure.objects.get(partner=border.partner, object=came["id"]).purpose == PURPOSE
    assert ">Leave given<" in liaison.get("/partners/onward").content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "counter-terrorism"},
        {"receiver": "elsewhere.example"},
        {"objects": frozenset({"sha-256:00"})},
        {"ends": NOW - timedelta(minutes=10)},
        {"action": "disclose"},
    ],
)
def test_leave_for_something_else_is_no_leave(
    bank: Side, border: Side, passed: list[Thing], changes: dict[str, object]
) -> None:
    receive_leave(bank, leave_for(*passed, **changes))
    assert Reader(border).read() == []


def test_a_leave_that_another_signed_is_refused(bank: Side, border: Side, passed: list[Thing]) -> None:
    with pytest.raises(SignatureRefused):
        receive_leave(bank, leave_for(*passed, key=KEYS[BORDER]))
    assert not LeaveGiven.objects.exists()


def test_whom_the_originator_dropped_gets_nothing_through_this_node_leave_or_not(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    bar = Bar(BANK, BORDER, 1, False, NOW, "its agreement ended").signed(KEYS[BANK])
    barring.take(bank.letter("bar", {"bars": [bar.to_json()]}), bank.partner)
    assert Reader(border).read() == Reader(border).read("manifest") == []
    lifted = Bar(BANK, BORDER, 2, True, NOW, "agreed again").signed(KEYS[BANK])
    barring.take(bank.letter("bar", {"bars": [lifted.to_json()]}), bank.partner)
    assert len(Reader(border).read()) == 2


@pytest.mark.parametrize("kind", ["suspend", "end"])
def test_what_came_under_an_agreement_that_no_longer_holds_goes_no_further(
    bank: Side, border: Side, passed: list[Thing], kind: str
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    bank.act(kind)
    assert Reader(border).read() == []


def test_a_new_version_needs_leave_anew_and_a_withdrawal_needs_none(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(passed[0]))
    reader = Reader(border)
    assert [each["id"] for each in reader.read()] == [passed[0]["id"]]
    given_by_bank(bank, listed(1, note="More is known"), modified=NOW)
    polling.renew(bank.partner)
    sharing.write_all()
    assert reader.read() == []

    ReceivedObject.objects.filter(type="identity").update(revoked=True, at=datetime.now(UTC))
    polling.renew(bank.partner)
    assert sharing.write_all()
    (withdrawn,) = reader.read()  # of the other this partner never had anything
    assert (withdrawn["id"], withdrawn["revoked"]) == (passed[0]["id"], True)
    assert "Ficta" not in str(withdrawn)


def test_an_agreement_that_says_never_lets_no_list_be_passed_on(people: People, border: Side) -> None:
    bank = meet(BANK, people.liaison, BANK, node_id(), onward="never")
    (thing,) = given_by_bank(bank, listed(1))
    polling.renew(bank.partner)
    source = Source.objects.get(name="from-bank-example")
    with pytest.raises(UsageError, match="no further"):
        sharing.share(None, border.agreement, source, purpose=PURPOSE)
    receive_leave(bank, leave_for(thing))


def test_a_list_of_a_partner_is_not_offered_for_matching(bank: Side, border: Side, liaison: Client) -> None:
    given_by_bank(bank, listed(1))
    polling.renew(bank.partner)
    fields = {"agreement": border.agreement.pk, "source": "from-bank-example", "tlp": "AMBER", "purpose": PURPOSE}
    page = liaison.post("/partners/matching/offer", fields | {"kind": ["name-year"]}, follow=True).content.decode()
    assert "not this node" in page or "own, so it can only be passed on" in page
    assert list(matching_publishing.offered_to(border.partner, border.agreement.hash)) == []


def test_a_record_of_ones_own_that_rests_on_anothers_statement_is_passed_on_or_stays(bank: Side, border: Side) -> None:
    theirs = Handling(Colour.AMBER, frozenset({BANK}), agreements=frozenset({bank.agreement.hash})).to_json()
    source = Source.objects.create(name="own", title="Own")
    ListVersion.objects.create(source=source, version="2026-01-01", state="in_use")
    for number, handling in ((1, None), (2, theirs)):
        row = Record.objects.create(
            source=source, record_id=f"o-{number}", schema="Person", caption="x", content=f"{number}",
            first_seen="2026-01-01", last_seen="2026-01-01",
        )  # fmt: skip
        for prop, value in (("name", f"Own Ficta {number}"), ("notes", "Told by the bank")):
            stated = handling if prop == "notes" else None
            Statement.objects.create(
                record=row, prop=prop, value=value, handling=stated, first_seen="2026-01-01", last_seen="2026-01-01"
            )

    shared = sharing.share("node", border.agreement, source, purpose=PURPOSE)
    assert sharing.write(shared)["added"] == 2
    (came,) = Reader(border).read()
    assert came["name"] == "Own Ficta 1"
    mixed = SharedObject.objects.exclude(stix_id=came["id"]).get(type="identity", content__contains="Own Ficta 2")
    receive_leave(bank, leave_for(orjson.loads(mixed.content)))
    assert len(Reader(border).read()) == 2


# This node is the originator: a partner asks it for leave.


def test_a_partner_asks_and_a_person_gives_leave_for_what_was_given_just_so(
    bank: Side, border: Side, liaison: Client, client_of: Callable[..., Client]
) -> None:
    (asked, thing) = _asked(border, liaison)
    page = liaison.get("/partners/onward").content.decode()
    assert "1 object" in page
    assert "A case of theirs" in page
    assert client_of("analyst").post(f"/partners/onward/{asked.pk}/give", {"hours": "4"}).status_code == 403
    liaison.post(f"/partners/onward/{asked.pk}/give", {"hours": "4"})
    leave = Leave.from_json(Outgoing.objects.get(kind="leave").letter["body"]["leave"])
    assert (leave.holder, leave.receiver, leave.objects) == (BORDER, "third.example", {digest(thing)})
    assert leave.ends - leave.at == 4 * HOUR
    page = liaison.post(f"/partners/onward/{asked.pk}/refuse", {"ground": "Too late"}, follow=True).content.decode()
    assert "answered before" in page


def test_leave_is_refused_on_a_ground_and_never_given_for_whom_this_node_bars(
    bank: Side, border: Side, liaison: Client
) -> None:
    (asked, _) = _asked(border, liaison, receiver=BANK)
    bank.act("suspend")
    assert BarKept.objects.get(node=node_id(), barred=BANK).lifted is False
    page = liaison.post(f"/partners/onward/{asked.pk}/give", {"hours": "4"}, follow=True).content.decode()
    assert f"bars {BANK}" in page
    assert "no ground" in liaison.post(f"/partners/onward/{asked.pk}/refuse", {}, follow=True).content.decode()
    liaison.post(f"/partners/onward/{asked.pk}/refuse", {"ground": "It is barred"})
    assert Outgoing.objects.get(kind="leave").letter["body"] == {"refused": asked.digest, "ground": "It is barred"}


def _asked(border: Side, liaison: Client, receiver: str = "third.example") -> tuple[LeaveAsked, Thing]:
    """Let the border service, which got an object of this node, ask for leave to pass it on."""
    source = Source.objects.create(name="own", title="Own")
    ListVersion.objects.create(source=source, version="2026-01-01", state="in_use")
    Record.objects.create(
        source=source, record_id="o-1", schema="Person", caption="x", content="1", first_seen="1", last_seen="1"
    )
    sharing.write(sharing.share("node", border.agreement, source, purpose=PURPOSE))
    thing = orjson.loads(SharedObject.objects.get(type="identity", content__contains="record_id").content)
    objects = [[thing["id"], digest(thing)], [thing["id"].replace("--", "--0")[:-1], "sha-256:11"]]
    body = {"receiver": receiver, "purpose": PURPOSE, "objects": objects, "reason": "A case of theirs", "at": "x"}
    leaving.take(border.letter("leave", {"ask": body | {"objects": objects[:1]}}), border.partner)
    return LeaveAsked.objects.get(), thing


def test_a_partner_is_barred_when_its_last_agreement_stops_and_others_are_told(bank: Side, border: Side) -> None:
    border.act("suspend")
    bar = BarKept.objects.get(node=node_id(), barred=BORDER)
    assert not bar.lifted
    (told,) = Outgoing.objects.filter(kind="bar")
    assert (told.partner, told.letter["body"]["bars"]) == (bank.partner, [bar.body])
    border.act("resume")
    assert [each.lifted for each in BarKept.objects.order_by("number")] == [False, True]
