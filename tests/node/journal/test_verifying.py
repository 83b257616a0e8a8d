"""Whatever is done to the tables behind the journal's back, verifying finds it and says where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from dragoman.audit.checkpoints import Checkpoint as Signed
from dragoman.audit.notes import Signer
from dragoman.errors import JournalDamaged
from dragoman.node.journal import appending, guard, keys, verifying
from dragoman.node.journal.appending import sign_rest
from dragoman.node.journal.models import Checkpoint, Event
from dragoman.node.journal.recording import record
from dragoman.node.journal.verifying import newest_checkpoint, prove, verify

pytestmark = pytest.mark.django_db
COUNT = 600
#: After how many events a checkpoint is signed here: the first is signed alone.
EVERY = 100


@pytest.fixture
def sql(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[..., None]:
    """A journal of 600 events, and a way past its triggers."""
    monkeypatch.setattr(appending, "EVERY_EVENTS", EVERY)
    for number in range(COUNT):
        record("system", "desk.hit.viewed", f"hit:{number}", hits=number)

    def execute(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            for each in guard.removal(connection):
                cursor.execute(each)
            cursor.execute(statement, values)

    return execute


def found() -> list[tuple[str, int, int]]:
    return [(each.kind, each.first, each.last) for each in verify().report.findings]


def test_a_journal_that_nobody_touched_is_sound_and_then_wholly_signed(sql) -> None:
    report = verify().report
    assert report.sound
    assert (report.size, report.signed) == (COUNT, 501)
    assert verify().report.signed == COUNT


def test_an_empty_journal_is_sound() -> None:
    assert verify().report.sound


@pytest.mark.parametrize("column", ["who", "act", "object", "purpose", "result"])
def test_a_changed_row_is_found_exactly(sql, column: str) -> None:
    sql(f"UPDATE journal_event SET {column} = 'nobody' WHERE id = 333")  # noqa: S608
    assert found() == [("changed", 333, 333)]


def test_a_changed_moment_is_found_exactly(sql) -> None:
    sql("UPDATE journal_event SET at = (SELECT at FROM journal_event WHERE id = 0) WHERE id = 333")
    assert found() == [("changed", 333, 333)]


@pytest.mark.parametrize("details", ['{"hits": 334}', "[]", '{"hits": 1e400}', '"words"'])
def test_changed_details_are_found_exactly(sql, details: str) -> None:
    if connection.vendor == "postgresql" and "1e400" in details:
        pytest.skip("PostgreSQL writes such a number out")
    sql("UPDATE journal_event SET details = %s WHERE id = 333", details)
    assert found() == [("changed", 333, 333)]


def test_a_row_that_cannot_even_be_read_is_found_exactly(sql) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL takes only a moment for a moment")
    sql("UPDATE journal_event SET at = '2026-13-45 12:00:00' WHERE id = 333")
    sql("UPDATE journal_event SET at = 'once' WHERE id = 334")
    assert found() == [("changed", 333, 333), ("changed", 334, 334)]


def test_a_row_changed_together_with_its_hash_is_found_between_checkpoints(sql) -> None:
    sql(
        "UPDATE journal_event SET object = 'hit:1', leaf = (SELECT leaf FROM journal_event WHERE id = 1) WHERE id = 333"
    )
    sql("UPDATE journal_event SET details = (SELECT details FROM journal_event WHERE id = 1) WHERE id = 333")
    sql("UPDATE journal_event SET at = (SELECT at FROM journal_event WHERE id = 1) WHERE id = 333")
    assert found() == [("contradicts", 301, 400)]


def test_a_deleted_row_is_found_exactly(sql) -> None:
    sql("DELETE FROM journal_event WHERE id = 333")
    assert found()[0] == ("missing", 333, 333)


def test_a_deleted_row_that_all_later_ones_moved_over_is_found(sql) -> None:
    sql("DELETE FROM journal_event WHERE id = 333")
    sql("UPDATE journal_event SET id = -id WHERE id > 333")
    sql("UPDATE journal_event SET id = -id - 1 WHERE id < 0")
    report = verify().report
    assert report.first_bad == 301
    assert ("contradicts", 301, 400) in [(each.kind, each.first, each.last) for each in report.findings]


def test_two_rows_in_each_other_s_place_are_found(sql) -> None:
    sql("UPDATE journal_event SET id = -1 WHERE id = 320")
    sql("UPDATE journal_event SET id = 320 WHERE id = 333")
    sql("UPDATE journal_event SET id = 333 WHERE id = -1")
    assert found() == [("contradicts", 301, 400)]


def test_a_journal_cut_short_is_found(sql) -> None:
    sql("DELETE FROM journal_event WHERE id >= 450")
    assert ("cut short", 450, COUNT - 1) in found()


def test_one_that_was_cut_short_and_put_in_order_contradicts_what_is_kept_elsewhere(sql) -> None:
    kept = newest_checkpoint()
    sql("DELETE FROM journal_event WHERE id >= 401")
    sql("DELETE FROM journal_checkpoint WHERE size > 401")
    sql("DELETE FROM journal_node WHERE level = 1 AND position > 0")
    old = verifying.TreeHead(401, tuple(appending.tree.head_at(appending.Store(), 401).peaks))
    sql("UPDATE journal_head SET size = 401, peaks = %s, signed_size = 401", old.pack())
    assert found() == []
    report = verify(anchor=kept).report
    assert [(each.kind, each.first, each.last) for each in report.findings] == [("cut short", 401, COUNT - 1)]


def test_one_that_was_cut_short_contradicts_the_file_outside_the_database(sql, monkeypatch) -> None:
    kept = newest_checkpoint()
    monkeypatch.setattr(keys, "anchored", lambda: kept)
    sql("DELETE FROM journal_event")
    sql("DELETE FROM journal_checkpoint")
    sql("DELETE FROM journal_node")
    sql("DELETE FROM journal_head")
    assert found() == [("cut short", 0, COUNT - 1)]


def test_a_row_that_nobody_appended_is_found(sql) -> None:
    sql(
        "INSERT INTO journal_event SELECT 600, at, who, act, object, purpose, result, details, leaf "
        "FROM journal_event WHERE id = 5"
    )
    assert found() == [("head", 600, 600)]


def test_a_changed_node_of_the_tree_is_found(sql) -> None:
    sql("UPDATE journal_node SET hash = %s WHERE position = 1", bytes(32))
    assert found() == [("contradicts", 501, 511)]


@pytest.mark.parametrize("peaks", [b"", bytes(32), bytes(32 * 4)])
def test_a_changed_head_is_found(sql, peaks: bytes) -> None:
    sql("UPDATE journal_head SET peaks = %s", peaks)
    assert [kind for kind, _, _ in found()] == ["head"]


def test_a_journal_without_a_head_takes_no_more_events(sql) -> None:
    sql("DELETE FROM journal_head")
    with pytest.raises(JournalDamaged, match="no head"), transaction.atomic():
        record("system", "desk.hit.viewed", "hit:1")
    assert found()[0][0] == "head"


def test_a_checkpoint_signed_by_somebody_else_is_found(sql) -> None:
    forger = Signer.from_seed(keys.origin(), bytes(32))
    forged = str(Signed.sign(keys.origin(), 301, bytes(32), forger).note)
    sql("UPDATE journal_checkpoint SET note = %s WHERE size = 301", forged)
    assert [kind for kind, _, _ in found()] == ["signature"]


def test_checkpoints_of_a_former_key_still_count(sql, monkeypatch: pytest.MonkeyPatch) -> None:
    former = keys.signer()
    monkeypatch.setenv("DRAGOMAN_JOURNAL_KEY", "another secret " * 5)
    keys._signer.cache_clear()
    try:
        assert keys.signer().verifier != former.verifier
        assert keys.origin() == former.name
        record("system", "desk.hit.viewed", "hit:1")
        sign_rest()
        assert verify().report.sound
        assert {each.name for each in keys.known()} == {former.name}
        assert len(keys.known()) == 2
    finally:
        keys._signer.cache_clear()


def test_each_event_is_proved_against_a_signed_checkpoint(sql) -> None:
    for index in (0, 1, 255, 256, 333, COUNT - 1):
        proof = prove(index)
        assert proof.verify(keys.known()) == [keys.signer().verifier]
        assert proof.content == Event.objects.get(pk=index).content
    assert Checkpoint.objects.order_by("-size").first().size == COUNT
    with pytest.raises(Event.DoesNotExist):
        prove(COUNT)
