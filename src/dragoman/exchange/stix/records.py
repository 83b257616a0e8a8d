"""Records as STIX objects, and back without loss.

A party is an identity (or a threat actor, where its own source says so), so that any reader of STIX shows it.
An extension carries the record whole, statement by statement. Records that are no party (a passport, a
listing) have a type of their own, which an extension definition describes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from dragoman.errors import BundleRefused, ValueRefused
from dragoman.exchange.stix.ids import RECORD_EXTENSION, RECORD_TYPE, RECORD_TYPE_EXTENSION, Thing, stix_id, write_time
from dragoman.model import Record, Statement, schemata
from dragoman.model.record import STATEMENT_FIELDS
from dragoman.model.tables import read_table


@dataclass(frozen=True, slots=True)
class Writing:
    """How records are written: who says it (id of an identity), when it was first said, and when it last changed.

    `markings` are the ids of marking definitions that every object refers to.
    """

    created: datetime
    modified: datetime | None = None
    author: str | None = None
    markings: tuple[str, ...] = ()


@cache
def _types() -> tuple[dict[str, tuple[str, str]], dict[str, tuple[str, str]]]:
    rows = {row[0]: (row[1], row[2]) for row in read_table("exchange", "stix/schemata.tsv")}
    topics = {key.removeprefix("topic:"): value for key, value in rows.items() if key.startswith("topic:")}
    return {key: value for key, value in rows.items() if not key.startswith("topic:")}, topics


def type_of(record: Record) -> tuple[str, str]:
    """Return the STIX type of a record, and its identity_class or threat actor type ("" where it has none)."""
    by_schema, by_topic = _types()
    known = next((by_schema[name] for name in _lineage(record.schema) if name in by_schema), None)
    if known is None:
        return RECORD_TYPE, ""
    if known[1] == "organization":
        topics = record.values("topics")
        return next((kind for topic, kind in by_topic.items() if topic in topics), known)
    return known


def _lineage(schema: str) -> tuple[str, ...]:
    try:
        return schemata.lineage(schema)
    except ValueRefused:  # a partner may know schemata that this installation does not
        return (schema,)


def record_id(record: Record) -> str:
    """Return the id of a record's object: the same for every version of the record.

    Its type may change with the record's topics; the rest of the id does not.
    """
    return f"{type_of(record)[0]}--{stix_id('record', record.source, record.id).partition('--')[2]}"


def write_record(record: Record, writing: Writing, base: Thing | None = None) -> Thing:
    """Return the object of a record. What is unknown in `base`, its object as received before, is kept."""
    kind, role = type_of(record)
    thing: Thing = {
        **(base or {}),
        "type": kind,
        "spec_version": "2.1",
        "id": record_id(record),
        "created": write_time(writing.created),
        "modified": write_time(writing.modified or writing.created),
    }
    if writing.author:
        thing["created_by_ref"] = writing.author
    if writing.markings:
        thing["object_marking_refs"] = list(dict.fromkeys([*thing.get("object_marking_refs", ()), *writing.markings]))
    thing.update(_shown(record, kind, role))
    extensions = {key: value for key, value in thing.get("extensions", {}).items() if key != RECORD_EXTENSION}
    thing["extensions"] = {**extensions, **_extensions(record, kind)}
    return thing


def _shown(record: Record, kind: str, role: str) -> Thing:
    """Return the properties by which readers who do not know the extension show the record."""
    caption = _caption(record)
    shown: Thing = {"name": caption}
    aliases = [name for name in record.names if name != caption]
    if kind == "threat-actor":
        return shown | {"threat_actor_types": [role]} | ({"aliases": aliases} if aliases else {})
    if kind == "identity":
        shown["identity_class"] = role
        if notes := record.first("notes", "summary", "description"):
            shown["description"] = notes
        if contacts := record.values("email", "phone", "website"):
            shown["contact_information"] = ", ".join(contacts)
    return shown


def _caption(record: Record) -> str:
    try:
        return record.caption
    except ValueRefused:
        return record.first("name") or record.id


def _extensions(record: Record, kind: str) -> dict[str, Any]:
    plain = record.to_json()
    body = {
        "extension_type": "property-extension",
        "schema": plain["schema"],
        "record_id": plain["id"],
        "source": plain["source"],
        "version": plain["version"],
        "statements": plain["statements"],
    }
    # STIX forbids empty lists and texts: what is empty is left out, and read as empty.
    whole = {RECORD_EXTENSION: {key: value for key, value in body.items() if value}}
    return whole | ({RECORD_TYPE_EXTENSION: {"extension_type": "new-sdo"}} if kind == RECORD_TYPE else {})


_STATEMENT = frozenset(STATEMENT_FIELDS)


def read_record(thing: Thing) -> Record | None:
    """Return the record that an object carries in the extension, or None where it carries none.

    Raises BundleRefused where the extension is malformed, or where the object's id is not that of its record.
    """
    extensions = thing.get("extensions")
    body = extensions.get(RECORD_EXTENSION) if isinstance(extensions, dict) else None
    if body is None:
        return None
    if not isinstance(body, dict):
        raise _malformed(thing, "it is no object")
    rows, heads = (
        body.get("statements", []),
        [body.get(key, "") for key in ("record_id", "schema", "source", "version")],
    )
    if not isinstance(rows, list) or not all(isinstance(head, str) for head in heads) or not heads[0] or not heads[1]:
        raise _malformed(thing, "it lacks record_id, schema or statements")
    name, schema, source, version = map(str, heads)
    record = Record(name, schema, [_statement(row, thing) for row in rows], source, version)
    if thing["id"].partition("--")[2] != record_id(record).partition("--")[2]:
        raise _malformed(thing, "the object's id is not that of the record that it carries")
    return record


def _statement(row: Any, thing: Thing) -> Statement:
    if not isinstance(row, dict) or not {"prop", "value"} <= row.keys() <= _STATEMENT:
        raise _malformed(thing, "a statement has prop and value, and may have original, place, lang, quality, origin")
    if not all(isinstance(value, str) for value in row.values()):
        raise _malformed(thing, "a statement holds something else than texts")
    if row.get("quality", "good") not in ("good", "low", "weak"):
        raise _malformed(thing, "the quality of a name is good, low or weak")
    return Statement(**row)


def _malformed(thing: Thing, reason: str) -> BundleRefused:
    return BundleRefused(
        f"the record extension is malformed: {reason}", place=thing["id"], remedy="ask the partner to send it again"
    )


#: The properties of an object that says no more than that it is withdrawn.
_WITHDRAWN = frozenset(
    (
        *("type", "spec_version", "id", "created", "modified", "revoked", "name"),
        *("identity_class", "threat_actor_types", "object_marking_refs", "extensions"),
    )
)


def withdrawn(thing: Thing, modified: str) -> Thing:
    """Return the version of a record's object that says no more than that it is withdrawn: nothing of the record.

    `modified` is a time as `write_time` writes it, later than that of the version before.
    """
    bare = {key: value for key, value in thing.items() if key in _WITHDRAWN and key != "extensions"}
    if thing["type"] == RECORD_TYPE:
        bare["extensions"] = {RECORD_TYPE_EXTENSION: {"extension_type": "new-sdo"}}
    return bare | {"name": "Withdrawn", "modified": modified, "revoked": True}


def is_withdrawal(thing: Thing) -> bool:
    """Tell whether an object says no more than that it is withdrawn."""
    return (
        thing.get("revoked") is True
        and thing.get("name") == "Withdrawn"
        and thing.keys() <= _WITHDRAWN
        and thing.get("extensions", {}).keys() <= {RECORD_TYPE_EXTENSION}
    )


def write_links(records: Iterable[Record], writing: Writing) -> Iterator[Thing]:
    """Yield a relationship for each property by which a record names another of the same records.

    It is for readers who draw graphs; the statements already say it.
    """
    known = {record.id: record for record in records}
    for record in known.values():
        kinds = _properties(record.schema)
        for known_statement in record.statements:
            target = known.get(known_statement.value) if kinds.get(known_statement.prop) == "entity" else None
            if target is None:
                continue
            source, aim = record_id(record), record_id(target)
            link: Thing = {
                "type": "relationship",
                "spec_version": "2.1",
                "id": stix_id("relationship", source, known_statement.prop, aim),
                "created": write_time(writing.created),
                "modified": write_time(writing.created),
                "relationship_type": "related-to",
                "description": known_statement.prop,
                "source_ref": source,
                "target_ref": aim,
            }
            if writing.author:
                link["created_by_ref"] = writing.author
            if writing.markings:
                link["object_marking_refs"] = list(writing.markings)
            yield link


def _properties(schema: str) -> dict[str, str]:
    try:
        return schemata.properties(schema)
    except ValueRefused:
        return {}


def newest(things: Iterable[Thing]) -> list[Thing]:
    """Return the newest version of each object, in the order in which the objects first stand."""
    found: dict[str, Thing] = {}
    for thing in things:
        known = found.get(thing["id"])
        if known is None or _moment(thing) > _moment(known):
            found[thing["id"]] = thing
    return list(found.values())


def _moment(thing: Thing) -> tuple[str, str]:
    whole, _, fraction = str(thing.get("modified", thing.get("created", ""))).rstrip("Z").partition(".")
    return whole, fraction.ljust(9, "0")


def read_records(things: Iterable[Thing]) -> Iterator[Record]:
    """Yield the records that the newest versions of some objects carry; objects without the extension are passed over.

    `dragoman.exchange.stix.strangers` reads those.
    """
    for thing in newest(things):
        if not thing.get("revoked", False) and (record := read_record(thing)) is not None:
            yield record
