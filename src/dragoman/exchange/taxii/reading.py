"""Reading a collection: objects, one object, its versions, the manifest (TAXII 2.1, sections 5.3 to 5.8).

Each returns a `Page`: the resource, and what goes into the headers X-TAXII-Date-Added-First and -Last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from dragoman.errors import TaxiiRefused
from dragoman.exchange.taxii.cursor import Cursor, scope_of
from dragoman.exchange.taxii.filters import Filters
from dragoman.exchange.taxii.moments import write_moment
from dragoman.exchange.taxii.negotiation import STIX_TYPE
from dragoman.exchange.taxii.rows import ALL, Content, ObjectStore, Query, Resource, Row


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


def read_objects(store: ObjectStore, collection: str, filters: Filters, reader: Reader) -> Page:
    """Return an envelope of objects."""
    return _page(store, filters.query(collection), filters, reader, "objects", "with", lambda row: row.thing)


def read_manifest(store: ObjectStore, collection: str, filters: Filters, reader: Reader) -> Page:
    """Return the manifest: which objects and versions there are, without their content."""
    return _page(store, filters.query(collection), filters, reader, "manifest", "without", manifest_record)


def read_object(store: ObjectStore, collection: str, stix_id: str, filters: Filters, reader: Reader) -> Page:
    """Return an envelope of one object's versions. Raises TaxiiRefused (404) where the collection has none of them."""
    query = _one(store, collection, stix_id, filters)
    return _page(store, query, filters, reader, "objects", "with", lambda row: row.thing)


def read_versions(store: ObjectStore, collection: str, stix_id: str, filters: Filters, reader: Reader) -> Page:
    """Return the versions of one object. Raises TaxiiRefused (404) where the collection has none of them."""
    query = replace(_one(store, collection, stix_id, filters), versions=ALL)
    return _page(store, query, filters, reader, "versions", "without", lambda row: row.label)


def manifest_record(row: Row) -> Resource:
    """Return the manifest record of a row (section 5.6.2)."""
    return {
        "id": row.id,
        "date_added": write_moment(row.added),
        "version": row.label,
        "media_type": STIX_TYPE if row.spec_version == "2.1" else f"application/stix+json;version={row.spec_version}",
    }


def _one(store: ObjectStore, collection: str, stix_id: str, filters: Filters) -> Query:
    whole = Query(collection, ids=frozenset((stix_id,)), versions=ALL, spec_versions=None)
    if not store.page(whole, 1, "without"):
        raise TaxiiRefused("no such object in this collection", status=404, remedy="look into its manifest")
    return replace(filters.query(collection), ids=frozenset((stix_id,)))


def _page(
    store: ObjectStore,
    query: Query,
    filters: Filters,
    reader: Reader,
    kind: str,
    content: Content,
    shown: Callable[[Row], Any],
) -> Page:
    scope = scope_of(reader.id, kind, query)
    if filters.token is None:
        query = replace(query, until=store.newest(query.collection))
    else:
        cursor = Cursor.read(filters.token, reader.key, scope)
        query = replace(query, after=cursor.after, until=cursor.until)
    rows = store.page(query, filters.limit + 1, content)
    kept = tuple(rows[: filters.limit])
    resource: Resource = {}
    if len(rows) > len(kept):
        resource |= {"more": True, "next": Cursor(kept[-1].added, query.until).write(reader.key, scope)}
    if kept:
        resource.setdefault("more", False)
        resource["versions" if kind == "versions" else "objects"] = [shown(row) for row in kept]
    return Page(resource, kept)
