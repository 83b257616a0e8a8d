"""Screening again when a list changes: the queries that had hits, and whole documents that are watched.

Only what the new version changed is looked at: records that are new or state other facts. A hit that is already there
gets its new score; where a person had called it a false match and the facts are no longer those, it returns to the
queue and says what changed. New hits are added to the screening in which the query stands, as of origin ``change``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dragoman.messages.queries import Query as Asked
from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk import memory, reviewing
from dragoman.node.desk import screening as desk
from dragoman.node.desk.bulk import Reading, plain_of_query
from dragoman.node.desk.documents import path_of
from dragoman.node.desk.facts import digest_of, facts_of
from dragoman.node.desk.looking import Look, asked_of, caption_of, record_of
from dragoman.node.desk.models import Hit, Query, Screening
from dragoman.node.desk.storing import hit_row
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.work import Work
from dragoman.node.journal.recording import record
from dragoman.node.registry.models import ListVersion
from dragoman.node.registry.models import Record as Kept
from dragoman.node.webhooks.outbox import announce_hits
from dragoman.screening import Screener

KIND = "rescreen"
_STEP = 512
#: Hits asked for of a query, so that no changed record is crowded out by others.
_MANY = 1000


def on_new_version(version: ListVersion, by: Principal | None = None) -> Job | None:
    """Put a job into the queue that screens again what a new version concerns; None where no query is kept."""
    if not Screening.objects.exists():
        return None
    given = {"source": version.source.name, "version": version.version}
    return queue.start(by or Principal(), KIND, given)


def run(work: Work) -> None:
    """Screen kept queries and watched documents against the records that a version changed, from the mark on."""
    source, version = work.job.given["source"], work.job.given["version"]
    changed = set(_changed(source, version))
    opened = desk.screener()
    if changed and source in opened.lists:
        _kept_queries(work, source, changed, opened)
        _watched_documents(work, source, changed, opened)
    with work.step():
        work.result = {"changed": len(changed), **work.mark.get("found", {})}
        record("node", "desk.list.rescreened", f"source:{source}", version=version, records=len(changed))


def _changed(source: str, version: str) -> Iterator[str]:
    """Yield the ids of records that are new in a version, or of which a statement is."""
    kept = Kept.objects.filter(source__name=source, gone=False)
    yield from kept.filter(first_seen=version).values_list("record_id", flat=True)
    yield from kept.filter(statements__first_seen=version).values_list("record_id", flat=True).distinct()
    # A statement that was taken back changes its record as well: it was last seen in a version before.
    yield from kept.filter(statements__gone=True).values_list("record_id", flat=True).distinct()


def _kept_queries(work: Work, source: str, changed: set[str], opened: Screener) -> None:
    while True:
        after = work.mark.get("query", 0)
        rows = list(Query.objects.filter(pk__gt=after).select_related("screening").order_by("pk")[:_STEP])
        if not rows:
            return
        for kept in {row.screening for row in rows}:
            own = [row for row in rows if row.screening_id == kept.pk]
            found = _search(opened, [reviewing.record_of_query(row) for row in own], kept, source, changed)
            with work.step():
                for row, hits in zip(own, found, strict=True):
                    _settle(work, kept, row, hits)
        with work.step():
            work.mark["query"] = rows[-1].pk
            work.done += len(rows)


def _search(
    opened: Screener, records: Sequence[Record], kept: Screening, source: str, changed: set[str]
) -> list[list[desk.Found]]:
    found = opened.screen_batch(records, threshold=kept.threshold, limit=_MANY, lists=[source])
    return desk.marked(records, [[hit for hit in hits if hit.record_id in changed] for hits in found])


def _search_all(look: Look, batch: Sequence[Asked], changed: set[str]) -> tuple[list[Record], list[list[desk.Found]]]:
    """Look up parties and texts; return what people see of each, and its hits."""
    found = [[hit for hit in hits if hit.record_id in changed] for hits in look([asked_of(query) for query in batch])]
    records = [record_of(query, hits) for query, hits in zip(batch, found, strict=True)]
    return records, desk.marked(records, found)


def _settle(work: Work, kept: Screening, row: Query, found: Sequence[desk.Found]) -> None:
    """Bring the hits of a query up to date. Doing it twice changes nothing more."""
    known = {(hit.source, hit.record_id): hit for hit in row.hits.select_related("memory__review", "query")}
    counts = work.mark.setdefault("found", {"new": 0, "returned": 0})
    for each in found:
        hit = known.get((each.source, each.record_id))
        if hit is None:
            fresh = hit_row(kept, row, each)
            fresh.origin = Screening.Origin.CHANGE
            fresh.version = desk.screener().lists.get(each.source, "")
            fresh.save()
            announce_hits(kept.pk, [fresh])
            counts["new"] += 1
        elif hit.state in (Hit.State.FALSE, Hit.State.REMEMBERED):
            counts["returned"] += _returned(hit, each)
    Screening.objects.filter(pk=kept.pk).update(hits=kept.found.count())


def _returned(hit: Hit, found: desk.Found) -> bool:
    """Return a false match to the queue where its facts are no longer those; tell whether that was so."""
    if found.remembered is not None:
        return False
    why = found.changed or memory.since(hit)
    if not why:
        return False
    hit.score, hit.features = found.score, [feature.to_json() for feature in found.features]
    hit.version = desk.screener().lists.get(hit.source, hit.version)
    hit.save(update_fields=["score", "features", "version"])
    reviewing.reopen(hit, why)
    record("node", "desk.hit.returned", f"hit:{hit.pk}", source=hit.source)
    return True


def _watched_documents(work: Work, source: str, changed: set[str], opened: Screener) -> None:
    watched = Screening.objects.filter(watched=True, document__isnull=False, job__state="done").order_by("pk")
    for kept in watched.filter(pk__gte=work.mark.get("document", 0)).select_related("document"):
        if source not in kept.lists or kept.document is None:
            continue
        skip = work.mark.get("row", 0) if work.mark.get("document") == kept.pk else 0
        given = kept.job.given if kept.job is not None else {}
        reading = Reading(path_of(kept.document), given.get("format"), given.get("encoding"))
        look = Look(opened, threshold=kept.threshold, limit=_MANY, lists=[source])
        for part in reading.parts(skip):
            if not (batch := part.queries):
                break
            records, found = _search_all(look, batch, changed)
            with work.step():
                for number, (query, record_, hits) in enumerate(zip(batch, records, found, strict=True), skip):
                    if hits:
                        _settle(work, kept, _row(kept, number, query, record_), hits)
                skip += len(batch)
                work.mark |= {"document": kept.pk, "row": skip}
                work.done += len(batch)


def _row(kept: Screening, number: int, query: Asked, seen: Record) -> Query:
    row, _ = Query.objects.get_or_create(
        screening=kept,
        number=number,
        defaults={
            "asked": plain_of_query(query, seen),
            "asked_id": seen.id[:255],
            "digest": digest_of(facts_of(seen)),
            "caption": caption_of(seen),
            "place": query.place,
            "role": query.role or "",
        },
    )
    return row
