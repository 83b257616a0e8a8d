"""MISP events, written: records as ``ftm-*`` objects, indicators as attributes.

MISP has no place for what a statement says beyond its value (source, quality, text as printed); use STIX where
that matters. UUIDs are deterministic, so that an event sent again updates the one sent before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import uuid5

import orjson

from dragoman.errors import ValueRefused
from dragoman.exchange.handling import Colour
from dragoman.exchange.indicators import Indicator
from dragoman.exchange.stix.ids import NAMESPACE
from dragoman.model import Record, schemata

#: MISP's attribute types of FollowTheMoney's, and of kinds of indicator. All else is ``text``.
_TYPES = {"url": "url", "email": "email-src", "phone": "phone-number"}
_INDICATORS = {"domain": "domain", "url": "url", "email": "email-src", "phone": "phone-number"}
_HASHES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def write_event(
    title: str,
    day: date,
    colour: Colour,
    *,
    key: str,
    records: Sequence[Record] = (),
    indicators: Iterable[Indicator] = (),
) -> bytes:
    """Return an event as JSON. `key` is what the sender calls it by: the same key is the same event.

    It is for the receiving organisation only (distribution 0); the agreement says what may follow.
    """
    body = {
        "uuid": _uuid("event", key),
        "info": title,
        "date": day.isoformat(),
        "distribution": "0",
        "analysis": "2",
        "threat_level_id": "4",
        "published": False,
        "Tag": [{"name": f"tlp:{colour.word.lower()}"}],
        "Attribute": [_attribute(key, indicator) for indicator in dict.fromkeys(indicators)],
        "Object": _objects(key, records),
    }
    return orjson.dumps({"Event": body})


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE, chr(31).join(("misp", *parts))))


def _attribute(key: str, indicator: Indicator) -> dict[str, Any]:
    kind = _INDICATORS.get(indicator.kind, "text")
    if indicator.kind == "hash":
        kind = _HASHES[len(indicator.value)]
    elif indicator.kind == "wallet":
        kind = "xmr" if len(indicator.value) in (95, 106) else "btc"
    elif indicator.kind == "handle":
        kind = {"twitter": "twitter-id", "github": "github-username", "jabber": "jabber-id"}.get(
            indicator.service, "text"
        )
    return {
        "uuid": _uuid("attribute", key, indicator.kind, indicator.text),
        "type": kind,
        "category": "Network activity" if indicator.kind in ("domain", "url") else "Other",
        "to_ids": indicator.kind in ("domain", "url", "hash"),
        "value": indicator.text if kind == "text" else indicator.value,
        "distribution": "5",
    }


def _objects(key: str, records: Sequence[Record]) -> list[dict[str, Any]]:
    uuids = {record.id: _uuid("object", key, record.source, record.id) for record in records}
    return [_object(record, uuids) for record in records]


def _object(record: Record, uuids: dict[str, str]) -> dict[str, Any]:
    uuid = uuids[record.id]
    try:
        kinds = schemata.properties(record.schema)
    except ValueRefused:
        kinds = {}
    attributes, references = [], []
    for prop, values in record.to_ftm()["properties"].items() if kinds else ():
        for value in values:
            if kinds.get(prop) == "entity" and value in uuids:
                reference = {"referenced_uuid": uuids[value], "relationship_type": prop, "object_uuid": uuid}
                references.append({"uuid": _uuid(uuid, prop, uuids[value]), **reference})
            else:
                attributes.append(_stated(uuid, prop, kinds.get(prop, ""), value))
    return {
        "uuid": uuid,
        "name": f"ftm-{record.schema}",
        "meta-category": "followthemoney",
        "distribution": "5",
        "Attribute": attributes,
        "ObjectReference": references,
    }


def _stated(uuid: str, prop: str, kind: str, value: str) -> dict[str, Any]:
    return {
        "uuid": _uuid(uuid, prop, value),
        "object_relation": prop,
        "type": _TYPES.get(kind, "text"),
        "category": "Other",
        "to_ids": False,
        "value": value,
        "distribution": "5",
    }
