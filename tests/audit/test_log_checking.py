"""Every change, deletion, reordering and truncation is found, and its place is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audit_logs import ORIGIN, SIGNER, Log, event
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.audit.checking import MOST_FINDINGS, Report, Row, check_log, trusted
from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Signer
from dragoman.audit.tree import Head, MemoryStore, leaf_hash
from dragoman.errors import JournalDamaged

BATCHES = (1, 40, 300, 7, 400, 12)
LOG = Log(*BATCHES)
COUNT = sum(BATCHES)
SIZES = [checkpoint.size for checkpoint in LOG.checkpoints]
INDEXES = st.integers(0, COUNT - 1)


def between_checkpoints(index: int) -> tuple[int, int]:
    """The indexes that were signed first by the same checkpoint as this one."""
    return max([size for size in SIZES if size <= index], default=0), min(size for size in SIZES if size > index) - 1


def assert_found_at(report: Report, index: int) -> None:
    first, last = between_checkpoints(index)
    assert not report.sound
    assert report.first_bad is not None
    assert first <= report.first_bad <= index
    assert report.findings[0].last <= last


def test_a_log_that_nobody_touched_is_sound() -> None:
    report = check_log(LOG.rows(leaves=True), LOG.checkpoints, store=LOG.store, head=LOG.head)
    assert report.sound
    assert report.first_bad is None
    assert (report.size, report.signed, report.checkpoints) == (COUNT, COUNT, len(BATCHES))
    assert report.root == LOG.head.root
    report.demand_sound()


def test_an_empty_log_is_sound() -> None:
    assert check_log([], [Checkpoint.sign(ORIGIN, 0, Head().root, SIGNER)], head=Head()).sound


def test_events_since_the_last_checkpoint_are_told_as_unsigned() -> None:
    report = check_log(LOG.rows(), LOG.checkpoints[:-1])
    assert report.sound
    assert (report.size, report.signed) == (COUNT, SIZES[-2])


@given(INDEXES)
def test_a_change_is_found(index: int) -> None:
    contents = list(LOG.contents)
    contents[index] = event(10**6).encode()
    assert_found_at(check_log(LOG.rows(contents), LOG.checkpoints), index)


@given(INDEXES)
def test_a_change_beside_its_hash_is_found_exactly(index: int) -> None:
    contents = list(LOG.contents)
    contents[index] = event(10**6).encode()
    report = check_log(LOG.rows(contents, leaves=True), LOG.checkpoints, store=LOG.store, head=LOG.head)
    assert [(each.kind, each.first, each.last) for each in report.findings] == [("changed", index, index)]


@given(INDEXES)
def test_a_change_of_event_and_hash_is_found_above_them(index: int) -> None:
    rows = LOG.rows(leaves=True)
    forged = event(10**6).encode()
    rows[index] = Row(index, forged, leaf_hash(forged))
    assert_found_at(check_log(rows, LOG.checkpoints), index)
    assert_found_at(check_log(rows, LOG.checkpoints, store=LOG.store, head=LOG.head), index)


@given(INDEXES)
def test_a_deleted_row_is_found_exactly(index: int) -> None:
    rows = LOG.rows(leaves=True)
    del rows[index]
    report = check_log(rows, LOG.checkpoints, store=LOG.store, head=LOG.head)
    assert report.findings[0].first == index
    assert report.findings[0].kind == ("missing" if index < COUNT - 1 else "cut short")


@given(INDEXES)
def test_a_deletion_with_all_later_rows_moved_up_is_found(index: int) -> None:
    contents = LOG.contents[:index] + LOG.contents[index + 1 :]
    assert_found_at(check_log(LOG.rows(contents), LOG.checkpoints), index)


@given(INDEXES)
def test_an_insertion_is_found(index: int) -> None:
    contents = [*LOG.contents[:index], event(10**6).encode(), *LOG.contents[index:]]
    assert_found_at(check_log(LOG.rows(contents), LOG.checkpoints), index)


@given(st.lists(INDEXES, min_size=2, max_size=2, unique=True))
def test_two_events_in_each_other_s_place_are_found(pair: list[int]) -> None:
    first, second = sorted(pair)
    contents = list(LOG.contents)
    contents[first], contents[second] = contents[second], contents[first]
    assert_found_at(check_log(LOG.rows(contents), LOG.checkpoints), first)


@given(st.lists(INDEXES, min_size=2, max_size=2, unique=True))
def test_rows_in_another_order_are_found(pair: list[int]) -> None:
    first, second = sorted(pair)
    rows = LOG.rows()
    rows[first], rows[second] = rows[second], rows[first]
    assert check_log(rows, LOG.checkpoints).first_bad == first


@given(st.integers(0, COUNT - 1))
def test_a_log_cut_short_is_found_with_what_is_gone(size: int) -> None:
    report = check_log(LOG.rows(LOG.contents[:size]), LOG.checkpoints)
    assert [(each.kind, each.first, each.last) for each in report.findings] == [("cut short", size, COUNT - 1)]
    assert report.first_bad == between_checkpoints(size)[0] == report.signed


@settings(max_examples=30)
@given(st.integers(0, COUNT - 1))
def test_a_log_that_was_cut_short_with_its_checkpoints_contradicts_its_head(size: int) -> None:
    kept = [checkpoint for checkpoint in LOG.checkpoints if checkpoint.size <= size]
    report = check_log(LOG.rows(LOG.contents[:size]), kept, head=LOG.head)
    assert [(each.kind, each.first, each.last) for each in report.findings] == [("cut short", size, COUNT - 1)]


def test_a_forged_tail_that_the_head_does_not_count_is_found() -> None:
    rows = [*LOG.rows(), Row(COUNT, event(10**6).encode())]
    assert check_log(rows, LOG.checkpoints, head=LOG.head).first_bad == COUNT


@given(st.integers(0, 2))
def test_an_interior_node_that_was_changed_is_found(index: int) -> None:
    store = MemoryStore({level: list(kept) for level, kept in LOG.store.levels.items()})
    store.levels[1][index % len(store.levels[1])] = bytes(32)
    report = check_log(LOG.rows(), [], store=store)
    assert [each.kind for each in report.findings] == ["contradicts"]


def test_a_head_of_another_tree_is_found() -> None:
    other = replace(LOG.head, peaks=(bytes(32), *LOG.head.peaks[1:]))
    assert [each.kind for each in check_log(LOG.rows(), [], head=other).findings] == ["head"]


def test_a_twin_of_a_row_is_found() -> None:
    rows = LOG.rows()
    report = check_log([*rows[:6], rows[5], *rows[6:]], LOG.checkpoints)
    assert [(each.kind, each.first) for each in report.findings] == [("out of order", 5)]


def test_checkpoints_of_a_stranger_or_of_another_log_do_not_count() -> None:
    report = Report()
    texts = [
        str(LOG.checkpoints[0].note),
        "nonsense",
        str(Checkpoint.sign(ORIGIN, 1, bytes(32), Signer.from_seed(ORIGIN, bytes(32))).note),
        str(Checkpoint.sign("elsewhere", 1, bytes(32), SIGNER).note),
    ]
    assert list(trusted(texts, {ORIGIN}, [SIGNER.verifier], report)) == [LOG.checkpoints[0]]
    assert [each.kind for each in report.findings] == ["signature"] * 3
    assert report.first_bad is None


def test_of_very_many_findings_the_rest_is_counted() -> None:
    rows = [Row(row.index, b"forged", row.leaf) for row in LOG.rows(leaves=True)]
    report = check_log(rows, LOG.checkpoints)
    assert len(report.findings) == MOST_FINDINGS
    assert report.more == COUNT - MOST_FINDINGS


def test_what_was_found_is_raised_with_its_place() -> None:
    rows = LOG.rows()
    del rows[7]
    with pytest.raises(JournalDamaged, match="event 7: 1 events are missing"):
        check_log(rows, LOG.checkpoints).demand_sound()
