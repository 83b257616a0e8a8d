"""What changed between two versions of a list, found by content.

Version numbers are not trusted: the UN list never raises its own. Two parties of one id are equal when they
and the records that describe them state the same things; where in the file they stand, in which order, and how a
value was printed, does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from dragoman.model import Record, schemata


@dataclass(frozen=True, slots=True, order=True)
class Stated:
    """One thing that a version states of a party: on the party itself, or on a record of `schema` that describes it."""

    schema: str
    prop: str
    value: str
    lang: str = ""
    quality: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the fields that are not empty."""
        return {key: text for key, text in asdict(self).items() if text}


@dataclass(frozen=True, slots=True)
class Listed:
    """A party by what one recognises it by."""

    id: str
    schema: str
    caption: str


@dataclass(frozen=True, slots=True)
class Change:
    """A party in both versions, and what the newer one states and no longer states of it."""

    party: Listed
    added: tuple[Stated, ...]
    removed: tuple[Stated, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The parties added, removed and changed, each in the order of its file."""

    added: tuple[Listed, ...]
    removed: tuple[Listed, ...]
    changed: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """Return ``{"counts", "added", "removed", "changed"}`` as plain values."""
        return {
            "counts": {"added": len(self.added), "removed": len(self.removed), "changed": len(self.changed)},
            "added": [asdict(party) for party in self.added],
            "removed": [asdict(party) for party in self.removed],
            "changed": [
                {
                    **asdict(change.party),
                    "added": [stated.to_json() for stated in change.added],
                    "removed": [stated.to_json() for stated in change.removed],
                }
                for change in self.changed
            ],
        }


@dataclass(slots=True)
class _Side:
    """One version, gathered: its parties in file order, and what is stated of each."""

    parties: dict[str, Listed] = field(default_factory=dict)
    content: dict[str, set[Stated]] = field(default_factory=dict)


def diff(old: Iterable[Record], new: Iterable[Record]) -> Delta:
    """Compare two streams of records, parties and descriptions in any order. Holds both in memory."""
    before, after = _gather(old), _gather(new)
    changed = []
    for id_, party in after.parties.items():
        if id_ not in before.parties:
            continue
        stated, stood = after.content[id_], before.content[id_]
        if stated != stood:
            changed.append(Change(party, tuple(sorted(stated - stood)), tuple(sorted(stood - stated))))
    return Delta(
        added=tuple(party for id_, party in after.parties.items() if id_ not in before.parties),
        removed=tuple(party for id_, party in before.parties.items() if id_ not in after.parties),
        changed=tuple(changed),
    )


def _gather(records: Iterable[Record]) -> _Side:
    side = _Side()
    for record in records:
        if record.is_party:
            side.parties[record.id] = Listed(record.id, record.schema, record.caption)
            stated, owners = _stated(record, ""), [record.id]
            stated.add(Stated("", "schema", record.schema))
        else:
            stated, owners = _stated(record, record.schema), _described(record)
        for owner in owners:
            side.content.setdefault(owner, set()).update(stated)
    return side


def _stated(record: Record, schema: str) -> set[Stated]:
    return {
        Stated(schema, known.prop, known.value, known.lang or "", known.quality or "") for known in record.statements
    }


@cache
def _references(schema: str) -> frozenset[str]:
    return frozenset(prop for prop, kind in schemata.properties(schema).items() if kind == "entity")


def _described(record: Record) -> list[str]:
    """The ids that a describing record refers to; only those of parties will ever be asked for."""
    return record.values(*_references(record.schema))
