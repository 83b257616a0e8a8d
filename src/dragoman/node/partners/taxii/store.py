"""The rows of collections in the database: what `dragoman.exchange.taxii.rows.ObjectStore` asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from dragoman.exchange.stix.bundles import references
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.taxii.rows import Content, Query, Row
from dragoman.node.partners.models import Collection, SharedObject
from dragoman.node.partners.rows import insert

_PLACE = ("superseded", "preceded", "outdated", "superseded_by_any", "preceded_by_any")
_FIELDS = ("added", "id", "type", "version", "label", "spec_version", *_PLACE)
_COLUMNS = ("added", "stix_id", "type", "version", "label", "spec_version", *_PLACE)


class Guarded(NamedTuple):
    """What policy looks at of a row: its moment, the canonical JSON of its handling, what it needs; its object.

    `former` tells whether a later version of the object is there.
    """

    added: int
    handling: str
    needs: list[str]
    id: str
    former: bool


class Store:
    """The collections by their UUID. `handlings` gives the canonical handling of things that are put anew.

    `policy` holds what policy looks at of the page that was read last.
    """

    def __init__(self, handlings: Mapping[str, str] | None = None) -> None:
        self.handlings = handlings or {}
        self.policy: list[Guarded] = []

    def newest(self, collection: str) -> int:
        """Return the greatest `added` that the collection has ever had, 0 if none."""
        return Collection.objects.values_list("newest", flat=True).get(uuid=collection)

    def page(self, query: Query, count: int, content: Content) -> list[Row]:
        """Return the first `count` rows that the query means; `thing` is the object's JSON, not parsed."""
        # The database's own text: Django's reader of JSON would take a quarter of the time of a page.
        needs = Cast("needs", TextField())
        columns = (*_COLUMNS, "handling", needs, *(("content",) if content == "with" else ()))
        rows = list(meant(query).order_by("added").values_list(*columns)[:count])
        self.policy = [
            Guarded(values[0], values[11], orjson.loads(values[12]), values[1], values[9] is not None)
            for values in rows
        ]
        return [_row(values, orjson.Fragment(values[13]) if content == "with" else None) for values in rows]

    def rows_of(self, collection: str, ids: Iterable[str]) -> list[Row]:
        """Return every row of some objects, with `thing` parsed."""
        wanted, found = list(ids), []
        for start in range(0, len(wanted), 500):
            rows = SharedObject.objects.filter(collection__uuid=collection, stix_id__in=wanted[start : start + 500])
            found += [_row(values, orjson.loads(values[11])) for values in rows.values_list(*_COLUMNS, "content")]
        return found

    def put(self, collection: str, rows: Iterable[Row]) -> None:
        """Keep rows; one that has the `added` of a kept row replaces it."""
        kept = Collection.objects.get(uuid=collection)
        found = list(rows)
        if not found:
            return
        columns = ("collection", *_COLUMNS, "content", "handling", "needs")
        insert(
            SharedObject,
            columns,
            ((kept.pk, *self._values(row)) for row in found),
            unique=("collection", "added"),
            update=_PLACE,
        )
        newest = max(row.added for row in found)
        Collection.objects.filter(pk=kept.pk, newest__lt=newest).update(newest=newest)

    def _values(self, row: Row) -> tuple[Any, ...]:
        thing = row.thing or {}
        needs = orjson.dumps(needed(thing)).decode()
        columns = (getattr(row, name) for name in _FIELDS)
        return (*columns, orjson.dumps(thing).decode(), self.handlings.get(row.id, ""), needs)

    def drop(self, collection: str, added: Iterable[int]) -> None:
        """Remove rows by their `added`. `newest` does not fall back."""
        SharedObject.objects.filter(collection__uuid=collection, added__in=list(added)).delete()


def _row(values: tuple[Any, ...], thing: Any = None) -> Row:
    made: Any = Row  # its first eleven fields, in the order of `_FIELDS`
    row: Row = made(*values[:11], thing)
    return row


def needed(thing: Thing) -> list[str]:
    """Return the ids of objects that this one makes no sense without: all it refers to but author and markings."""
    found = {str(target) for key, target in references(thing) if key not in ("created_by_ref", "object_marking_refs")}
    return sorted(found)


def meant(query: Query) -> QuerySet[SharedObject]:
    """Return the rows that a query means; `dragoman.exchange.taxii.rows.matches` is what it is held against."""
    rows = SharedObject.objects.filter(collection__uuid=query.collection, added__gt=query.after, added__lte=query.until)
    if query.ids is not None:
        rows = rows.filter(stix_id__in=query.ids)
    if query.types is not None:
        rows = rows.filter(type__in=query.types)
    if query.spec_versions is not None:
        rows = rows.filter(spec_version__in=query.spec_versions)
    else:
        rows = rows.filter(_open("outdated", query.until))
    versions = query.versions
    if versions.every:
        return rows
    together = "_by_any" if query.spec_versions is not None and len(query.spec_versions) > 1 else ""
    wanted = Q(version__in=versions.moments)
    if versions.last:
        wanted |= _open(f"superseded{together}", query.until)
    if versions.first:
        wanted |= _open(f"preceded{together}", query.until)
    return rows.filter(wanted)


def _open(column: str, moment: int) -> Q:
    return Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gt": moment})
