"""A subject as graph, timeline and map: what the pictures are drawn from, and what the lists beside them say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.model.schemata import properties
from dragoman.node.registry.models import Record, Statement
from dragoman.node.registry.relations import Relation
from dragoman.node.registry.subjects import Subject

#: What a date of these properties means, in words.
_DATES = {
    "birthDate": "Born",
    "deathDate": "Died",
    "incorporationDate": "Founded",
    "dissolutionDate": "Dissolved",
    "buildDate": "Built",
    "listingDate": "Listed",
    "startDate": "Begins",
    "endDate": "Ends",
    "issueDate": "Document issued",
    "expiryDate": "Document expires",
    "modifiedAt": "Changed by the publisher",
}


def graph(records: Sequence[Record], found: Iterable[Relation], subject: Subject) -> dict[str, Any]:
    """Return nodes (id, label, schema, source) and edges (from, to, label) of some records and their relations."""
    related = list(found)
    nodes = {each.pk: each for each in records}
    for relation in related:
        nodes.setdefault(relation.record.pk, relation.record)
        nodes.setdefault(relation.other.pk, relation.other)
    edges = [(each.record.pk, each.other.pk, each.prop) for each in related]
    edges += [(each.left_id, each.right_id, "same") for each in subject.judgements if each.verdict == "same"]
    kept = dict.fromkeys(edge for edge in edges if edge[0] in nodes and edge[1] in nodes)
    return {
        "nodes": [
            {"id": str(pk), "label": each.caption, "schema": each.schema, "source": each.source.name}
            for pk, each in nodes.items()
        ],
        "edges": [{"from": str(left), "to": str(right), "label": label} for left, right, label in kept],
    }


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Something with a date: the date as stated (EDTF), what happened, and who says so."""

    date: str
    what: str
    source: str


def timeline(records: Sequence[Record], subject: Subject) -> list[Moment]:
    """Return what has a date, oldest first: of the records, of what describes them, and the judgements on them."""
    ids = {(each.source_id, each.record_id) for each in records}
    describing = Statement.objects.filter(
        prop__in=("holder", "entity"),
        value__in=[each.record_id for each in records],
        gone=False,
        record__source__in=[each.source_id for each in records],
    ).values_list("record", "record__source", "value")
    described = [record for record, source, value in describing if (source, value) in ids]
    stated = Statement.objects.filter(record__in=[*(each.pk for each in records), *described], gone=False)
    found = {
        Moment(each.value, _DATES[each.prop], each.record.source.name)
        for each in stated.filter(prop__in=_DATES).select_related("record__source")
    }
    found |= {
        Moment(f"{each.at:%Y-%m-%d}", f"Judged {each.get_verdict_display().lower()}", each.by.shown_name)
        for each in subject.judgements
    }
    return sorted(found)


def places(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the countries that the records have to do with: code, and for which reasons."""
    found: dict[str, dict[str, None]] = {}
    for each in Statement.objects.filter(record__in=records, gone=False).select_related("record"):
        if properties(each.record.schema).get(each.prop) == "country":
            found.setdefault(each.value, {})[each.prop] = None
    return [{"code": code, "props": list(props)} for code, props in sorted(found.items())]
