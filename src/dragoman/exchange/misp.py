"""MISP events, read: objects about people, accounts and payments become records, attributes become indicators.

The public converter to STIX turns most of these objects into opaque ones; here a table maps them (``data/misp``).
Objects of the ``ftm-*`` templates are FollowTheMoney already. What the table does not know stays with the
record as a note, attachments apart, which are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import orjson

from dragoman.errors import BundleRefused, MessageRefused, ValueRefused
from dragoman.exchange.handling import Colour
from dragoman.exchange.indicators import Indicator, email_address, phone_number, read_indicator
from dragoman.model import Record, schemata
from dragoman.model.countries import country_code
from dragoman.model.identifiers import iban
from dragoman.model.printed_dates import read_date
from dragoman.model.tables import read_table
from dragoman.model.wallets import normalise_wallet

#: Bytes of an event, and objects or attributes in it, at most. Large events are what MISP itself struggles with.
LARGEST = 128 * 2**20
MOST = 500_000


@dataclass(slots=True)
class MispEvent:
    """What an event says: its records, the indicators outside objects with their attribute's UUID, and its colour.

    `left_out` counts what is neither: deleted parts, attachments, types that are no indicator.
    `colour` is the strictest TLP tag of the event and its parts, or None where there is none.
    """

    uuid: str
    title: str
    day: str | None
    owner: str
    records: list[Record] = field(default_factory=list)
    indicators: list[tuple[str, Indicator]] = field(default_factory=list)
    colour: Colour | None = None
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count something that is not taken over."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def read_event(content: bytes, source: str) -> MispEvent:
    """Read an event in MISP's JSON, with or without the wrapper ``{"Event": ...}``. Raises BundleRefused.

    `source` is what its records are said to come from.
    """
    if len(content) > LARGEST:
        raise BundleRefused(f"an event of {len(content):,} bytes", remedy=f"ask for one below {LARGEST:,}")
    try:
        plain = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BundleRefused(f"not JSON: {error}", remedy="ask the partner to send it again") from error
    body = plain.get("Event", plain) if isinstance(plain, dict) else None
    if not isinstance(body, dict) or not _uuid(body):
        raise BundleRefused("not a MISP event", remedy='an event is {"Event": {"uuid": ..., "Object": [...]}}')
    owner = body.get("Orgc")
    event = MispEvent(
        uuid=_uuid(body),
        title=_text(body, "info"),
        day=_text(body, "date") or None,
        owner=_text(owner, "name") if isinstance(owner, dict) else "",
    )
    _take_colour(event, body)
    _read_objects(event, body, source)
    for attribute in _parts(body, "Attribute"):
        _take_colour(event, attribute)
        _read_attribute(event, attribute)
    return event


_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _uuid(part: dict[str, Any], key: str = "uuid") -> str:
    found = part.get(key)
    return found.lower() if isinstance(found, str) and _UUID.fullmatch(found) else ""


def _text(part: dict[str, Any], key: str) -> str:
    found = part.get(key)
    return found.strip() if isinstance(found, str) else ""


def _parts(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = body.get(key) or []
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(part, dict) for part in found):
        raise BundleRefused(f"{key} is no list of at most {MOST:,} objects", remedy="ask the partner to send it again")
    return found


def _take_colour(event: MispEvent, part: dict[str, Any]) -> None:
    """Read tags such as ``tlp:amber+strict``. A tag of TLP that is not known is refused: it may be the strictest."""
    for tag in _parts(part, "Tag"):
        name = _text(tag, "name").lower()
        if not name.startswith("tlp:"):
            continue
        try:
            colour = Colour.read(name)
        except MessageRefused as error:
            raise BundleRefused(error.message, place=f"Tag {name!r}", remedy=error.remedy) from error
        event.colour = colour if event.colour is None else max(event.colour, colour)


# Objects ------------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    prop: str
    kind: str


@cache
def _rules() -> tuple[dict[str, str], dict[tuple[str, str], list[_Rule]]]:
    schema_of: dict[str, str] = {}
    rules: dict[tuple[str, str], list[_Rule]] = {}
    for name, relation, prop, kind in read_table("exchange", "misp/objects.tsv"):
        if relation == "=":
            schema_of[name] = prop
        else:
            rules.setdefault((name, relation), []).append(_Rule(prop, kind))
    return schema_of, rules


def _read_objects(event: MispEvent, body: dict[str, Any], source: str) -> None:
    by_uuid: dict[str, Record] = {}
    objects = [each for each in _parts(body, "Object") if not _gone(event, each)]
    for each in objects:
        _take_colour(event, each)
        record = _read_object(event, each, source)
        if record is not None:
            by_uuid[_uuid(each)] = record
    for each in objects:
        for reference in _parts(each, "ObjectReference"):
            left, right = by_uuid.get(_uuid(each)), by_uuid.get(_uuid(reference, "referenced_uuid"))
            if left is not None and right is not None:
                _link(event, left, right, reference)


def _gone(event: MispEvent, part: dict[str, Any]) -> bool:
    if part.get("deleted") in (True, 1, "1", "true"):
        event.leave_out("deleted")
        return True
    return False


def _schema(name: str) -> str | None:
    """Return the schema of an object, by its template's name."""
    schema = name.removeprefix("ftm-") if name.startswith("ftm-") else _rules()[0].get(name)
    return schema if schema in schemata.schema_names() else None


def _read_object(event: MispEvent, plain: dict[str, Any], source: str) -> Record | None:
    name, uuid = _text(plain, "name"), _uuid(plain)
    schema = _schema(name)
    attributes = [each for each in _parts(plain, "Attribute") if not _gone(event, each)]
    if schema is None or not uuid:
        for attribute in attributes:
            _take_colour(event, attribute)
            _read_attribute(event, attribute)
        event.leave_out(f"object {name or 'without name'}")
        return None
    record = Record(f"misp-{uuid}", schema, source=source)
    passport = Record(f"misp-{uuid}-passport", "Passport", source=source)
    for attribute in attributes:
        _take_colour(event, attribute)
        _state(event, record, passport, name, attribute)
    _complete(record, plain)
    event.records.append(record)
    if passport.first("number"):
        passport.add("holder", record.id)
        event.records.append(passport)
    return record


def _state(event: MispEvent, record: Record, passport: Record, name: str, attribute: dict[str, Any]) -> None:
    relation, text = _text(attribute, "object_relation"), _text(attribute, "value")
    if _text(attribute, "type") in ("attachment", "malware-sample"):
        event.leave_out("attachment")
        return
    place = f"{_uuid(attribute) or record.id}.{relation}"
    for rule in _rules_for(record.schema, name, relation):
        value = _READ[rule.kind](text)
        owner = passport if rule.prop.startswith("Passport.") else record
        for each in value:
            owner.add(rule.prop.removeprefix("Passport."), each, original=text, place=place)
        if value:
            continue
        record.add(_notes(record.schema), f"{relation}: {text}" if text else None, place=place)


def _rules_for(schema: str, name: str, relation: str) -> list[_Rule]:
    if name.startswith("ftm-"):
        kind = schemata.properties(schema).get(relation)
        return [_Rule(relation, _KINDS.get(kind, "text"))] if kind else [_Rule("", "none")]
    return _rules()[1].get((name, relation), [_Rule("", "none")])


def _notes(schema: str) -> str:
    known = schemata.properties(schema)
    return next((prop for prop in ("notes", "description", "summary") if prop in known), "notes")


def _complete(record: Record, plain: dict[str, Any]) -> None:
    """Give a person the name that its parts make, where no whole name is given."""
    if not record.names and schemata.is_a(record.schema, "Person"):
        parts = [record.first(prop) for prop in ("firstName", "middleName", "lastName")]
        record.add("name", " ".join(part for part in parts if part))
    record.add(_notes(record.schema), _text(plain, "comment"))


def _link(event: MispEvent, left: Record, right: Record, reference: dict[str, Any]) -> None:
    """Make a property of the reference where FollowTheMoney has one of that name, else a link of its own."""
    role = _text(reference, "relationship_type")
    if schemata.properties(left.schema).get(role) == "entity":
        left.add(role, right.id)
        return
    link = Record(f"{left.id}-{role or 'link'}-{right.id}", "UnknownLink", source=left.source)
    link.add("subject", left.id)
    link.add("object", right.id)
    link.add("role", role)
    event.records.append(link)


# Values -------------------------------------------------------------------------------------------


def _dates(text: str) -> list[str]:
    try:
        return read_date(re.sub(r"[T ]\d\d:\d\d.*$", "", text))
    except ValueRefused:
        return []


def _one(value: str | None) -> list[str]:
    return [value] if value else []


_GENDERS = {"male": "male", "female": "female", "other": "other"}

_READ: dict[str, Callable[[str], list[str]]] = {
    "none": lambda _: [],
    "text": lambda text: _one(text),
    "date": _dates,
    "country": lambda text: _one(country_code(text)),
    "gender": lambda text: _one(_GENDERS.get(text.lower())),
    # A number that cannot be read is still what the partner printed.
    "phone": lambda text: _one(phone_number(text) or text),
    "email": lambda text: _one(email_address(text)),
    "iban": lambda text: _one(iban(text)),
    "wallet": lambda text: _one(normalise_wallet(text)),
}
_KINDS = {"date": "date", "country": "country", "phone": "phone", "email": "email", "gender": "gender"}


# Attributes ---------------------------------------------------------------------------------------


@cache
def _types() -> dict[str, tuple[list[str], str]]:
    rows = read_table("exchange", "misp/attributes.tsv")
    return {row[0]: (row[1].split(), row[2] if len(row) > 2 else "") for row in rows}


def _read_attribute(event: MispEvent, attribute: dict[str, Any]) -> None:
    if _gone(event, attribute):
        return
    kind, text = _text(attribute, "type"), _text(attribute, "value")
    found = list(_indicators(kind, text))
    event.indicators += [(_uuid(attribute), indicator) for indicator in found]
    if not found:
        event.leave_out(f"attribute {kind or 'without type'}")


def _indicators(kind: str, text: str) -> Iterator[Indicator]:
    kinds, service = _types().get(kind, ([], ""))
    halves = text.split("|") if len(kinds) > 1 else [text]
    for each, half in zip(kinds, halves, strict=False):
        if each == "-":
            continue
        try:
            yield read_indicator(each, half, service=service)
        except ValueRefused:  # the attribute is then counted among what was left out
            continue
