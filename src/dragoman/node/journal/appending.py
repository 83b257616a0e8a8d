"""Appending to the tree: one transaction at a time, whatever the number of processes.

Each act passes here, so the three statements are written out: as queries of models they took ten times as long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from dragoman.audit import checkpoints, events, tree
from dragoman.errors import JournalDamaged
from dragoman.node.journal import keys
from dragoman.node.journal.models import Checkpoint, Event, Head, Node

#: A checkpoint is signed by whoever appends once there are so many events since the last, or it is so many seconds old.
EVERY_EVENTS, EVERY_SECONDS = 1000, 10
_ONE = 1
_READ = f"SELECT size, peaks, signed_size, signed_at FROM journal_head WHERE id = {_ONE}"  # noqa: S608
_WRITE = f"UPDATE journal_head SET size = %s, peaks = %s, signed_size = %s, signed_at = %s WHERE id = {_ONE}"  # noqa: S608
_INSERT = (
    "INSERT INTO journal_event (id, at, who, act, object, purpose, result, details, leaf) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Held:
    """The head, locked: the tree's, and when how much of it was signed."""

    head: tree.Head
    signed_size: int
    signed_at: int

    @property
    def is_due(self) -> bool:
        """Whether a checkpoint is to be signed; one that was signed in the future was before the clock was set back."""
        unsigned = self.head.size - self.signed_size
        return unsigned >= EVERY_EVENTS or (unsigned > 0 and abs(time.time() - self.signed_at) >= EVERY_SECONDS)


class Store:
    """The hashes in the database: leaves beside their events, the levels above in rows of their own."""

    def read(self, level: int, start: int, count: int) -> list[bytes]:
        """See `TreeStore`."""
        if level == 0:
            leaves = Event.objects.filter(id__gte=start, id__lt=start + count).order_by("id")
            return [bytes(leaf) for leaf in leaves.values_list("leaf", flat=True)]
        nodes = Node.objects.filter(level=level, position__gte=start, position__lt=start + count).order_by("position")
        return [bytes(hash_) for hash_ in nodes.values_list("hash", flat=True)]

    def extend(self, level: int, start: int, hashes: Sequence[bytes]) -> None:
        """See `TreeStore`; leaves are written with their events."""
        if level:
            Node.objects.bulk_create(
                Node(level=level, position=position, hash=hash_) for position, hash_ in enumerate(hashes, start)
            )


def append(given: Sequence[events.Event]) -> int:
    """Append events within the running transaction, in order; return the index of the first.

    The head stays locked until the transaction ends: append late, and end soon. Raises JournalDamaged.
    """
    held = _hold()
    first = held.head.size
    leaves = [tree.leaf_hash(event.encode()) for event in given]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, list(_rows(first, given, leaves)))
    grown = replace(held, head=held.head.grow(leaves, Store()))
    _keep(_signed(grown) if grown.is_due else grown)
    return first


def _rows(first: int, given: Sequence[events.Event], leaves: Sequence[bytes]) -> Iterator[tuple[Any, ...]]:
    moment, json = connection.ops.adapt_datetimefield_value, connection.ops.adapt_json_value
    for index, (event, leaf) in enumerate(zip(given, leaves, strict=True), first):
        at, details = moment(event.at), json(dict(event.details), None)
        yield index, at, event.who, event.act, event.object, event.purpose, event.result, details, leaf


def sign_rest() -> None:
    """Sign a checkpoint of the whole tree, unless the last one is."""
    with transaction.atomic():
        held = _hold()
        if held.signed_size < held.head.size:
            _keep(_signed(held))


def current_head() -> Head:
    """Return the head as it is, unlocked."""
    return Head.objects.filter(pk=_ONE).first() or Head(id=_ONE)


def _hold() -> Held:
    """Return the head, locked; SQLite locks the database as the transaction begins (``BEGIN IMMEDIATE``)."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("append to the journal within transaction.atomic()")
    row = _read()
    if row is None:
        if Event.objects.exists():
            raise JournalDamaged("the journal has events and no head", remedy="dragoman journal verify")
        Head.objects.bulk_create([Head(id=_ONE)], ignore_conflicts=True)
        row = _read() or (0, b"", 0, 0)
    size, peaks, signed_size, signed_at = row
    return Held(tree.Head.unpack(size, bytes(peaks)), signed_size, signed_at)


def _read() -> tuple[int, bytes, int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(_READ + (" FOR UPDATE" if connection.features.has_select_for_update else ""))
        found: tuple[int, bytes, int, int] | None = cursor.fetchone()
    return found


def _keep(held: Held) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [held.head.size, held.head.pack(), held.signed_size, held.signed_at])


def _signed(held: Held) -> Held:
    """Sign a checkpoint of the tree, and return the head that says so."""
    signer, size = keys.signer(), held.head.size
    text = str(checkpoints.Checkpoint.sign(signer.name, size, held.head.root, signer).note)
    Checkpoint.objects.create(size=size, at=timezone.now(), note=text)
    # The file outside the database comes after the fact: it must not know what was rolled back.
    transaction.on_commit(partial(keys.anchor, text), robust=True)
    return replace(held, signed_size=size, signed_at=int(time.time()))
