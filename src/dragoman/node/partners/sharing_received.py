"""Passing on a list that a partner gave: its objects as they came, under the handling by which they are held here.

An object keeps its id, its version and its markings, so that its originator's notices reach whoever got it, and leave
is for just that. Whether it leaves is decided when it is read (`onward`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import orjson

from dragoman.exchange.handling import Handling
from dragoman.exchange.stix.ids import AUTHOR, Thing, write_time
from dragoman.exchange.stix.records import withdrawn
from dragoman.node.partners.holding import text_of
from dragoman.node.partners.models import Partner, ReceivedObject, SharedList, SharedRecord
from dragoman.node.partners.sharing import keep_written, put

_BATCH = 500


def pass_on(shared: SharedList, giver: Partner, counts: dict[str, int], now: datetime) -> None:
    """Write what changed in a received list into the collection; call it in a transaction."""
    held = ReceivedObject.objects.filter(agreement__partner=giver)
    marks = [
        orjson.loads(content) for content in held.filter(type="marking-definition").values_list("content", flat=True)
    ]
    put(shared, list({mark["id"]: mark for mark in marks}.values()), text_of(Handling.from_json(shared.handling)), now)
    known = {each.stix_id: each for each in shared.records.all()}
    stream = iter(_news(giver, known, counts))
    while batch := list(islice(stream, _BATCH)):
        things, texts, rows = [], {}, []
        for came, before in batch:
            thing: Thing = orjson.loads(came.content)
            if came.revoked:
                thing = withdrawn(thing, write_time(now))
            things.append(thing)
            texts[came.stix_id] = came.handling
            rows.append(
                SharedRecord(
                    shared=shared,
                    record_id=came.stix_id,
                    stix_id=came.stix_id,
                    content=came.modified[:32],
                    created=before.created if before is not None else now,
                    gone=came.revoked,
                )
            )
        put(shared, things, texts, now)
        keep_written(rows)


def _news(
    giver: Partner, known: dict[str, SharedRecord], counts: dict[str, int]
) -> Iterator[tuple[Came, SharedRecord | None]]:
    """Yield the records that came, changed or were withdrawn since they were written, and how they were written."""
    for came in newest_of(giver):
        before = known.get(came.stix_id)
        if came.revoked:
            if before is not None and not before.gone:
                counts["revoked"] += 1
                yield came, before
        elif before is None or before.gone or before.content != came.modified[:32]:
            counts["added" if before is None or before.gone else "changed"] += 1
            yield came, before


class Came(NamedTuple):
    """What a partner gave of one record last: the columns of `ReceivedObject`."""

    stix_id: str
    content: str
    handling: str
    revoked: bool
    modified: str


def newest_of(giver: Partner) -> Iterator[Came]:
    """Yield the records that a partner gave, each once, by what came last; withdrawn ones are marked as revoked."""
    rows = ReceivedObject.objects.filter(agreement__partner=giver).exclude(handling="")
    rows = rows.exclude(type__in=("marking-definition", "extension-definition")).exclude(stix_id=AUTHOR)
    last = ""
    for row in rows.order_by("stix_id", "-at", "-pk").values_list(*Came._fields).iterator(2000):
        if row[0] != last:
            last = row[0]
            yield Came._make(row)
