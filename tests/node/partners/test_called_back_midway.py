"""A line that fails in the middle of a poll: the part that came is not used, not even by a notice that comes then."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dragoman.errors import DeliveryFailed
from dragoman.exchange import recall
from dragoman.exchange.stix.ids import Thing
from dragoman.node.partners import lines, polling, recalling_receiving
from dragoman.node.partners.models import Outgoing, Partner, Poll, ReceivedObject
from dragoman.node.partners.taxii.asking import uuid_of
from dragoman.node.registry.models import IndexInUse, ListVersion, Record
from tests.node.partners.parties import BANK, KEYS, NOW, Side, given_by_bank, listed

pytestmark = pytest.mark.django_db


class Line:
    """What the bank's TAXII server answers: pages, and a failure where a page is None."""

    def __init__(self, bank: Side) -> None:
        self.bank, self.pages = bank, list[list[Thing] | None]()
        self.collection = str(uuid_of(bank.agreement, "list_entries", BANK))

    def get(self, partner: Partner, path: str) -> tuple[dict[str, Any], str]:
        if path == "taxii2/":
            return {"api_roots": [f"{partner.address}taxii2/1/"]}, ""
        if path.endswith("collections/"):
            return {"collections": [{"id": self.collection}]}, ""
        page = self.pages.pop(0) if self.pages else []
        if page is None:
            raise DeliveryFailed(f"{partner} does not answer", remedy="it is tried again")
        more = {"more": True, "next": "x"} if self.pages else {}
        return {"objects": page} | more, f"2026-01-01T00:00:0{len(self.pages)}.000000Z" if page else ""


@pytest.fixture
def line(bank: Side, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The line to the bank, which has given three records that are in use."""
    found = Line(bank)
    monkeypatch.setattr(lines, "get", found.get)
    given_by_bank(bank, listed(1), listed(2), listed(3))
    polling.renew(bank.partner)
    return found


def in_use() -> set[str]:
    """Return who is on the list in use: by the tables, held to what the index is built of."""
    rows = Record.objects.filter(source__name="from-bank-example", gone=False)
    return set(rows.values_list("record_id", flat=True))


def things(bank: Side, *numbers: int) -> list[Thing]:
    """Return objects of the bank as it would send them; they are not kept here."""
    before = list(ReceivedObject.objects.values_list("pk", flat=True))
    found = given_by_bank(bank, *(listed(number, note="Later") for number in numbers), modified=NOW)
    ReceivedObject.objects.exclude(pk__in=before).delete()
    return found


def call_back(bank: Side, name: str, kind: str = "recall", **more: Any) -> None:
    made = recall.notice(kind, name, BANK, "Another person", datetime.now(UTC), KEYS[BANK], **more)
    recalling_receiving.take_notices(bank.letter("notice", {"notices": [made.to_json()]}), bank.partner)


def outcomes() -> list[str]:
    letters = Outgoing.objects.filter(kind="done").order_by("number")
    return [each["outcome"] for letter in letters for each in letter.letter["body"]["done"]]


def test_a_poll_that_fails_midway_before_a_recall_brings_its_part_into_no_use(bank: Side, line: Line) -> None:
    (recalled,) = ReceivedObject.objects.filter(content__contains="Ficta 1").values_list("stix_id", flat=True)
    version, index = ListVersion.objects.get(state=ListVersion.State.IN_USE).version, IndexInUse.objects.get().file
    new = things(bank, 4, 5)
    line.pages = [[new[0]], None]
    polling.poll(bank.agreement)
    assert Poll.objects.get().trouble.startswith(polling.UNFINISHED)

    call_back(bank, recalled)
    line.pages = [[new[1]], None]  # the poll that precedes carrying it out fails midway, too
    assert recalling_receiving.carry_out_all() == 1
    assert Poll.objects.get().trouble.startswith(polling.UNFINISHED)
    assert ReceivedObject.objects.filter(type="identity").count() == 5
    # Nothing of the part is used, and what was called back is out of the list and the index all the same.
    assert in_use() == {"p-2", "p-3"}
    assert ListVersion.objects.get(state=ListVersion.State.IN_USE).version == version
    assert IndexInUse.objects.get().file != index
    assert outcomes() == ["removed"]

    line.pages = [[]]
    polling.poll_all()
    assert in_use() == {"p-2", "p-3", "p-4", "p-5"}


def test_a_first_list_of_which_a_part_came_is_used_by_no_notice(bank: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(bank)
    monkeypatch.setattr(lines, "get", line.get)
    new = things(bank, 1, 2)
    line.pages = [[new[0]], None]
    polling.poll(bank.agreement)
    call_back(bank, new[0]["id"])
    line.pages = [None]
    assert recalling_receiving.carry_out_all() == 1
    assert (in_use(), outcomes()) == (set(), ["removed"])
    assert not ListVersion.objects.exists()


def test_what_the_part_withdrew_and_is_called_back_waits_for_the_rest(bank: Side, line: Line) -> None:
    from dragoman.exchange.stix.ids import write_time
    from dragoman.exchange.stix.records import withdrawn

    (thing,) = things(bank, 1)
    line.pages = [[withdrawn(thing, write_time(NOW))], None]
    polling.poll(bank.agreement)
    call_back(bank, thing["id"])
    line.pages = [None]
    assert recalling_receiving.carry_out_all() == 0
    assert (in_use(), outcomes()) == ({"p-1", "p-2", "p-3"}, [])
    line.pages = [things(bank, 2)]
    assert recalling_receiving.carry_out_all() == 1
    assert (in_use(), outcomes()) == ({"p-2", "p-3"}, ["removed"])


@pytest.mark.parametrize("kind", ["correction", "shortening"])
def test_what_needs_the_newest_waits_for_the_rest(bank: Side, line: Line, kind: str) -> None:
    from dragoman.exchange.canonical import digest

    mended, other = things(bank, 1, 2)
    more: dict[str, Any] = {"replacement": digest(mended)} if kind == "correction" else {"until": NOW.date()}
    call_back(bank, mended["id"], kind, **more)
    line.pages = [[mended], None]
    assert recalling_receiving.carry_out_all() == 0
    assert in_use() == {"p-1", "p-2", "p-3"}
    assert not Record.objects.get(record_id="p-1").statements.filter(value="Later").exists()
    line.pages = [[other]]
    assert recalling_receiving.carry_out_all() == 1
    assert Record.objects.get(record_id="p-1").statements.filter(value="Later").exists()
    assert outcomes() == ["corrected" if kind == "correction" else "shortened"]
