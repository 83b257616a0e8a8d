"""Giving a list to a partner: its records are written as STIX into a collection, and kept up with every version.

A record that changed becomes a new version of its object; one that is no longer listed is revoked. What leaves is
decided when the partner reads (`policies`), not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from dragoman import model
from dragoman.errors import UsageError
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.stix.definitions import definitions
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.markings import markings_of
from dragoman.exchange.stix.records import Writing, write_record
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.writing import add_objects
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, SharedList, SharedRecord
from dragoman.node.partners.taxii.asking import collections_of, uuid_of
from dragoman.node.partners.taxii.store import Store, handling_text
from dragoman.node.registry.models import ListVersion, Record, Source, Statement

#: The class of data that a list's records are.
CLASS = "list_entries"
_BATCH = 500


def share(
    principal: Principal,
    agreement: Agreement,
    source: Source,
    *,
    colour: str = "AMBER",
    codes: Iterable[str] = (),
    purpose: str,
) -> SharedList:
    """Begin to give a list under an agreement; `write` then fills the collection.

    Raises UsageError where no clause gives list entries, MessageRefused where the handling makes no sense.
    """
    own = node_id()
    handling = Handling(Colour.read(colour), frozenset({own}), frozenset(codes), purposes=frozenset({purpose}))
    shown = collections_of(agreement).get(str(uuid_of(agreement, CLASS, own)))
    if shown is None:
        raise UsageError(f"no clause of {agreement.title} gives list entries", remedy="agree on one that does")
    from dragoman.node.partners.models import Collection

    with transaction.atomic():
        kept, new = SharedList.objects.get_or_create(
            collection=Collection.objects.get(uuid=shown.id),
            source=source,
            ended=None,
            defaults={"handling": handling.to_json(), "purpose": purpose},
        )
        if new:
            journal(principal, "partners.list.shared", f"shared:{kept.pk}", list=source.name, agreement=agreement.pk)
    return kept


def end(principal: Principal, shared: SharedList) -> None:
    """Stop giving a list: nothing of it leaves any more. What left already is recalled apart from this."""
    with transaction.atomic():
        ids = shared.records.values("stix_id")
        shared.collection.objects_in.filter(stix_id__in=ids).delete()
        shared.records.all().delete()
        shared.ended = timezone.now()
        shared.save(update_fields=["ended"])
        journal(principal, "partners.list.withdrawn", f"shared:{shared.pk}")


def write(shared: SharedList) -> dict[str, int]:
    """Write what the version in use changed into the collection; return how many were added, changed and revoked."""
    version = ListVersion.objects.filter(source=shared.source, state=ListVersion.State.IN_USE).first()
    counts = {"added": 0, "changed": 0, "revoked": 0}
    if version is None or version.version == shared.version:
        return counts
    now, handling = timezone.now(), Handling.from_json(shared.handling)
    known = {each.record_id: each for each in shared.records.all()}
    with transaction.atomic():
        _put(shared, [*definitions(), *markings_of(handling)], handling, now)
        stream = iter(_news(shared, known, counts))
        while batch := list(islice(stream, _BATCH)):
            _write_batch(shared, batch, handling, now)
        shared.version = version.version
        shared.save(update_fields=["version"])
    return counts


_News = tuple[str, str, SharedRecord | None, Record | None]


def _news(shared: SharedList, known: dict[str, SharedRecord], counts: dict[str, int]) -> Iterator[_News]:
    """Yield what differs from what was written: record id, content, what was written, the record (None: gone)."""
    seen: set[str] = set()
    for row in Record.objects.filter(source=shared.source, gone=False).iterator(2000):
        seen.add(row.record_id)
        before = known.get(row.record_id)
        if before is None or before.gone or before.content != row.content:
            counts["added" if before is None or before.gone else "changed"] += 1
            yield row.record_id, row.content, before, row
    for record_id, before in known.items():
        if record_id not in seen and not before.gone:
            counts["revoked"] += 1
            yield record_id, "", before, None


def _write_batch(shared: SharedList, batch: list[_News], handling: Handling, now: datetime) -> None:
    stated = statements_of([row for *_, row in batch if row is not None])
    things: list[Thing] = []
    rows: list[SharedRecord] = []
    markings = tuple(marking["id"] for marking in markings_of(handling))
    former = _former(shared, [before.stix_id for *_, before, row in batch if before is not None and row is None])
    for record_id, content, before, row in batch:
        created = before.created if before is not None else now
        if row is not None:
            plain = model.Record(row.record_id, row.schema, stated.get(row.pk, []), shared.source.name)
            thing = write_record(plain, Writing(created, now, markings=markings))
        elif before is not None and before.stix_id in former:
            thing = former[before.stix_id] | {"revoked": True, "modified": _time(now)}
        else:
            continue
        things.append(thing)
        rows.append(
            SharedRecord(
                shared=shared,
                record_id=record_id,
                stix_id=thing["id"],
                content=content,
                created=created,
                gone=row is None,
            )
        )
    _put(shared, things, handling, now)
    SharedRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["shared", "record_id"],
        update_fields=["stix_id", "content", "gone"],
    )


def _time(moment: datetime) -> str:
    from dragoman.exchange.stix.ids import write_time

    return write_time(moment)


def statements_of(rows: list[Record]) -> dict[int, list[model.Statement]]:
    """Return the statements of rows of records, by the row's key."""
    found: dict[int, list[model.Statement]] = {}
    for each in Statement.objects.filter(record__in=rows, gone=False).order_by("pk"):
        quality: Any = each.quality
        stated = model.Statement(each.prop, each.value, each.original, each.place, each.lang, quality)
        found.setdefault(each.record_id, []).append(stated)
    return found


def _former(shared: SharedList, ids: list[str]) -> dict[str, Thing]:
    rows = Store().rows_of(str(shared.collection.uuid), ids) if ids else []
    return {row.id: row.thing for row in sorted(rows, key=lambda row: row.added) if row.thing is not None}


def _put(shared: SharedList, things: list[Thing], handling: Handling, now: datetime) -> None:
    text = handling_text(handling)
    store = Store(dict.fromkeys((thing["id"] for thing in things), text))
    state = add_objects(store, str(shared.collection.uuid), things, now=moment_of(now), status_id=str(uuid4()))
    # Definitions that are there already in the same version are no failure; anything else would be a fault of ours.
    wrong = [each for each in state.failures if "another content" not in each.get("message", "")]
    if wrong:
        raise UsageError(f"{len(wrong)} objects could not be written: {wrong[0]}", remedy="report this")


def write_all() -> dict[str, int]:
    """Keep all shared lists up with the versions in use; return how many objects were written for each."""
    found = {}
    for shared in SharedList.objects.filter(ended=None).select_related("collection", "source"):
        found[str(shared.pk)] = sum(write(shared).values())
    return found
