"""What a partner still lists does not run out, however long nothing of it changes; what it lists no longer does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from dragoman.errors import DeliveryFailed
from dragoman.exchange.stix.ids import Thing
from dragoman.node.journal.models import Event
from dragoman.node.partners import chores, lines, polling, recalling_receiving, sharing
from dragoman.node.partners.holding import handling_of
from dragoman.node.partners.models import Notice, Partner, Poll, ReceivedObject, SharedList, SharedObject
from dragoman.node.registry import chores as registry
from dragoman.node.registry.models import ListVersion, Record
from tests.node.clock import JumpingClock
from tests.node.exercise_lists import own_home
from tests.node.partners.parties import NOW, PURPOSE, Reader, Side, agree, given_by_bank, listed
from tests.node.partners.test_called_back_midway import Line
from tests.node.partners.test_calling_back import notice, send_notice
from tests.node.partners.test_passing_on import leave_for, receive_leave
from tests.node.partners.test_shortening import last_days, shortened

__all__ = ["own_home"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_home")]
TODAY = datetime.now(UTC).date()


class Bank(Line):
    """The bank's TAXII server, which says in its manifest what it still lists."""

    def __init__(self, bank: Side) -> None:
        super().__init__(bank)
        self.listed: list[Thing] = []
        self.asked, self.away = 0, False

    def get(self, partner: Partner, path: str) -> tuple[dict[str, Any], str]:
        if self.away:
            raise DeliveryFailed(f"{partner} does not answer", remedy="it is tried again")
        if "/manifest/" not in path:
            return super().get(partner, path)
        self.asked += 1
        first, *rest = self.listed or [None]
        if "&next=" in path:
            return {"objects": [{"id": each["id"]} for each in rest]}, ""
        more = {"more": True, "next": "x"} if rest else {}
        return {"objects": [{"id": first["id"]}] if first else []} | more, ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> JumpingClock:
    return JumpingClock(monkeypatch)


@pytest.fixture
def server(bank: Side, monkeypatch: pytest.MonkeyPatch) -> Bank:
    """The bank has given three persons, which it lists; they are in use."""
    found = Bank(bank)
    monkeypatch.setattr(lines, "get", found.get)
    found.listed = given_by_bank(bank, listed(1), listed(2), listed(3))
    polling.renew(bank.partner)
    return found


def work() -> None:
    """Do what the worker does of itself."""
    polling.poll_all()
    chores.forget_lists()
    registry.end_keeping()
    polling.poll_all()


def on_list() -> set[str]:
    rows = Record.objects.filter(source__name="from-bank-example", gone=False)
    return set(rows.values_list("record_id", flat=True))


def later(clock: JumpingClock, days: int, step: int = 30) -> None:
    """Let days pass, in which the worker works now and then."""
    while days > 0:
        clock.jump(days=min(step, days))
        days -= step
        work()


def test_what_does_not_change_outlives_the_days_of_keeping_as_long_as_it_is_listed(
    server: Bank, clock: JumpingClock
) -> None:
    later(clock, 800)
    assert on_list() == {"p-1", "p-2", "p-3"}
    days = last_days()
    assert days == {handling_of(row.handling).keep_until for row in ReceivedObject.objects.filter(type="identity")}
    (day,) = days
    assert day is not None
    assert day - (TODAY + timedelta(days=800)) >= timedelta(days=365 - 36 - 30)
    put_off = Event.objects.filter(act="partners.objects.put_off")
    assert {each.details["count"] for each in put_off} == {3}


def test_it_runs_out_as_agreed_once_nobody_polls(server: Bank, clock: JumpingClock) -> None:
    later(clock, 400)
    server.away = True
    later(clock, 290)
    assert on_list() == {"p-1", "p-2", "p-3"}
    later(clock, 90)
    assert on_list() == set()


@pytest.mark.parametrize("kind", ["suspend", "end"])
def test_it_runs_out_as_agreed_once_the_agreement_holds_no_more(
    bank: Side, server: Bank, clock: JumpingClock, kind: str
) -> None:
    bank.act(kind)
    later(clock, 364)
    assert on_list() == {"p-1", "p-2", "p-3"}
    later(clock, 30)
    assert (on_list(), server.asked) == (set(), 0)


def test_what_is_given_no_longer_runs_out_though_the_rest_is_polled(server: Bank, clock: JumpingClock) -> None:
    server.listed = server.listed[:1]
    later(clock, 364)
    assert on_list() == {"p-1", "p-2", "p-3"}
    later(clock, 30)
    assert on_list() == {"p-1"}


def test_what_ran_out_while_the_line_was_down_is_read_anew_when_it_is_up(
    bank: Side, server: Bank, clock: JumpingClock
) -> None:
    Poll.objects.create(agreement=bank.agreement, collection=server.collection, after="2026-01-01T00:00:00.000000Z")
    server.away = True
    later(clock, 366)
    assert on_list() == set()
    assert Poll.objects.get().after == ""
    server.away, server.pages = False, [server.listed]
    work()
    assert on_list() == {"p-1", "p-2", "p-3"}


def test_a_day_that_a_notice_set_is_not_put_off(bank: Side, server: Bank, clock: JumpingClock) -> None:
    until = TODAY + timedelta(days=100)
    shortened(bank, server.listed[0], until)
    later(clock, 90)
    assert (last_days(1), on_list()) == ({until}, {"p-1", "p-2", "p-3"})
    server.pages = [server.listed]  # nor by the same coming once more
    work()
    assert last_days(1) == {until}
    later(clock, 30)
    assert on_list() == {"p-2", "p-3"}
    server.pages = [server.listed]
    later(clock, 300)
    assert on_list() == {"p-2", "p-3"}


def test_an_objects_own_last_day_is_not_put_off(bank: Side, server: Bank, clock: JumpingClock) -> None:
    until = TODAY + timedelta(days=200)
    server.listed += given_by_bank(bank, listed(4), keep_until=until)
    later(clock, 180)
    assert (last_days(4), len(on_list())) == ({until}, 4)
    later(clock, 30)
    assert on_list() == {"p-1", "p-2", "p-3"}


def test_what_has_an_own_last_day_beyond_the_days_of_keeping_is_put_off_to_that_day(
    bank: Side, server: Bank, clock: JumpingClock
) -> None:
    server.listed += given_by_bank(bank, listed(4), keep_until=TODAY + timedelta(days=500))
    assert last_days(4) == set()
    polling.renew(bank.partner)
    assert last_days(4) == {TODAY + timedelta(days=365)}
    later(clock, 480)
    assert (last_days(4), len(on_list())) == ({TODAY + timedelta(days=500)}, 4)
    later(clock, 30)
    assert on_list() == {"p-1", "p-2", "p-3"}


def test_what_was_called_back_stays_gone_though_the_partner_were_to_list_it(
    bank: Side, server: Bank, clock: JumpingClock
) -> None:
    send_notice(bank, notice("recall", server.listed[0]))
    recalling_receiving.carry_out_all()
    later(clock, 400)
    assert on_list() == {"p-2", "p-3"}
    assert Notice.objects.get().outcome == "removed"


def test_it_is_looked_up_once_a_day_at_most_and_the_list_is_written_anew_seldom(
    server: Bank, clock: JumpingClock
) -> None:
    versions = ListVersion.objects.count()
    for _ in range(35):
        clock.jump(days=1)
        polling.poll_all()
    assert (server.asked, ListVersion.objects.count()) == (0, versions)
    clock.jump(days=1)
    for _ in range(3):
        polling.poll_all()
    assert server.asked == 2  # its two pages
    assert ListVersion.objects.count() == versions + 1
    assert last_days() == {TODAY + timedelta(days=36 + 365)}


def test_a_manifest_that_does_not_come_is_told_and_asked_for_again(
    server: Bank, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(partner: Partner, path: str) -> tuple[dict[str, Any], str]:
        if "/manifest/" in path:
            raise DeliveryFailed("no manifest", remedy="it is tried again")
        return server.get(partner, path)

    clock.jump(days=40)
    monkeypatch.setattr(lines, "get", down)
    polling.poll_all()
    assert "no manifest" in Poll.objects.get().trouble
    assert last_days() == {TODAY + timedelta(days=365)}
    monkeypatch.setattr(lines, "get", server.get)
    polling.poll_all()
    assert (Poll.objects.get().trouble, last_days()) == ("", {TODAY + timedelta(days=405)})


def test_only_the_class_that_was_polled_is_put_off_and_only_under_its_agreement(
    bank: Side, server: Bank, clock: JumpingClock
) -> None:
    ReceivedObject.objects.filter(stix_id=server.listed[0]["id"]).update(data_class="indicators")
    other = agree(bank.partner, "bank.example", bank.agreement.read.other("bank.example").node, id="x", title="Another")
    ReceivedObject.objects.filter(stix_id=server.listed[1]["id"]).update(agreement=other)
    other_list = ReceivedObject.objects.get(agreement=other)
    clock.jump(days=40)
    polling.poll(bank.agreement)
    found = {
        row.stix_id: handling_of(row.handling).keep_until for row in ReceivedObject.objects.filter(type="identity")
    }
    year = timedelta(days=365)
    expected: dict[str, date] = {server.listed[0]["id"]: TODAY + year, other_list.stix_id: TODAY + year}
    assert found == expected | {server.listed[2]["id"]: TODAY + year + timedelta(days=40)}


def test_what_is_put_off_goes_on_to_others_beyond_its_first_last_day(
    bank: Side, border: Side, passed: list[Thing], clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Bank(bank)
    monkeypatch.setattr(lines, "get", server.get)
    server.listed = passed
    later(clock, 400)
    receive_leave(bank, leave_for(*passed, at=NOW, ends=NOW + timedelta(days=410)))
    handlings = SharedObject.objects.filter(stix_id__in=[each["id"] for each in passed]).values_list("handling")
    assert all((handling_of(text).keep_until or TODAY) > TODAY + timedelta(days=400) for (text,) in handlings)
    assert {each["id"] for each in Reader(border).read()} == {each["id"] for each in passed}


def test_the_manifest_of_this_node_has_what_it_gives_and_nothing_of_a_list_that_it_stopped_giving(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert {each["id"] for each in Reader(border).read("manifest")} == {each["id"] for each in passed}
    sharing.end("node", SharedList.objects.get(purpose=PURPOSE))
    assert Reader(border).read("manifest") == []


def test_the_agreements_page_says_beforehand_how_many_run_out_and_when(
    bank: Side, server: Bank, liaison: Client
) -> None:
    until = TODAY + timedelta(days=20)
    url = f"/partners/agreements/{bank.agreement.pk}"
    page = liaison.get(url).content.decode()
    assert f"3 objects after {TODAY + timedelta(days=365)}, unless the partner still lists them" in page
    shortened(bank, server.listed[0], until)
    assert f"1 object after {until}" in liaison.get(url).content.decode()
    bank.act("suspend")
    assert "unless the partner still lists" not in liaison.get(url).content.decode()
