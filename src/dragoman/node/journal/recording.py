"""The ways into the journal: `record` within the caller's transaction, `look_up` for acts that change nothing."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dragoman.audit.events import Event, identifier
from dragoman.node.access import Principal
from dragoman.node.journal.appending import append
from dragoman.node.journal.group_commit import WRITER


def record(principal: Principal | str, act: str, target: str, *, result: str = "", **details: str | int | None) -> None:
    """Append an event; call it inside the transaction of the act, so that both happen or neither.

    `act` is ``desk.hit.reviewed``, `target` ``hit:17``; `details` are identifiers and counts, never personal data,
    under the names of ``audit/data/fields.tsv``. Call it last: others who append wait until the transaction ends.
    Raises EventRefused.
    """
    event = _event(principal, act, target, result, details)
    with transaction.atomic(savepoint=False):
        append([event])


def look_up(principal: Principal, act: str, target: str, *, result: str = "", **details: str | int | None) -> None:
    """Append an event of an act that changed nothing (a query, a view); returns once it is durable.

    Those of requests at the same time share a transaction. Within a transaction of the caller it becomes durable with
    that one. Raises EventRefused.
    """
    event = _event(principal, act, target, result, details)
    if connection.in_atomic_block or not _others_may_write():
        with transaction.atomic(savepoint=False):
            append([event])
    else:
        WRITER.append(event)


def _event(
    principal: Principal | str, act: str, target: str, result: str, details: dict[str, str | int | None]
) -> Event:
    who, purpose = (principal, "") if isinstance(principal, str) else (principal.name, principal.purpose or "")
    kept = {name: value for name, value in details.items() if value is not None}
    return Event(who, act, _target(target), timezone.now(), purpose, result, kept)


def _target(target: str) -> str:
    """Return the object as an identifier: ids that others chose may not be shaped like one, see `identifier`."""
    kind, colon, rest = target.partition(":")
    return identifier(kind, rest) if colon else target


def _others_may_write() -> bool:
    """Tell whether another thread's connection reaches this database; to one in memory it does not."""
    database: Any = connection
    return connection.vendor != "sqlite" or not database.is_in_memory_db()
