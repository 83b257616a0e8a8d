"""Reading a collection: objects, one object, its versions, the manifest (TAXII 2.1, sections 5.3 to 5.8).

Each returns a `Page`: the resource, and what goes into the headers X-TAXII-Date-Added-First and -Last. A row that the
gate lets not out is as if it were not there: no count, header, page or status tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dragoman.errors import TaxiiRefused
from dragoman.exchange.taxii.cursor import Cursor, scope_of
from dragoman.exchange.taxii.filters import Filters
from dragoman.exchange.taxii.moments import write_moment
from dragoman.exchange.taxii.negotiation import STIX_TYPE
from dragoman.exchange.taxii.rows import ALL, Content, ObjectStore, Query, Resource, Row

#: Which of some rows, those that the store gave last, may leave: their `added`.
Gate = Callable[[Sequence[Row]], Container[int]]
#: Rows that are looked at together once a first try was not enough, and for one request at most.
_STEP = 1_000
MOST_LOOKED_AT = 20_000


def all_leave(rows: Sequence[Row]) -> Container[int]:
    """Let all rows out."""
    return {row.added for row in rows}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads (an id that the node gives partners), and the node's secret for cursors."""

    id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """What is answered. `rows` are those in it, for the disclosure ledger."""

    resource: Resource
    rows: tuple[Row, ...]

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell the range of date_added; none for an empty page."""
        if not self.rows:
            return {}
        return {
            "X-TAXII-Date-Added-First": write_moment(self.rows[0].added),
            "X-TAXII-Date-Added-Last": write_moment(self.rows[-1].added),
        }


def read_objects(store: ObjectStore, collection: str, filters: Filters, reader: Reader, gate: Gate = all_leave) -> Page:
    """Return an envelope of objects."""
    way = _Way(store, reader, "objects", "with", gate)
    return _page(way, filters.query(collection), filters, lambda row: row.thing)


def read_manifest(
    store: ObjectStore, collection: str, filters: Filters, reader: Reader, gate: Gate = all_leave
) -> Page:
    """Return the manifest: which objects and versions there are, without their content."""
    way = _Way(store, reader, "manifest", "without", gate)
    return _page(way, filters.query(collection), filters, manifest_record)


def read_object(
    store: ObjectStore, collection: str, stix_id: str, filters: Filters, reader: Reader, gate: Gate = all_leave
) -> Page:
    """Return an envelope of one object's versions. Raises TaxiiRefused (404) where none of them is there to be read."""
    way = _Way(store, reader, "objects", "with", gate)
    return _page(way, _one(way, collection, stix_id, filters), filters, lambda row: row.thing)


def read_versions(
    store: ObjectStore, collection: str, stix_id: str, filters: Filters, reader: Reader, gate: Gate = all_leave
) -> Page:
    """Return the versions of one object. Raises TaxiiRefused (404) where none of them is there to be read."""
    way = _Way(store, reader, "versions", "without", gate)
    query = replace(_one(way, collection, stix_id, filters), versions=ALL)
    return _page(way, query, filters, lambda row: row.label)


def manifest_record(row: Row) -> Resource:
    """Return the manifest record of a row (section 5.6.2)."""
    return {
        "id": row.id,
        "date_added": write_moment(row.added),
        "version": row.label,
        "media_type": STIX_TYPE if row.spec_version == "2.1" else f"application/stix+json;version={row.spec_version}",
    }


@dataclass(frozen=True, slots=True)
class _Way:
    """How a collection is read: from which store, by whom, through which endpoint, past which gate."""

    store: ObjectStore
    reader: Reader
    kind: str
    content: Content
    gate: Gate


def _one(way: _Way, collection: str, stix_id: str, filters: Filters) -> Query:
    whole = Query(collection, ids=frozenset((stix_id,)), versions=ALL, spec_versions=None)
    rows = way.store.page(whole, _STEP, "without")
    leaving = way.gate(rows)
    if not any(row.added in leaving for row in rows):
        raise TaxiiRefused("no such object in this collection", status=404, remedy="look into its manifest")
    return replace(filters.query(collection), ids=frozenset((stix_id,)))


def _page(way: _Way, query: Query, filters: Filters, shown: Callable[[Row], Any]) -> Page:
    scope = scope_of(way.reader.id, way.kind, query)
    if filters.token is None:
        query = replace(query, until=way.store.newest(query.collection))
    else:
        cursor = Cursor.read(filters.token, way.reader.key, scope)
        query = replace(query, after=cursor.after, until=cursor.until)
    kept, after = _gather(way, query, filters.limit)
    resource: Resource = {}
    if after is not None:
        resource |= {"more": True, "next": Cursor(after, query.until).write(way.reader.key, scope)}
    if kept:
        resource.setdefault("more", False)
        resource["versions" if way.kind == "versions" else "objects"] = [shown(row) for row in kept]
    return Page(resource, kept)


def _gather(way: _Way, query: Query, limit: int) -> tuple[tuple[Row, ...], int | None]:
    """Return the first rows that may leave, and after which moment to read on: None where nothing more would leave.

    Where very many may not, a page ends before it is full, so that no request takes forever.
    """
    kept: list[Row] = []
    looked, step = 0, limit + 1
    while looked < MOST_LOOKED_AT:
        rows = way.store.page(query, step, way.content)
        leaving = way.gate(rows)
        kept += [row for row in rows if row.added in leaving]
        if len(kept) > limit:
            return tuple(kept[:limit]), kept[limit - 1].added
        if len(rows) < step:
            return tuple(kept), None
        looked, step = looked + len(rows), _STEP
        query = replace(query, after=rows[-1].added)
    return tuple(kept), query.after
