"""A subject as graph, timeline and map: what the pictures are drawn from, and what the lists beside them say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.model.schemata import properties
from dragoman.node.registry.models import Record, Statement
from dragoman.node.registry.relations import Around, Description
from dragoman.node.registry.subjects import Subject

#: What a date of these properties means: in words, and which kind of mark it gets.
_DATES = {
    "birthDate": ("Born", "life"),
    "deathDate": ("Died", "life"),
    "incorporationDate": ("Founded", "life"),
    "dissolutionDate": ("Dissolved", "life"),
    "buildDate": ("Built", "life"),
    "listingDate": ("Listed", "listing"),
    "startDate": ("Begins", "listing"),
    "endDate": ("Ends", "listing"),
    "issueDate": ("Issued", "document"),
    "expiryDate": ("Expires", "document"),
    "modifiedAt": ("Changed by the publisher", "listing"),
}
#: What beginning and end mean for a document.
_VALID = {"startDate": "Valid from", "endDate": "Valid until"}
#: Properties that say where, beside those whose type is a country.
_PLACES = ("birthPlace", "address", "deathPlace", "city", "region")


def graph(records: Sequence[Record], around: Around, subject: Subject) -> dict[str, Any]:
    """Return nodes (id, label, schema, source), edges (from, to, label, kind), and which nodes the records are."""
    nodes = {each.pk: each for each in records}
    edges: dict[tuple[int, int, str], str] = {}
    for relation in around.relations:
        for end in (relation.record, relation.other):
            nodes.setdefault(end.pk, end)
        label = f"{relation.words} ({relation.detail})" if relation.detail else relation.words
        edges[relation.record.pk, relation.other.pk, label] = "stated"
    for each in subject.judgements:
        edges[each.left_id, each.right_id, each.verdict] = "judged"
    for after, before in subject.follows:
        edges[after, before, "formerly"] = "judged"
    return {
        "nodes": [
            {"id": str(pk), "label": each.caption, "schema": each.schema, "source": each.source.name}
            for pk, each in nodes.items()
        ],
        "edges": [
            {"from": str(left), "to": str(right), "label": label, "kind": kind}
            for (left, right, label), kind in edges.items()
            if left in nodes and right in nodes
        ],
        "own": [str(each.pk) for each in records],
        "more": around.more,
    }


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Something with a date: the date as stated (EDTF), what happened, of what, who says so, and which kind it is."""

    date: str
    what: str
    about: str
    source: str
    kind: str


def timeline(records: Sequence[Record], descriptions: Iterable[Description], subject: Subject) -> list[Moment]:
    """Return what has a date, oldest first: of the records, of what describes them, and the judgements on them."""
    found: set[Moment] = set()
    for each in Statement.objects.filter(record__in=records, gone=False, prop__in=_DATES).select_related(
        "record__source"
    ):
        found.add(_moment(each, "", each.record.source.name))
    for described in descriptions:
        dated = (each for each in described.statements if each.prop in _DATES)
        document = described.record.schema != "Sanction"
        name = described.record.source.name
        found |= {_moment(each, _called(described), name, document=document) for each in dated}
    for judged in subject.judgements:
        what = f"Judged {judged.get_verdict_display().lower()}"
        found.add(Moment(f"{judged.at:%Y-%m-%d}", what, "", judged.by.shown_name, "judgement"))
    return sorted(found)


def _moment(stated: Statement, about: str, source: str, *, document: bool = False) -> Moment:
    what, kind = _DATES[stated.prop]
    if document:
        what, kind = _VALID.get(stated.prop, what), "document"
    return Moment(stated.value, what, about, source, kind)


def _called(described: Description) -> str:
    """Return by what a description is told from others: its number, or its programme."""
    for prop in ("number", "program", "programId", "authority"):
        for each in described.statements:
            if each.prop == prop:
                return each.value
    return ""


@dataclass(frozen=True, slots=True)
class Place:
    """A country, for which reasons, and the places in it or without a country that are stated."""

    code: str
    props: tuple[str, ...]


def places(records: Sequence[Record]) -> tuple[list[Place], list[Statement]]:
    """Return the countries that records have to do with, and the places that they state in words."""
    found: dict[str, dict[str, None]] = {}
    words: dict[str, Statement] = {}
    stated = Statement.objects.filter(record__in=records, gone=False).select_related("record__source")
    for each in stated.order_by("pk"):
        if properties(each.record.schema).get(each.prop) == "country":
            found.setdefault(each.value, {})[each.prop] = None
        elif each.prop in _PLACES:
            words.setdefault(each.value.casefold(), each)
    return [Place(code, tuple(props)) for code, props in sorted(found.items())], list(words.values())
