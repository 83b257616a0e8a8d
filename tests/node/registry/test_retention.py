"""What may no longer be kept is removed from the tables and the index, and does not come back with its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from dragoman.errors import MessageRefused
from dragoman.node.journal.models import Event
from dragoman.node.registry import chores, importing, indexing, search
from dragoman.node.registry.models import Record, Source, Statement
from dragoman.node.registry.retention import remove_ended

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
NAMES = {"P-1": "Anwar Tazmart", "P-2": "Selma Ourdighi", "P-3": "Tavrosin Quellmar"}


@pytest.fixture
def home(own_home: Path) -> Path:
    return own_home


@pytest.fixture
def take_in(home: Path) -> Callable[..., Any]:
    def take(*ids: str, until: dict[str, date], note: str = "") -> Any:
        path = home / "received.ftm.json"
        rows = (
            {"id": each, "schema": "Person", "properties": {"name": [NAMES[each]], "notes": [note or "none"]}}
            for each in ids
        )
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))

        def handling_of(record: str) -> dict[str, Any] | None:
            return handling(until[record]) if record in until else None

        return importing.import_list("partner", path, format="ftm", force=True, handling_of=handling_of)

    return take


def handling(until: date) -> dict[str, Any]:
    return {"tlp": "AMBER", "originators": ["north"], "keep_until": until.isoformat()}


def shown() -> set[str]:
    return set(Record.objects.filter(gone=False).values_list("record_id", flat=True))


def found(number: str) -> bool:
    return any(hit.record_id == number for hit in search.screener().screen(NAMES[number], threshold=0.9))


def test_a_statement_keeps_the_handling_that_it_came_with(take_in: Callable[..., Any]) -> None:
    take_in("P-1", "P-2", until={"P-1": TOMORROW})
    assert set(Statement.objects.filter(record__record_id="P-1").values_list("handling__tlp", "keep_until")) == {
        ("AMBER", TOMORROW)
    }
    assert not Statement.objects.filter(record__record_id="P-2").exclude(handling=None).exists()


def test_it_may_be_kept_to_the_end_of_its_last_day_and_not_longer(take_in: Callable[..., Any]) -> None:
    take_in("P-1", "P-2", until={"P-1": TODAY})
    assert remove_ended(TODAY) == 0
    assert remove_ended(TOMORROW) > 0
    assert shown() == {"P-2"}
    gone = Record.objects.get(record_id="P-1")
    assert (gone.caption, gone.statements.count()) == ("", 0)
    event = Event.objects.get(act="registry.statements.removed")
    assert "Tazmart" not in str(event.details)


def test_the_index_forgets_it_with_the_next_chore(take_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    take_in("P-1", "P-2", until={"P-1": TODAY})
    assert found("P-1")
    monkeypatch.setattr(chores, "remove_ended", lambda: remove_ended(TOMORROW))
    chores.end_keeping()
    assert not found("P-1")
    assert found("P-2")
    file = search.screener()
    chores.end_keeping()
    assert search.screener() is file, "nothing more was removed, so nothing is built"


def test_what_has_ended_is_not_taken_in_and_not_found_even_when_the_index_is_built_again(
    take_in: Callable[..., Any],
) -> None:
    take_in("P-1", "P-2", until={"P-1": YESTERDAY})
    assert shown() == {"P-2"}
    assert not found("P-1")
    (file,) = indexing.folder().glob("*.idx")
    file.write_bytes(b"not an index")
    indexing._opened.clear()
    assert not found("P-1")
    assert not Statement.objects.filter(record__record_id="P-1").exists()


def test_a_version_that_says_it_has_ended_removes_what_was_known(take_in: Callable[..., Any]) -> None:
    take_in("P-1", "P-2", until={})
    take_in("P-1", "P-2", "P-3", until={"P-1": YESTERDAY})
    assert shown() == {"P-2", "P-3"}
    assert not found("P-1")
    assert not Statement.objects.filter(record__record_id="P-1").exists()


def test_a_source_that_may_keep_it_longer_brings_it_back(take_in: Callable[..., Any]) -> None:
    take_in("P-1", "P-2", until={"P-1": TODAY})
    remove_ended(TOMORROW)
    take_in("P-1", "P-2", until={"P-1": TOMORROW}, note="prolonged")
    back = Record.objects.get(record_id="P-1")
    assert (back.caption, back.gone, back.removed) == (NAMES["P-1"], False, None)
    assert found("P-1")


def test_a_longer_term_on_unchanged_content_is_kept_as_well(take_in: Callable[..., Any]) -> None:
    take_in("P-1", until={"P-1": TODAY})
    take_in("P-1", "P-2", until={"P-1": TOMORROW})
    assert set(Statement.objects.filter(record__record_id="P-1").values_list("keep_until", flat=True)) == {TOMORROW}


def test_the_term_of_a_source_holds_for_what_has_none_of_its_own(take_in: Callable[..., Any]) -> None:
    take_in("P-1", "P-2", until={"P-1": TOMORROW})
    Source.objects.filter(name="partner").update(handling=handling(YESTERDAY))
    remove_ended(TODAY)
    assert shown() == {"P-1"}


def test_a_record_of_which_something_is_left_is_called_by_what_is_left(take_in: Callable[..., Any]) -> None:
    take_in("P-1", until={})
    record = Record.objects.get(record_id="P-1")
    record.statements.create(prop="alias", value="Abu Tarfand", first_seen="1", last_seen="1")
    record.statements.filter(prop="name").update(keep_until=YESTERDAY)
    assert remove_ended(TODAY) == 1
    record.refresh_from_db()
    assert (record.caption, record.gone) == ("Abu Tarfand", False)
    assert record.removed is not None


def test_a_handling_that_is_none_is_refused(home: Path) -> None:
    path = home / "x.ftm.json"
    path.write_text('{"id": "P-1", "schema": "Person", "properties": {"name": ["Anwar Tazmart"]}}\n')
    with pytest.raises(MessageRefused):
        importing.import_list("partner", path, format="ftm", handling={"tlp": "PURPLE"})
    version = importing.import_list("partner", path, format="ftm", handling=handling(TOMORROW))
    assert Source.objects.get().handling["tlp"] == "AMBER"
    assert Event.objects.filter(act="registry.list.handled").count() == 1
    assert importing.import_list("partner", path, format="ftm", handling=handling(TOMORROW)) == version
    assert Event.objects.filter(act="registry.list.handled").count() == 1
