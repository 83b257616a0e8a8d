"""FollowTheMoney entities as JSON lines, as OpenSanctions publishes them (``entities.ftm.json``), plain or gzipped.

A line is an entity, ``{"id", "schema", "properties": {name: [values]}}``, or a statement of one,
``{"canonical_id" or "entity_id", "schema", "prop", "value", ...}``, of which those of one entity follow each other.
See https://followthemoney.tech/docs/ and https://www.opensanctions.org/docs/bulk/json/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from dragoman.errors import ListRefused, ValueRefused
from dragoman.lists._json_lines import LONGEST_LINE as LONGEST_LINE
from dragoman.lists._json_lines import first_line, lines, unzipped
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record, schemata
from dragoman.model.printed_dates import FIRST_YEAR, LAST_YEAR, read_dates

#: Statement rows carry the entity's id as a property, which is no property of any schema.
_ID_PROP = "id"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield a record for each entity. Raises ListRefused where the file is cut short or holds no entity at all.

    A line that is no entity, or of an unknown schema, is rejected with its number; a property that
    the schema does not have becomes a note, and is warned of.
    """
    found = False
    pending: Record | None = None
    for place, line in lines(source):
        entity = _entity(line, place, reading)
        if entity is None:
            continue
        found = True
        if "prop" not in entity:
            if pending is not None:
                yield pending
            pending = None
            yield _record(entity, place, reading)
            continue
        if pending is None or pending.id != _statement_id(entity):
            if pending is not None:
                yield pending
            pending = Record(_statement_id(entity), entity["schema"])
        _add_statement(pending, entity, place, reading)
    if pending is not None:
        yield pending
    if not found:
        raise ListRefused("no line holds a FollowTheMoney entity", place=source.name, remedy="check the format")


def _entity(line: bytes, place: str, reading: Reading) -> dict[str, Any] | None:
    """Return the entity or statement of a line, or account for why it is none."""
    row = line[:500].decode("utf-8", "replace")
    try:
        entity = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        reading.reject(place, f"not JSON ({error})", row)
        return None
    reason = _fault(entity)
    if reason:
        reading.reject(place, reason, row)
        return None
    plain: dict[str, Any] = entity
    return plain


def _fault(entity: Any) -> str | None:
    """Return what keeps a line from being an entity or a statement, None where nothing does."""
    if not isinstance(entity, dict):
        return "not a JSON object"
    is_statement = "prop" in entity
    key = _statement_id(entity) if is_statement else entity.get("id")
    if not isinstance(key, str | int) or not str(key).strip():
        return "has no id"
    schema = entity.get("schema")
    try:
        schemata.lineage(schema if isinstance(schema, str) else "")
    except ValueRefused:
        return f"unknown schema {schema!r}"
    if is_statement:
        return None if isinstance(entity["prop"], str) and "value" in entity else "a statement without a value"
    return None if isinstance(entity.get("properties"), dict) else "has no properties"


def _statement_id(entity: dict[str, Any]) -> str:
    return str(entity.get("canonical_id") or entity.get("entity_id") or "")


def _record(entity: dict[str, Any], place: str, reading: Reading) -> Record:
    record = Record(str(entity["id"]), entity["schema"])
    for prop, values in entity["properties"].items():
        for value in values if isinstance(values, list) else [values]:
            _add(record, str(prop), value, place, reading)
    return record


def _add_statement(record: Record, row: dict[str, Any], place: str, reading: Reading) -> None:
    if row["prop"] == _ID_PROP:
        return
    lang, original = row.get("lang"), row.get("original_value")
    _add(
        record,
        row["prop"],
        row["value"],
        place,
        reading,
        lang=lang if isinstance(lang, str) else None,
        original=original if isinstance(original, str) else None,
    )


def _add(
    record: Record,
    prop: str,
    value: Any,
    place: str,
    reading: Reading,
    *,
    lang: str | None = None,
    original: str | None = None,
) -> None:
    """State a value as the property's type asks; what fits nowhere becomes a note."""
    if value is None:
        return
    if isinstance(value, dict):  # nested entities hold the linked entity itself
        value = value.get("id", "")
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    kind = schemata.properties(record.schema).get(prop)
    if kind is None:
        reading.warn(place, f"{record.schema} has no property {prop!r}; kept as a note", text)
        record.add(
            "notes" if "notes" in schemata.properties(record.schema) else "summary", f"{prop}: {text}", place=place
        )
        return
    if kind == "date":
        dates = [text] if _is_day(text) else read_dates(text)[0]
        if not dates:
            reading.warn(place, f"{prop} is no date and is kept as it is", text)
        original = original or text
        text = dates[0] if dates else text
    record.add(prop, text, original=original, place=place, lang=lang)


def _is_day(text: str) -> bool:
    """Tell whether a text is a day as dates are kept: so most are written, and reading what is printed takes long."""
    if _DAY.fullmatch(text) is None:
        return False
    try:
        return FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the first line is a FollowTheMoney entity or statement."""
    head = unzipped(head)
    line = first_line(head)
    if line is None:
        return False
    try:
        return _fault(orjson.loads(line)) is None
    except orjson.JSONDecodeError:
        # A first line longer than the head cannot be parsed, but its keys can be seen.
        return len(head) >= 65_536 and b'"schema"' in line and (b'"properties"' in line or b'"prop"' in line)


FORMAT = ListFormat(
    name="ftm",
    title="FollowTheMoney entities, JSON lines",
    publisher="any, such as OpenSanctions",
    read=read,
    recognise=recognise,
)
