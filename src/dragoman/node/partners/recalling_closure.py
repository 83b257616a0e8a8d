"""What goes with a record that is called back: what describes it and nothing else.

A passport, a listing, an address that only the one person has, says something about nobody else: left with the
recipient it would still tell of the person. A link between two parties tells of both, and goes as soon as one of them
does. A document that somebody else has as well stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from dragoman.model import schemata
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import SharedRecord
from dragoman.node.partners.rows import parts
from dragoman.node.registry.models import LINKS, Record, Source, Statement


def along(objects: Iterable[str]) -> dict[str, str]:
    """Return the STIX ids of what goes with some objects of this node, each with the object that it goes with."""
    written = SharedRecord.objects.filter(stix_id__in=list(objects), shared__collection__giver=node_id())
    by_source: dict[int, dict[str, str]] = {}
    for source, record_id, stix_id in written.values_list("shared__source", "record_id", "stix_id"):
        by_source.setdefault(source, {})[record_id] = stix_id
    found: dict[str, str] = {}
    for source, recalled in by_source.items():
        because = _Closure(source, set(recalled)).find()
        for some in parts(because):
            rows = SharedRecord.objects.filter(shared__source=source, record_id__in=some)
            for record_id, stix_id in rows.values_list("record_id", "stix_id"):
                if stix_id not in recalled.values():
                    found[stix_id] = recalled[because[record_id]]
    return found


@dataclass(slots=True)
class _Closure:
    """The records of one list that go with some of them, by their ids in the list."""

    source: int
    recalled: set[str]
    because: dict[str, str] = field(default_factory=dict)

    def find(self) -> dict[str, str]:
        """Return what goes, each with which of the recalled records."""
        if not Source.objects.filter(pk=self.source).exists():
            return {}
        fresh = {record_id: record_id for record_id in self.recalled}
        while fresh:
            candidates = self._beside(fresh)
            fresh = {key: reason for key, reason in candidates.items() if self._goes(key)}
            self.because |= fresh
        return self.because

    def _beside(self, fresh: dict[str, str]) -> dict[str, str]:
        """Return the records that are no party beside some that go, with the reason why these go."""
        beside: dict[str, str] = {}
        for some in parts(fresh):
            for pair in (self._pairs(value__in=some), self._pairs(record__record_id__in=some)):
                for record_id, value in pair:
                    if value in fresh:
                        beside.setdefault(record_id, fresh[value])
                    if record_id in fresh:
                        beside.setdefault(value, fresh[record_id])
        known = self.recalled | self.because.keys()
        wanted = [key for key in beside if key not in known]
        described = {key for some in parts(wanted) for key in self._described(some)}
        return {key: beside[key] for key in wanted if key in described}

    def _described(self, ids: list[str]) -> Iterable[str]:
        rows = Record.objects.filter(source=self.source, record_id__in=ids, is_party=False)
        return rows.values_list("record_id", flat=True)

    def _goes(self, key: str) -> bool:
        """Tell whether a record has nobody else; a link needs both its ends."""
        if self._is_link(key):
            return True
        owners = {record_id for record_id, _ in self._pairs(value=key)}
        owners |= {value for _, value in self._pairs(record__record_id=key)}
        there = {each for some in parts(owners) for each in self._there(some)}
        return there <= self.recalled | self.because.keys()

    def _there(self, ids: list[str]) -> Iterable[str]:
        return Record.objects.filter(source=self.source, record_id__in=ids).values_list("record_id", flat=True)

    def _is_link(self, key: str) -> bool:
        schema = Record.objects.values_list("schema", flat=True).get(source=self.source, record_id=key)
        return schemata.is_a(schema, "Interest")

    def _pairs(self, **wanted: object) -> Iterable[tuple[str, str]]:
        """Return who names whom: the record's id, and the value of a property that names a record."""
        stands = Q(gone=False) | Q(record__gone=True)
        rows = Statement.objects.filter(stands, record__source=self.source, prop__in=LINKS, **wanted)
        return rows.values_list("record__record_id", "value")
