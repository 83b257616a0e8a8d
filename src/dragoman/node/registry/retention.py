"""Removing what may no longer be kept: statements whose `keep_until` has passed, or that of their whole source.

They leave the tables and the index; a record of which nothing is left stays as a number without a name, so that
judgements and hits upon it still have what they point to. The files of a list version are kept as they came: whoever
must not have them any longer removes the version (``dragoman lists rm``).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dragoman import model
from dragoman.node.journal.recording import record as journal
from dragoman.node.registry.models import Record, Source, Statement

_BATCH = 1000


def remove_ended(today: date | None = None) -> int:
    """Remove the statements whose last day was before `today` (in UTC); return how many. Each batch is journalled."""
    now = today or timezone.now().date()
    ended = Statement.objects.filter(keep_until__lt=now)
    removed = 0
    for source in Source.objects.filter(pk__in=ended.values("record__source")):
        removed += _remove(source, ended.filter(record__source=source))
    for source in Source.objects.exclude(handling={}):
        if (until := source.handling.get("keep_until")) and until < now.isoformat():
            removed += _remove(source, Statement.objects.filter(record__source=source, keep_until=None))
    return removed


def _remove(source: Source, ended: QuerySet[Statement]) -> int:
    removed = 0
    while True:
        with transaction.atomic():
            rows = list(ended.order_by("pk").values_list("pk", "record__pk")[:_BATCH])
            if not rows:
                return removed
            Statement.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
            _tell({record for _, record in rows})
            journal("node", "registry.statements.removed", f"list:{source.pk}", count=len(rows))
        removed += len(rows)


def forget(records: Collection[int]) -> None:
    """Remove all that is stated of records; call it in the transaction of the act."""
    Statement.objects.filter(record__in=records).delete()
    _tell(records)


def _tell(records: Collection[int]) -> None:
    """Note of records that something of them was removed, and call them by what is left."""
    Record.objects.filter(pk__in=records).update(removed=timezone.now())
    left = stated(records)
    Record.objects.filter(pk__in=set(records) - left.keys()).update(caption="", gone=True)
    for pk, kept in left.items():
        Record.objects.filter(pk=pk).exclude(caption=kept.caption).update(caption=kept.caption)


def stated(records: Collection[int]) -> dict[int, model.Record]:
    """Return what is left of some records, by primary key; one of which nothing is left is missing."""
    found: dict[int, model.Record] = {}
    rows = Statement.objects.filter(record__in=records, gone=False).select_related("record__source").order_by("pk")
    for row in rows:
        record = row.record
        plain = model.Record(record.record_id, record.schema, [], record.source.name, record.last_seen)
        quality: Any = row.quality
        found.setdefault(record.pk, plain).statements.append(
            model.Statement(row.prop, row.value, row.original, row.place, row.lang, quality, row.origin)
        )
    return found
