"""Records as entities in yente's form, read from the registry a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.http import Http404

from dragoman.errors import UsageError
from dragoman.model import schemata
from dragoman.node.access import Principal
from dragoman.node.registry.models import Record, Source, Statement

#: A record among all lists: the list's name and the record's id there.
Key = tuple[str, str]
#: A database takes so many parameters in one query, and more.
_MOST_AT_ONCE = 2000
#: The most records that are shown inside another.
_MOST_NESTED = 200
#: Properties by which a record points to a party, with FollowTheMoney's name for the way back (its "reverse").
REVERSE = {
    ("Sanction", "entity"): "sanctions",
    ("Passport", "holder"): "identification",
    ("Identification", "holder"): "identification",
    ("CryptoWallet", "holder"): "cryptoWallets",
    ("UnknownLink", "subject"): "unknownLinkTo",
    ("UnknownLink", "object"): "unknownLinkFrom",
    ("Ownership", "owner"): "ownershipOwner",
    ("Ownership", "asset"): "ownershipAsset",
    ("Family", "person"): "familyPerson",
    ("Family", "relative"): "familyRelative",
    ("Directorship", "director"): "directorshipDirector",
    ("Directorship", "organization"): "directorshipOrganization",
}
POINTERS = sorted({prop for _, prop in REVERSE})


#: Entities as of the index file in use: records change only when another takes its place.
_remembered: dict[Key, dict[str, Any]] = {}
_remembered_of = ""
_MOST_REMEMBERED = 20_000


def entities_of(index: str, keys: Collection[Key]) -> dict[Key, dict[str, Any]]:
    """Return the records of the keys as entities, from memory where they were asked for under the same index file.

    Nobody may change what it returns.
    """
    global _remembered, _remembered_of
    if _remembered_of != index or len(_remembered) > _MOST_REMEMBERED:
        _remembered, _remembered_of = {}, index
    kept = _remembered
    missing = [key for key in keys if key not in kept]
    found = entities(missing) if missing else {}
    kept.update(found)
    return {key: entity for key in keys if (entity := found.get(key) or kept.get(key)) is not None}


def entities(keys: Collection[Key]) -> dict[Key, dict[str, Any]]:
    """Return the records of the keys as entities; one that is gone from the version in use is missing."""
    wanted = list(dict.fromkeys(keys))
    found: dict[Key, dict[str, Any]] = {}
    for begin in range(0, len(wanted), _MOST_AT_ONCE):
        some = set(wanted[begin : begin + _MOST_AT_ONCE])
        sources, ids = {source for source, _ in some}, {record_id for _, record_id in some}
        rows = Record.objects.filter(source__name__in=sources, record_id__in=ids, gone=False)
        by_key = {
            key: row for row in rows.select_related("source") if (key := (row.source.name, row.record_id)) in some
        }
        stated = _stated(by_key.values())
        found |= {key: shape(key[0], row, stated[row.pk]) for key, row in by_key.items()}
    return found


def _shaped(source: str, rows: list[Record]) -> list[tuple[Record, dict[str, Any]]]:
    stated = _stated(rows)
    return [(row, shape(source, row, stated[row.pk])) for row in rows]


def _stated(rows: Collection[Record]) -> dict[int, dict[str, list[str]]]:
    """Return the properties of each record, by its key in the database."""
    properties: dict[int, dict[str, list[str]]] = {row.pk: {} for row in rows}
    stated = Statement.objects.filter(record__in=[row.pk for row in rows], gone=False).order_by("pk")
    for pk, prop, value in stated.values_list("record_id", "prop", "value"):
        values = properties[pk].setdefault(prop, [])
        if value not in values:
            values.append(value)
    return properties


def shape(source: str, row: Record, properties: dict[str, list[Any]]) -> dict[str, Any]:
    """Return a record as an entity; dates of FollowTheMoney have no "about" and no ranges."""
    kinds = schemata.properties(row.schema)
    for prop, values in properties.items():
        if kinds.get(prop) == "date":
            bounds = [bound for value in values for bound in str(value).rstrip("~").split("/")]
            properties[prop] = list(dict.fromkeys(bounds))
    return {
        "id": row.record_id,
        "caption": row.caption,
        "schema": row.schema,
        "properties": properties,
        "datasets": [source],
        "referents": [],
        "target": row.is_party,
        "first_seen": _moment(row.first_seen),
        "last_seen": _moment(row.last_seen),
        "last_change": None,
    }


def _moment(version: str) -> str | None:
    """Return the day in a version's name (``2025-11-20``, ``2025-11-20.2``) as a moment."""
    day = version[:10]
    return f"{day}T00:00:00" if len(day) == 10 and day[4] == day[7] == "-" else None


def find(principal: Principal, entity_id: str) -> tuple[str, Record]:
    """Return the list and record of an id (``ofac-36``), or of an id in one list (``us-ofac-sdn:ofac-36``).

    Raises Http404 where there is none that the principal may see, UsageError where several lists have it.
    """
    seen = Source.objects.visible_to(principal)
    rows = list(_with_id(seen, entity_id))
    if not rows and ":" in entity_id:
        name, _, inner = entity_id.partition(":")
        rows = list(_with_id(seen.filter(name=name), inner))
    if not rows:
        raise Http404
    if len(rows) > 1:
        names = " or ".join(f"{row.source.name}:{entity_id}" for row in rows)
        raise UsageError(f"{len(rows)} lists have an entity of this id", remedy=f"ask for {names}")
    return rows[0].source.name, rows[0]


def _with_id(seen: Any, record_id: str) -> Any:
    rows = Record.objects.filter(source__in=seen, record_id=record_id, gone=False)
    return rows.select_related("source").order_by("source__name").distinct()[:5]


def plain(source: str, row: Record) -> dict[str, Any]:
    """Return a record as an entity, with ids in place of what it is linked to."""
    [(_, entity)] = _shaped(source, [row])
    return entity


def nested(source: str, row: Record) -> dict[str, Any]:
    """Return a record with what describes it and what it points to, one level deep."""
    entity = plain(source, row)
    for prop, others in neighbours(source, row, entity["properties"]).items():
        entity["properties"][prop] = others[:_MOST_NESTED]
    return entity


def neighbours(source: str, row: Record, properties: Mapping[str, list[str]]) -> dict[str, list[Any]]:
    """Return the entities that a record's properties point to, and those that point to it, by property.

    What points to it stands under the name that the schema gives the way back (``sanctions``), else the schema's.
    """
    kinds = schemata.properties(row.schema)
    pointed = {value for prop, values in properties.items() if kinds.get(prop) == "entity" for value in values}
    rows = {
        each.record_id: (each, entity)
        for each, entity in _shaped(
            source, list(Record.objects.filter(source__name=source, record_id__in=pointed, gone=False)[:_MOST_NESTED])
        )
    }
    found: dict[str, list[Any]] = {}
    for prop, values in properties.items():
        if kinds.get(prop) == "entity":
            found[prop] = [rows[value][1] if value in rows else value for value in values]
    back = Statement.objects.filter(
        record__source__name=source, record__gone=False, gone=False, prop__in=POINTERS, value=row.record_id
    )
    ways = dict(back.order_by("pk").values_list("record_id", "prop")[:_MOST_NESTED])
    for each, entity in _shaped(source, list(Record.objects.filter(pk__in=ways).order_by("pk"))):
        prop = ways[each.pk]
        found.setdefault(REVERSE.get((each.schema, prop), f"{each.schema}.{prop}"), []).append(entity)
    return found
