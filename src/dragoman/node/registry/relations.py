"""How records are related: which name one another, and through which records that describe a link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dragoman.node.access import Principal
from dragoman.node.registry.models import LINKS, Record, Source, Statement

#: The most neighbours that are shown of one record; a page says when there are more.
MOST = 60


@dataclass(frozen=True, slots=True)
class Relation:
    """`record` names `other` by `prop` (``ownershipOwner``, ``holder``)."""

    record: Record
    prop: str
    other: Record


def relations(records: Collection[Record], principal: Principal) -> list[Relation]:
    """Return how some records are related to others that the principal may see, in both directions, at most `MOST`."""
    found: list[Relation] = []
    for record in records:
        found += _named_by(record, principal)
        found += _naming(record, principal)
    return list(dict.fromkeys(found))[:MOST]


def _named_by(record: Record, principal: Principal) -> list[Relation]:
    stated = Statement.objects.filter(record=record, prop__in=LINKS, gone=False).values_list("prop", "value")[:MOST]
    wanted = {value: prop for prop, value in stated}
    others = Record.objects.visible_to(principal).filter(source=record.source_id, record_id__in=wanted, gone=False)
    return [Relation(record, wanted[each.record_id], each) for each in others.select_related("source")]


def _naming(record: Record, principal: Principal) -> list[Relation]:
    stated = Statement.objects.filter(prop__in=LINKS, value=record.record_id, gone=False, record__gone=False)
    seen = Source.objects.visible_to(principal).values("pk")
    same = stated.filter(record__source=record.source_id, record__source__in=seen)
    return [Relation(each.record, each.prop, record) for each in same.select_related("record__source")[:MOST]]
