"""Lists that are given go on under the next version of an agreement where that lets them, and else stop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from dragoman.exchange.stix.ids import Thing
from dragoman.node.journal.models import Event
from dragoman.node.partners import recalling, sharing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Disclosure, Notice, SharedList, SharedObject
from dragoman.node.people.models import Team
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.models import Source
from tests.node.conftest import People
from tests.node.partners.parties import BORDER, PURPOSE, Reader, Side, meet
from tests.node.partners.test_narrowing import WIDE, called_back, narrowed, terms
from tests.node.partners.test_passing_on import leave_for, receive_leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def border(people: People) -> Side:
    return meet(BORDER, people.liaison, node_id(), BORDER, **terms(WIDE))


def put_in_use(folder: Path, *names: str, name: str = "harbour") -> None:
    """Put a version of a list in use that has these people."""
    rows = [{"id": each, "schema": "Person", "properties": {"name": [f"Exempla Ficta {each}"]}} for each in names]
    path = folder / f"{name}.json"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)) + b"\n")
    import_list(name, path, force=True)


def give(side: Side, name: str = "harbour", colour: str = "AMBER", **more: Any) -> SharedList:
    purpose = more.pop("purpose", PURPOSE)
    found = sharing.share("node", side.agreement, Source.objects.get(name=name), colour=colour, purpose=purpose, **more)
    sharing.write(found)
    return found


@pytest.fixture
def given(border: Side, tmp_path: Path) -> SharedList:
    """A list of three that the border service has read."""
    put_in_use(tmp_path, "a", "b", "c")
    shared = give(border)
    assert len(Reader(border).read()) == 3
    return shared


def take(border: Side, *clauses: dict[str, Any], **changes: Any) -> dict[str, Thing]:
    """Let a version take over and the worker write; return what the partner reads under it, by id, from the start."""
    border.agreement = narrowed(border, *clauses, **changes)
    sharing.write_all()
    return {each["id"]: each for each in Reader(border).read()}


def names(things: dict[str, Thing]) -> list[str]:
    return sorted(each["name"][-1] for each in things.values())


def test_a_list_goes_on_as_it_was_written_and_nobody_gives_it_anew(border: Side, given: SharedList) -> None:
    before = {each["id"]: each for each in Reader(border).read()}
    ledger = set(Disclosure.objects.values_list("object", "version"))
    assert take(border, WIDE | {"tlp": "AMBER+STRICT"}) == before
    assert called_back() == set()
    assert set(Disclosure.objects.values_list("object", "version")) == ledger
    new = SharedList.objects.get(ended=None)
    assert (new.former, new.collection.agreement, new.handling) == (given, border.agreement, given.handling)
    assert (new.purpose, new.version) == (PURPOSE, given.version)
    assert not given.collection.objects_in.filter(stix_id__in=before).exists()
    assert Event.objects.filter(act="partners.list.went_on", object=f"shared:{new.pk}").exists()


def test_it_is_kept_up_with_its_versions_under_the_new_version(border: Side, given: SharedList, tmp_path: Path) -> None:
    created = {each["name"]: each["created"] for each in Reader(border).read()}
    take(border, WIDE)
    put_in_use(tmp_path, "b", "c", "d")
    sharing.write_all()
    came = Reader(border).read()
    assert sorted(each["name"][-1] for each in came if not each.get("revoked")) == ["b", "c", "d"]
    assert [each["created"] for each in came if each.get("revoked")] == [created["Exempla Ficta a"]]


def test_a_withdrawal_that_the_partner_had_not_read_reaches_it_under_the_new_version(
    border: Side, given: SharedList, tmp_path: Path
) -> None:
    put_in_use(tmp_path, "b", "c")
    sharing.write_all()
    came = take(border, WIDE)
    assert [bool(each.get("revoked")) for each in came.values()].count(True) == 1
    assert len(came) == 3


def test_what_was_called_back_does_not_come_again(border: Side, given: SharedList, people: People) -> None:
    gone, *_ = (each["id"] for each in Reader(border).read())
    recalling.take_back_some("node", border.agreement, {gone: "Another person"})
    came = take(border, WIDE)
    assert gone not in came
    assert len(came) == 2


def test_what_was_put_in_use_and_not_written_yet_is_written_under_the_new_version(
    border: Side, given: SharedList, tmp_path: Path
) -> None:
    put_in_use(tmp_path, "a", "b", "c", "d")
    assert names(take(border, WIDE)) == ["a", "b", "c", "d"]


def test_two_versions_that_take_over_before_the_worker_comes_lose_nothing(border: Side, given: SharedList) -> None:
    border.agreement = narrowed(border, WIDE)
    assert names(take(border, WIDE | {"codes": []}, version=3)) == ["a", "b", "c"]
    assert [each.collection.agreement.version for each in SharedList.objects.order_by("pk")] == [1, 2, 3]
    assert SharedList.objects.get(ended=None).collection.agreement.version == 3


STOPPED = {
    "a lower ceiling": ({"tlp": "GREEN"}, "TLP:AMBER"),
    "another purpose": ({"purposes": ["counter-terrorism"]}, "the purpose is not agreed"),
    "no list entries": ({"classes": ["indicators"]}, "list entries"),
    "another role": ({"roles": ["liaison"]}, "service"),
}


@pytest.mark.parametrize("what", STOPPED)
def test_a_list_that_the_new_version_does_not_let_go_on_stops_is_called_back_and_the_page_says_why(
    border: Side, given: SharedList, liaison: Client, what: str
) -> None:
    change, reason = STOPPED[what]
    left = {each["id"] for each in Reader(border).read()}
    assert not take(border, WIDE | change)
    given.refresh_from_db()
    assert given.ended is not None
    assert reason.lower() in given.stopped.lower()
    assert not SharedList.objects.filter(ended=None).exists()
    assert called_back() == left
    assert not SharedObject.objects.filter(stix_id__in=left).exists()
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()
    assert "<strong>stopped</strong> with version 1" in page


def test_of_two_lists_one_goes_on_and_one_stops_and_the_page_says_so_before_and_after(
    border: Side, given: SharedList, tmp_path: Path, liaison: Client
) -> None:
    put_in_use(tmp_path, "x", "y", name="airport")
    give(border, "airport", "GREEN")
    fields = {"classes-1": "list_entries", "purposes-1": WIDE["purposes"], "tlp-1": "GREEN"}
    page = liaison.post(f"/partners/agreements/{border.agreement.pk}/next", fields, follow=True).content.decode()
    assert "airport</span> will go on" in page
    assert "harbour</span> <strong>will stop</strong>: " in page
    Agreement.objects.filter(version=2).delete()
    assert names(take(border, WIDE | {"tlp": "GREEN"})) == ["x", "y"]
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()
    assert "airport</span> went on from version 1" in page
    assert "harbour</span> <strong>stopped</strong> with version 1" in page
    assert "will stop" not in page


def test_a_list_that_one_may_not_see_is_not_named(
    border: Side, given: SharedList, liaison: Client, people: People
) -> None:
    team = Team.objects.create(name="Elsewhere")
    given.source.teams.set([team])
    take(border, WIDE | {"tlp": "GREEN"})
    assert "harbour" not in liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()


def test_a_list_that_a_person_stopped_stays_stopped(border: Side, given: SharedList, liaison: Client) -> None:
    liaison.post(f"/partners/shared/{given.pk}/end", {})
    assert not take(border, WIDE)
    assert not SharedList.objects.filter(ended=None).exists()
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()
    assert "Lists of the version before" not in page


def test_nothing_goes_on_before_the_version_has_begun_and_all_does_when_it_has(
    border: Side, given: SharedList, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dragoman.node.partners import recalling_narrowing

    begins = datetime.now(UTC) + timedelta(days=1)
    old, new = border.agreement, narrowed(border, WIDE, starts=begins.isoformat())
    recalling_narrowing.follow_all()
    assert SharedList.objects.get().collection.agreement == old
    monkeypatch.setattr("django.utils.timezone.now", lambda: begins + timedelta(minutes=1))
    recalling_narrowing.follow_all()
    assert SharedList.objects.get(ended=None).collection.agreement == new
    sharing.write_all()
    assert SharedList.objects.get(ended=None).collection.objects_in.filter(type="identity").count() >= 3
    assert not Notice.objects.exists()


def test_a_list_of_a_partner_goes_on_with_its_leave(bank: Side, border: Side, passed: list[Thing]) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    came = take(border, WIDE)
    assert came == {each["id"]: each for each in passed}


def test_a_list_of_a_partner_stops_where_the_new_version_lets_nothing_be_passed_on(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    assert not take(border, WIDE | {"actions": ["disclose"]})
    assert "passed on" in SharedList.objects.get().stopped
    assert called_back() == {each["id"] for each in passed}
