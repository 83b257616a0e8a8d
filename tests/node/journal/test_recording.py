"""What is recorded stands in the tree, together with the act or not at all, and is never changed."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from dragoman.audit.checkpoints import Checkpoint as Signed
from dragoman.audit.events import detail_names
from dragoman.audit.tree import root_at
from dragoman.errors import ActRefused, EventRefused
from dragoman.node.access import Principal
from dragoman.node.journal import appending, keys
from dragoman.node.journal.appending import Store, current_head, sign_rest
from dragoman.node.journal.group_commit import Writer
from dragoman.node.journal.models import Checkpoint, Event, Head, Node
from dragoman.node.journal.recording import look_up, record
from dragoman.node.people.models import Account

pytestmark = pytest.mark.django_db
NOBODY_IN_PARTICULAR = Principal(Account(pk=7), purpose="training")


def test_an_event_is_the_next_leaf_of_the_tree() -> None:
    record(NOBODY_IN_PARTICULAR, "desk.hit.reviewed", "hit:17", result="false", review=3)
    look_up("system", "desk.hit.viewed", "hit:18")
    first, second = Event.objects.order_by("id")
    assert (first.id, second.id) == (0, 1)
    assert (first.who, first.purpose, first.details) == ("account:7", "training", {"review": 3})
    assert current_head().size == 2
    assert Store().read(0, 0, 9) == [bytes(first.leaf), bytes(second.leaf)]


def test_what_is_undone_was_never_recorded() -> None:
    record("system", "desk.hit.reviewed", "hit:1")
    with pytest.raises(EventRefused), transaction.atomic():
        _review_two_of_which_one_cannot_be()
    record("system", "desk.hit.reviewed", "hit:3")
    assert [event.object for event in Event.objects.order_by("id")] == ["hit:1", "hit:3"]


def _review_two_of_which_one_cannot_be() -> None:
    record("system", "desk.hit.reviewed", "hit:2")
    record("system", "desk.hit.reviewed", "not a hit")


def test_an_id_that_somebody_chose_freely_is_not_written_down() -> None:
    record("system", "registry.record.viewed", "record:customers/Amina Example")
    assert Event.objects.get().object.startswith("record:sha256=")


def test_words_are_refused() -> None:
    with pytest.raises(EventRefused):
        record("system", "desk.hit.reviewed", "hit:17", result="it is another person")
    assert not Event.objects.exists()


def test_a_detail_that_is_nothing_is_left_out() -> None:
    record("system", "desk.hit.reviewed", "hit:17", review=None, hits=0)
    assert Event.objects.get().details == {"hits": 0}


def test_rows_are_neither_changed_nor_deleted_nor_written_twice() -> None:
    record("system", "desk.hit.reviewed", "hit:17")
    event = Event.objects.get()
    for attempt in (
        event.save,
        event.delete,
        Event.objects.all().delete,
        lambda: Event.objects.update(who="nobody"),
        Node.objects.all().delete,
        Checkpoint.objects.all().delete,
    ):
        with pytest.raises(ActRefused, match="never changed"):
            attempt()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET who = 'nobody'",
        "DELETE FROM journal_event",
        "DELETE FROM journal_node",
        "UPDATE journal_checkpoint SET size = 0",
    ],
)
def test_the_database_itself_refuses_changes(statement: str) -> None:
    for number in range(257):
        record("system", "desk.hit.reviewed", f"hit:{number}")
    sign_rest()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_first_event_is_signed_at_once_and_the_rest_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(appending, "EVERY_EVENTS", 300)
    for number in range(601):
        record("system", "desk.hit.reviewed", f"hit:{number}")
    sizes = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    assert sizes == [1, 301, 601]
    for row in Checkpoint.objects.all():
        signed = Signed.parse(row.note)
        assert signed.note.verify(keys.known())
        assert (signed.origin, signed.size, signed.root) == (keys.origin(), row.size, root_at(Store(), row.size))


def test_the_rest_is_signed_once() -> None:
    record("system", "desk.hit.reviewed", "hit:1")
    record("system", "desk.hit.reviewed", "hit:2")
    sign_rest()
    sign_rest()
    assert [row.size for row in Checkpoint.objects.order_by("size")] == [1, 2]


def test_nothing_is_signed_of_an_empty_journal() -> None:
    sign_rest()
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_appending_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        appending.append([])


@pytest.mark.django_db(transaction=True)
def test_events_of_many_threads_share_transactions_and_keep_their_order() -> None:
    """The database in memory has one connection: here the writer's thread is what is tried, on the others both."""
    writer = Writer()
    events = [_event(number) for number in range(40)]
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory is not shared between threads; test_processes does this in a file")
    with ThreadPoolExecutor(8) as pool:
        indexes = list(pool.map(writer.append, events))
    writer.stop()
    assert sorted(indexes) == list(range(40))
    for index, event in zip(indexes, events, strict=True):
        assert Event.objects.get(pk=index).object == event.object


def _event(number: int):
    from django.utils import timezone

    from dragoman.audit.events import Event as Act

    return Act("system", "desk.hit.viewed", f"hit:{number}", timezone.now())


def test_each_detail_that_the_node_records_is_in_the_table() -> None:
    """The journal would refuse it only when the act happens."""
    source = Path(appending.__file__).parents[1]
    given = {}
    for path in source.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("record", "look_up"):
                given |= {keyword.arg: path.name for keyword in call.keywords if keyword.arg not in (None, "result")}
    assert {name: place for name, place in given.items() if name not in detail_names()} == {}


@pytest.mark.django_db(transaction=True)
def test_the_head_is_made_where_there_is_none() -> None:
    Head.objects.all().delete()
    record("system", "desk.hit.reviewed", "hit:1")
    assert current_head().size == 1
    assert keys.anchored() == Checkpoint.objects.get().note
