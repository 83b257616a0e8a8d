"""Query and record side by side: what agrees, contradicts, or is stated by one only; foreign text with a reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dragoman.model import NAME_PROPERTIES, Record
from dragoman.model.schemata import properties
from dragoman.node.readings import reading
from dragoman.screening.facts import COUNTRIES, DATES, PLACES
from dragoman.screening.numbers import KINDS, numbers_of

Verdict = Literal["agree", "conflict", "missing", "only"]
_NUMBERS = tuple(prop for props in KINDS.values() for prop in props)


@dataclass(frozen=True, slots=True)
class Value:
    """A value as stated, its type, and for text in another script how it reads in Latin letters."""

    text: str
    kind: str = "string"
    reading: str = ""
    same: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of fact on both sides, the verdict on it, and the sentences that say why."""

    label: str
    query: list[Value]
    record: list[Value]
    verdict: Verdict
    sentences: list[str]


#: The rows of a comparison: label, properties, and the features of the score that speak of them.
_ROWS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Names", NAME_PROPERTIES, ("name", "weak_alias", "initials")),
    ("Dates", DATES, ("date",)),
    ("Countries", COUNTRIES, ("country",)),
    ("Place of birth", PLACES, ("birth_place",)),
    ("Gender", ("gender",), ("gender",)),
    ("Numbers", _NUMBERS, ("identifier",)),
)
#: From this share on two names agree.
_NAME_AGREES = 0.5


def compared(query: Record, record: Record, features: list[dict[str, Any]]) -> list[Row]:
    """Return the rows of facts that the score looks at, as far as either side states them, and what else is stated."""
    rows = []
    for label, props, names in _ROWS:
        found = [feature for feature in features if feature["name"] in names]
        asked, stated = _values(query, props), _values(record, props)
        if not asked and not stated:
            continue
        equal = _equal(query, record, label)
        rows.append(
            Row(
                label,
                _marked(asked, equal),
                _marked(stated, equal),
                _verdict(asked, stated, found),
                [feature["sentence"] for feature in found],
            )
        )
    return rows + list(_others(query, record))


def _equal(query: Record, record: Record, label: str) -> set[str]:
    if label == "Numbers":
        known = {number[:2] for number in numbers_of(query)} & {number[:2] for number in numbers_of(record)}
        return {number.written for side in (query, record) for number in numbers_of(side) if number[:2] in known}
    return set()


def _marked(values: list[Value], equal: set[str]) -> list[Value]:
    return [Value(each.text, each.kind, each.reading, each.text in equal) for each in values]


def _verdict(asked: list[Value], stated: list[Value], found: list[dict[str, Any]]) -> Verdict:
    if not asked or not stated:
        return "missing"
    if not found:
        same = {value.text.casefold() for value in asked} & {value.text.casefold() for value in stated}
        return "agree" if same else "missing"
    first = found[0]
    if first["name"] == "name":
        return "agree" if first["score"] >= _NAME_AGREES else "conflict"
    return "agree" if first["weight"] >= 0 else "conflict"


def _others(query: Record, record: Record) -> Iterator[Row]:
    """Yield what is stated beyond the facts that count."""
    counted = {prop for _, props, _ in _ROWS for prop in props}
    order = dict.fromkeys(known.prop for side in (query, record) for known in side.statements)
    for prop in order:
        if prop not in counted:
            label = "".join(f" {char.lower()}" if char.isupper() else char for char in prop).capitalize()
            yield Row(label, _values(query, (prop,)), _values(record, (prop,)), "only", [])


def _values(record: Record, props: tuple[str, ...]) -> list[Value]:
    kinds = properties(record.schema)
    found: dict[str, Value] = {}
    for prop in props:
        for text in record.values(prop):
            found.setdefault(text, Value(text, kinds.get(prop, "string"), reading(text)))
    return list(found.values())
