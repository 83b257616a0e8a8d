"""A version that gives less time to keep things tells so about each that was sent; it is done, answered and chased."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from dragoman.exchange import recall
from dragoman.exchange.stix.ids import Thing
from dragoman.node.partners import polling, recalling, recalling_narrowing, recalling_receiving
from dragoman.node.partners.holding import handling_of
from dragoman.node.partners.models import (
    Agreement,
    AnswerObject,
    Disclosure,
    InformationRequest,
    Notice,
    NoticeDuty,
    Outgoing,
    ReceivedObject,
    SharedObject,
)
from dragoman.node.registry.models import Record, Statement
from dragoman.node.registry.retention import remove_ended
from tests.node.partners.parties import BANK, BORDER, KEYS, Side, agree, given_by_bank, listed
from tests.node.partners.test_narrowing import WIDE, border, called_back, left, narrowed, read
from tests.node.partners.test_passing_on import leave_for, receive_leave

__all__ = ["border", "left"]
pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
SAME = [WIDE, WIDE | {"classes": ["indicators"]}]


def told() -> dict[str, date]:
    """Return the last days that partners were told, by object."""
    found = [recall.Notice.from_json(each.body) for each in Notice.objects.filter(own=True, kind="shortening")]
    return {each.object: each.until for each in found if each.until is not None}


def less(border: Side, days: int = 30) -> Agreement:
    """Let both sign a version by which list entries are kept for fewer days, and all else stays."""
    return narrowed(border, *SAME, retention={"list_entries": days, "indicators": 365})


# The side that gave.


def test_who_got_something_is_told_the_new_last_day_of_each_object_that_it_would_keep_for_longer(
    border: Side, left: dict[str, str]
) -> None:
    Disclosure.objects.filter(object=left["amber"]).update(at=datetime.now(UTC) - timedelta(days=10))
    new = less(border)
    day = TODAY + timedelta(days=30)
    expected = {left[name]: day for name in ("green", "coded", "terror")} | {left["amber"]: day - timedelta(days=10)}
    assert told() == expected
    letters = Outgoing.objects.filter(partner=border.partner, kind="notice")
    sent = [recall.Notice.from_json(each) for letter in letters for each in letter.letter["body"]["notices"]]
    assert {each.object: each.until for each in sent} == expected
    assert {each.agreement for each in sent} == {new.hash}
    assert called_back() == set()
    assert not Disclosure.objects.exclude(recalled=None).exists()
    assert recalling_narrowing.follow_all() == 0


def test_nobody_is_told_of_a_day_before_the_notice_is_due(border: Side, left: dict[str, str]) -> None:
    Disclosure.objects.update(at=datetime.now(UTC) - timedelta(days=300))
    less(border)
    assert set(told().values()) == {(datetime.now(UTC) + timedelta(hours=72)).date()}


def test_what_is_called_back_is_not_shortened_as_well(border: Side, left: dict[str, str]) -> None:
    narrowed(border, WIDE | {"tlp": "GREEN"}, retention={"list_entries": 30})
    assert called_back() == {left["amber"], left["indicator"]}
    assert told().keys() == {left["green"], left["coded"], left["terror"]}


def test_more_days_or_as_many_tell_nobody_anything(border: Side, left: dict[str, str]) -> None:
    narrowed(border, *SAME, retention={"list_entries": 365, "indicators": 400})
    assert (told(), called_back()) == ({}, set())


def test_who_does_not_answer_is_chased_and_who_did_it_is_shown_as_done(
    border: Side, left: dict[str, str], liaison: Client
) -> None:
    less(border)
    assert recalling.chase_all() == 0
    NoticeDuty.objects.update(sent=datetime.now(UTC) - timedelta(hours=25))
    assert recalling.chase_all() == 4
    notice = Notice.objects.get(object=left["green"])
    done = recall.Done(notice.digest, BORDER, "shortened", datetime.now(UTC)).signed(KEYS[BORDER])
    recalling_receiving.take_done(border.letter("done", {"done": [done.to_json()]}), border.partner)
    NoticeDuty.objects.update(sent=datetime.now(UTC) - timedelta(hours=73))
    assert recalling.chase_all() == 3
    page = liaison.get("/partners/notices").content.decode()
    assert '<span class="tag ok">done</span> shortened' in page
    assert f"it may be kept until {told()[left['green']]}" in page
    # It was not called back, and no call-back of it was acknowledged.
    assert not Disclosure.objects.exclude(acknowledged=None, recalled=None).exists()


def test_fewer_days_are_drafted_on_the_page_which_says_what_follows(
    border: Side, left: dict[str, str], liaison: Client
) -> None:
    url = f"/partners/agreements/{border.agreement.pk}/next"
    fields = {f"{what}-{each}": WIDE[what] for what in ("purposes", "tlp") for each in (1, 2)}
    fields |= {"classes-1": "list_entries", "classes-2": "indicators"}
    for wrong in ("366", "0", "-1", "x", "9" * 5000):
        page = liaison.post(url, fields | {"days-list_entries": wrong}, follow=True).content.decode()
        assert "would be kept for" in page
    assert "no narrower" in liaison.post(url, fields | {"days-indicators": "365"}, follow=True).content.decode()
    page = liaison.post(url, fields | {"days-list_entries": "90"}, follow=True).content.decode()
    assert "kept for 90 days, not 365" in page
    assert "<strong>4 objects</strong> for less time than before" in page
    assert Agreement.objects.get(version=2).read.retention == {"list_entries": 90, "indicators": 365}


def test_a_shortening_is_not_written_by_hand(border: Side, left: dict[str, str], liaison: Client) -> None:
    assert "shortening" not in liaison.get("/partners/disclosures").content.decode()
    form = {"object": left["green"], "kind": "shortening", "reason": "A reason"}
    assert "notice bad" in liaison.post("/partners/disclosures/recall", form, follow=True).content.decode()
    assert not Notice.objects.exists()
    assert SharedObject.objects.filter(stix_id=left["green"]).exists()


# The side that got it.


def shortened(bank: Side, thing: Thing, until: date, agreement: str = "") -> recall.Notice:
    """Take in a notice of the bank; return it."""
    made = recall.notice(
        "shortening", thing["id"], BANK, "Kept for less time", datetime.now(UTC), KEYS[BANK],
        until=until, agreement=agreement,
    )  # fmt: skip
    recalling_receiving.take_notices(bank.letter("notice", {"notices": [made.to_json()]}), bank.partner)
    return made


def answers() -> list[str]:
    letters = Outgoing.objects.filter(kind="done").order_by("number")
    return [each["outcome"] for letter in letters for each in letter.letter["body"]["done"]]


def last_days(number: int = 1) -> set[date | None]:
    """Return the last days of what is stated of somebody on the list in use."""
    rows = Statement.objects.filter(record__record_id=f"p-{number}", record__source__name="from-bank-example")
    return set(rows.filter(gone=False).values_list("keep_until", flat=True))


def test_the_recipient_brings_the_last_day_forward_answers_and_removes_it_after_that_day(bank: Side) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    polling.renew(bank.partner)
    year, until = TODAY + timedelta(days=365), TODAY + timedelta(days=20)
    shortened(bank, things[0], until)
    assert (last_days(), answers()) == ({year}, [])  # it is answered when it is done
    recalling_receiving.carry_out_all()
    assert (last_days(1), last_days(2), answers()) == ({until}, {year}, ["shortened"])
    remove_ended(until)
    assert last_days() == {until}
    remove_ended(until + timedelta(days=1))
    assert set(Record.objects.filter(gone=False).values_list("record_id", flat=True)) == {"p-2"}


def test_a_last_day_is_never_put_off(bank: Side) -> None:
    (thing,) = given_by_bank(bank, listed(1), keep_until=TODAY + timedelta(days=5))
    shortened(bank, thing, TODAY + timedelta(days=20))
    recalling_receiving.carry_out_all()
    assert (last_days(), answers()) == ({TODAY + timedelta(days=5)}, ["shortened"])
    shortened(bank, thing, TODAY + timedelta(days=2))
    shortened(bank, thing, TODAY + timedelta(days=3))
    recalling_receiving.carry_out_all()
    assert (last_days(), answers()) == ({TODAY + timedelta(days=2)}, ["shortened"] * 3)


def test_what_is_told_after_its_last_day_is_removed_at_once_and_what_is_not_held_is_said_so(bank: Side) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    shortened(bank, things[0], TODAY - timedelta(days=1))
    shortened(bank, things[0] | {"id": "identity--0f5a0c0e-0000-4000-8000-000000000001"}, TODAY)
    recalling_receiving.carry_out_all()
    assert answers() == ["removed", "not_held"]
    assert last_days(1) == set()
    assert len(last_days(2)) == 1


@pytest.mark.parametrize("order", ["told first", "came anew first"])
def test_what_came_anew_under_the_new_version_is_kept_as_that_says(bank: Side, order: str) -> None:
    old = bank.agreement
    (thing,) = given_by_bank(bank, listed(1))
    polling.renew(bank.partner)
    new = agree(
        bank.partner, BANK, old.read.other(BANK).node, version=2, supersedes=old.hash, retention={"list_entries": 90}
    )
    bank.agreement = new

    def come_anew() -> None:
        given_by_bank(bank, listed(1))
        polling.renew(bank.partner)

    until = TODAY + timedelta(days=3)
    if order == "came anew first":
        come_anew()
    shortened(bank, thing, until, new.hash)
    recalling_receiving.carry_out_all()
    if order == "told first":
        assert last_days() == {until}
        come_anew()
    assert last_days() == {TODAY + timedelta(days=90)}
    assert answers() == ["shortened"]
    rows = ReceivedObject.objects.filter(stix_id=thing["id"]).order_by("agreement__version")
    assert [handling_of(each.handling).keep_until for each in rows] == [until, TODAY + timedelta(days=90)]


def test_who_got_it_from_here_is_told_and_the_answer_waits_for_theirs(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert read(border) == {each["id"] for each in passed}
    until = TODAY + timedelta(days=20)
    made = shortened(bank, passed[0], until)
    recalling_receiving.carry_out_all()
    duty = NoticeDuty.objects.get()
    assert (duty.partner, duty.notice.body, answers()) == (border.partner, made.to_json(), [])
    row = SharedObject.objects.get(stix_id=passed[0]["id"], superseded_by_any=None)
    assert handling_of(row.handling).keep_until == until
    assert read(border) == {each["id"] for each in passed}  # it stays, and may still be read
    done = recall.Done(made.id, BORDER, "shortened", datetime.now(UTC)).signed(KEYS[BORDER])
    recalling_receiving.take_done(border.letter("done", {"done": [done.to_json()]}), border.partner)
    recalling_receiving.carry_out_all()
    assert answers() == ["shortened"]
    assert not Disclosure.objects.exclude(recalled=None, acknowledged=None).exists()


def test_what_came_as_an_answer_is_kept_no_longer_either(bank: Side) -> None:
    row = InformationRequest.objects.create(
        digest="d", agreement=bank.agreement, own=True, body={}, data_class="list_entries", purpose="border-control",
        urgency="urgent", state="answered", at=datetime.now(UTC),
    )  # fmt: skip
    thing: Thing = {"id": "note--0f5a0c0e-0000-4000-8000-000000000001"}
    held = AnswerObject.objects.create(
        request=row, stix_id=thing["id"], content="{}", handling={}, keep_until=TODAY + timedelta(days=365)
    )
    shortened(bank, thing, TODAY + timedelta(days=20))
    held.refresh_from_db()
    assert held.keep_until == TODAY + timedelta(days=20)
    recalling_receiving.carry_out_all()
    assert answers() == ["shortened"]
