"""Keeping screenings: rows for the queries that had hits, and for the hits, many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.facts import digest_of, facts_of
from dragoman.node.desk.models import Hit, Query, Screening

if TYPE_CHECKING:
    from dragoman.node.desk.screening import Found


@dataclass(frozen=True, slots=True)
class Asked:
    """A query to be kept: its number in the screening, the record, and where it stood in which role."""

    number: int
    record: Record
    plain: dict[str, Any]
    place: str = ""
    role: str = ""
    caption: str = ""


def plain_of(record: Record) -> dict[str, Any]:
    """Return a query as it is kept: ``{"id", "schema", "properties": {name: [values]}}``, dates with precision."""
    properties: dict[str, list[str]] = {}
    for known in record.statements:
        properties.setdefault(known.prop, []).append(known.value)
    return {"id": record.id, "schema": record.schema, "properties": properties}


def store_screening(
    principal: Principal,
    queries: Sequence[Record],
    answers: Sequence[Sequence[Found]],
    *,
    lists: Mapping[str, str],
    threshold: float,
    limit: int,
    origin: str,
) -> Screening:
    """Keep a screening with the queries that had hits, and the hits. Call it inside the transaction of the act."""
    kept = Screening.objects.create(
        origin=origin,
        purpose=principal.purpose or "",
        by=person_of(principal),
        lists=dict(lists),
        threshold=threshold,
        limit=limit,
        queries=len(queries),
        with_hits=sum(bool(found) for found in answers),
        hits=sum(map(len, answers)),
    )
    asked = [Asked(number, record, plain_of(record)) for number, record in enumerate(queries)]
    store_hits(kept, asked, answers)
    return kept


def store_hits(kept: Screening, asked: Sequence[Asked], answers: Sequence[Sequence[Found]]) -> list[Hit]:
    """Keep the queries of `asked` that had hits, and the hits, and put these into the webhooks' outbox; return them."""
    from dragoman.node.webhooks.outbox import announce_hits

    pairs = [(each, found) for each, found in zip(asked, answers, strict=True) if found]
    rows = Query.objects.bulk_create(
        Query(
            screening=kept,
            number=each.number,
            asked=each.plain,
            asked_id=each.record.id[:255],
            digest=digest_of(facts_of(each.record)),
            caption=each.caption or each.record.caption,
            place=each.place,
            role=each.role,
        )
        for each, _ in pairs
    )
    hits = Hit.objects.bulk_create(
        hit_row(kept, row, each) for row, (_, found) in zip(rows, pairs, strict=True) for each in found
    )
    announce_hits(kept.pk, hits)
    return hits


def hit_row(kept: Screening, query: Query, found: Found) -> Hit:
    """Return the row of one hit, not yet saved."""
    return Hit(
        query=query,
        screening=kept,
        origin=kept.origin,
        source=found.source,
        record_id=found.record_id,
        caption=found.caption,
        schema=found.schema,
        score=found.score,
        features=[feature.to_json() for feature in found.features],
        version=kept.lists.get(found.source, ""),
        state=Hit.State.REMEMBERED if found.remembered else Hit.State.OPEN,
        memory=found.remembered,
        reopened_why=list(found.changed),
    )
