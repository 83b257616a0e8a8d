"""What the registry keeps of a record, as the library's `Record`."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from dragoman.model import Record, Statement
from dragoman.node.registry.models import Record as Kept

#: A record among all lists: the list's name and the record's id there.
Key = tuple[str, str]


def records_of(keys: Iterable[Key]) -> dict[Key, Record]:
    """Return the records of the keys, as the versions in use state them; a record that is gone is missing."""
    wanted: dict[str, set[str]] = {}
    for source, record_id in keys:
        wanted.setdefault(source, set()).add(record_id)
    found: dict[Key, Record] = {}
    for source, ids in wanted.items():
        kept = Kept.objects.filter(Q(source__name=source), record_id__in=ids, gone=False)
        for each in kept.prefetch_related("statements"):
            found[source, each.record_id] = _as_record(source, each)
    return found


def _as_record(source: str, kept: Kept) -> Record:
    stated = [
        Statement(row.prop, row.value, row.original, row.place, row.lang, row.quality, row.origin)  # type: ignore[arg-type]
        for row in kept.statements.all()
        if not row.gone
    ]
    return Record(kept.record_id, kept.schema, stated, source, kept.last_seen)
