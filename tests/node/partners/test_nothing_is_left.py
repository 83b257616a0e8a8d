"""What was called back, or may be kept no longer, is in no table of the node any more, and in no file of its lists."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from dragoman.exchange import recall
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.stix.ids import Thing, write_time
from dragoman.exchange.stix.records import withdrawn
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.writing import add_objects
from dragoman.node.journal.models import Event
from dragoman.node.journal.verifying import verify
from dragoman.node.partners import chores, erasing, lines, polling, recalling_receiving, sharing
from dragoman.node.partners.holding import text_of
from dragoman.node.partners.keeping import Keeping
from dragoman.node.partners.models import Disclosure, Outgoing, ReceivedObject, SharedObject
from dragoman.node.partners.taxii.asking import collections_of
from dragoman.node.partners.taxii.store import Store
from dragoman.node.registry.models import IndexInUse, ListVersion, Record
from tests.node.clock import JumpingClock
from tests.node.exercise_lists import own_home
from tests.node.partners.parties import BANK, KEYS, NOW, Reader, Side, agree, given_by_bank, listed
from tests.node.partners.test_called_back_midway import Line
from tests.node.partners.test_calling_back import notice, send_notice
from tests.node.partners.test_passing_on import leave_for, receive_leave

__all__ = ["own_home"]
pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()


@pytest.fixture(autouse=True)
def home(own_home: Path) -> Path:
    return own_home


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> JumpingClock:
    return JumpingClock(monkeypatch)


def _texts(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def tables_with(name: str) -> set[str]:
    """Return the columns of all tables of the node in which a name stands."""
    found = set()
    for kind in apps.get_models():
        for row in kind._default_manager.values():
            found |= {f"{kind._meta.label}.{key}" for key, value in row.items() if name in _texts(value)}
    return found


def files_with(home: Path, name: str) -> set[str]:
    """Return the files of lists and index in which a name stands, be it in capitals."""
    return {
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and path.parent.name != "journal" and name.lower().encode() in path.read_bytes().lower()
    }


def on_list() -> set[str]:
    rows = Record.objects.filter(source__name="from-bank-example", gone=False)
    return set(rows.values_list("record_id", flat=True))


def answers() -> list[str]:
    letters = Outgoing.objects.filter(kind="done").order_by("number")
    return [each["outcome"] for letter in letters for each in letter.letter["body"]["done"]]


def test_the_scan_finds_a_name_wherever_it_stands(bank: Side, home: Path) -> None:
    given_by_bank(bank, listed(1))
    polling.renew(bank.partner)
    found = tables_with("Ficta 1")
    assert {"partners.ReceivedObject.content", "registry.Record.caption", "registry.Statement.value"} <= found
    assert files_with(home, "Ficta 1")


@pytest.mark.parametrize("kind", ["recall", "delisting", "narrowing"])
def test_what_was_called_back_is_in_no_table_and_no_file(bank: Side, home: Path, kind: str) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    polling.renew(bank.partner)
    given_by_bank(bank, listed(1, note="More is known"), modified=NOW)
    polling.renew(bank.partner)
    send_notice(bank, notice(kind, things[0]))
    assert recalling_receiving.carry_out_all() == 1
    assert tables_with("Ficta 1") == set()
    assert files_with(home, "Ficta 1") == set()
    assert (on_list(), answers()) == ({"p-2"}, ["removed"])
    assert verify().report.sound
    kept = ReceivedObject.objects.get(stix_id=things[0]["id"])
    assert (kept.revoked, kept.modified, kept.type) == (True, write_time(NOW), "identity")
    # It is taken out once, and a reminder is answered as before.
    file = IndexInUse.objects.get().file
    send_notice(bank, notice(kind, things[0]))
    recalling_receiving.carry_out_all()
    chores.poll_partners()
    assert (IndexInUse.objects.get().file, answers()) == (file, ["removed", "removed"])


def test_what_was_called_back_while_a_part_was_to_come_is_gone_at_once_and_its_files_with_the_rest(
    bank: Side, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(bank)
    monkeypatch.setattr(lines, "get", line.get)
    things = given_by_bank(bank, listed(1), listed(2))
    polling.renew(bank.partner)
    line.pages = [[things[1]], None]
    polling.poll(bank.agreement)
    line.pages = [None]
    send_notice(bank, notice("recall", things[0]))
    assert recalling_receiving.carry_out_all() == 1
    assert tables_with("Ficta 1") == set()
    line.pages = [[things[1]]]
    polling.poll_all()
    assert files_with(home, "Ficta 1") == set()
    assert on_list() == {"p-2"}


def test_what_was_withdrawn_first_and_called_back_then_leaves_nothing_either(bank: Side, home: Path) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    polling.renew(bank.partner)
    Keeping(bank.agreement, "list_entries").keep([withdrawn(things[0], write_time(NOW))])
    polling.renew(bank.partner)
    assert "partners.ReceivedObject.content" not in tables_with("Ficta 1")
    assert files_with(home, "Ficta 1") == set()
    send_notice(bank, notice("recall", things[0]))
    assert recalling_receiving.carry_out_all() == 1
    assert tables_with("Ficta 1") == set()
    assert on_list() == {"p-2"}


def test_what_other_software_says_of_what_it_withdraws_is_not_kept(bank: Side) -> None:
    (thing,) = given_by_bank(bank, listed(1))
    Keeping(bank.agreement, "list_entries").keep([thing | {"revoked": True, "modified": write_time(NOW)}])
    assert tables_with("Ficta 1") == set()


def test_what_was_wrong_goes_with_its_correction(bank: Side, home: Path) -> None:
    things = given_by_bank(bank, listed(1, note="Wrongly said"), listed(2))
    polling.renew(bank.partner)
    (mended,) = given_by_bank(bank, listed(1), modified=NOW)
    made = recall.notice(
        "correction", things[0]["id"], BANK, "A reason", datetime.now(UTC), KEYS[BANK], replacement=digest(mended)
    )
    send_notice(bank, made)
    recalling_receiving.carry_out_all()
    assert answers() == ["corrected"]
    assert tables_with("Wrongly said") == files_with(home, "Wrongly said") == set()
    assert on_list() == {"p-1", "p-2"}


def test_a_copy_that_was_to_go_on_to_others_goes_too_and_the_ledger_stays(
    bank: Side, border: Side, passed: list[Thing], home: Path
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    send_notice(bank, notice("recall", passed[0]))
    assert recalling_receiving.carry_out_all() == 0  # the border service has not answered
    assert tables_with("Ficta 1") == set()
    assert files_with(home, "Ficta 1") == set()
    assert Disclosure.objects.filter(object=passed[0]["id"]).count() == 1
    assert verify().report.sound


def test_what_ran_out_is_in_no_table_and_no_file_and_whoever_got_it_is_told(
    bank: Side, border: Side, passed: list[Thing], clock: JumpingClock, home: Path
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    clock.jump(days=366)
    chores.forget_lists()
    assert SharedObject.objects.filter(content__contains="Ficta").count() == 0
    polling.poll_all()
    sharing.write_all()
    for number in (1, 2):
        assert tables_with(f"Ficta {number}") == files_with(home, f"Ficta {number}") == set()
    assert on_list() == set()
    assert verify().report.sound
    assert Event.objects.filter(act="partners.objects.removed", details__count=2).count() == 1
    assert {(each["id"], each["revoked"]) for each in Reader(border).read()} == {(each["id"], True) for each in passed}
    assert erasing.erase_ended() == 0


def test_it_is_kept_to_the_end_of_its_last_day_and_what_has_longer_stays(bank: Side, home: Path) -> None:
    given_by_bank(bank, listed(1), keep_until=TODAY + timedelta(days=5))
    given_by_bank(bank, listed(2))
    polling.renew(bank.partner)
    assert erasing.erase_ended(TODAY + timedelta(days=5)) == 0
    assert erasing.erase_ended(TODAY + timedelta(days=6)) == 1
    assert tables_with("Ficta 1") == set()
    polling.renew(bank.partner)
    assert on_list() == {"p-2"}
    assert files_with(home, "Ficta 1") == set()
    assert ListVersion.objects.filter(state=ListVersion.State.IN_USE).count() == 1


def test_a_correction_of_what_ran_out_is_answered_that_it_is_not_held(bank: Side) -> None:
    (thing,) = given_by_bank(bank, listed(1), keep_until=TODAY)
    polling.renew(bank.partner)
    erasing.erase_ended(TODAY + timedelta(days=1))
    send_notice(bank, notice("correction", thing, replacement=digest(thing)))
    recalling_receiving.carry_out_all()
    assert answers() == ["not_held"]


def put_into(bank: Side, *things: Thing) -> None:
    """Let a TAXII client of the bank put objects into the collection that it gives."""
    shown = next(each for each in collections_of(bank.agreement).values() if each.can_write)
    put = Store({each["id"]: text_of(Handling(Colour.AMBER, frozenset({BANK}))) for each in things})
    add_objects(put, shown.id, list(things), now=moment_of(timezone.now()), status_id=str(uuid4()))


def test_what_a_partner_put_into_its_collection_goes_when_it_is_called_back_and_when_its_time_is_over(
    bank: Side,
) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    ReceivedObject.objects.all().delete()
    put_into(bank, *things)
    send_notice(bank, notice("recall", things[0]))
    recalling_receiving.carry_out_all()
    assert (tables_with("Ficta 1"), answers()) == (set(), ["removed"])
    assert erasing.erase_handed_in(TODAY + timedelta(days=365)) == 0
    assert tables_with("Ficta 2") == {"partners.SharedObject.content"}
    assert erasing.erase_handed_in(TODAY + timedelta(days=366)) == 1
    assert tables_with("Ficta 2") == set()


def ends(bank: Side, until: date, **changes: Any) -> None:
    given_by_bank(bank, listed(1), keep_until=until, **changes)
    polling.renew(bank.partner)


def test_what_came_under_another_agreement_too_stays_as_long_as_that_says(bank: Side) -> None:
    ends(bank, TODAY + timedelta(days=5))
    other = agree(bank.partner, BANK, bank.agreement.read.other(BANK).node, id="another", title="Another")
    first, bank.agreement = bank.agreement, other
    ends(bank, TODAY + timedelta(days=9))
    bank.agreement = first
    assert erasing.erase_ended(TODAY + timedelta(days=6)) == 1
    polling.renew(bank.partner)
    assert on_list() == {"p-1"}
    assert ReceivedObject.objects.get(type="identity").agreement == other
    assert erasing.erase_ended(TODAY + timedelta(days=10)) == 1
    polling.renew(bank.partner)
    assert (on_list(), tables_with("Ficta 1")) == (set(), set())


def test_what_is_used_as_another_agreement_gave_it_last_is_used_as_the_one_that_stays_gave_it(
    bank: Side, liaison: Client
) -> None:
    ends(bank, TODAY + timedelta(days=9))
    other = agree(bank.partner, BANK, bank.agreement.read.other(BANK).node, id="another", title="Another")
    bank.agreement = other
    ends(bank, TODAY + timedelta(days=5))
    erasing.erase_ended(TODAY + timedelta(days=6))
    polling.renew(bank.partner)
    assert on_list() == {"p-1"}
    record = Record.objects.get(record_id="p-1")
    assert set(record.statements.values_list("keep_until", flat=True)) == {TODAY + timedelta(days=9)}
