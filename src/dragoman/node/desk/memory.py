"""The memory of false matches: which hits somebody already decided upon, on the same facts.

A memory spares a hit the queue only while three things hold: its review is not undone, the facts of the query are those
that were looked at, and so are the facts of a record of the same list, under whatever id. Otherwise the hit is open and
`Recall.changed` says what is other than it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from dragoman.model import Record
from dragoman.node.desk.facts import Facts, changes, digest_of, facts_of
from dragoman.node.desk.models import FalseMatch, Hit
from dragoman.node.desk.records import Key, records_of


@dataclass(frozen=True, slots=True)
class Recall:
    """What is remembered of a pair: the false match that holds, or what changed since one that no longer does."""

    memory: FalseMatch | None = None
    changed: tuple[str, ...] = ()


NOTHING = Recall()


@dataclass(frozen=True, slots=True)
class Pair:
    """A query, its facts and their digest, and the record that it hit."""

    asked_id: str
    facts: Facts
    digest: str
    key: Key


def pair_of(query: Record, key: Key, facts: Facts | None = None) -> Pair:
    """Return the pair of a query and a record."""
    facts = facts_of(query) if facts is None else facts
    return Pair(query.id, facts, digest_of(facts), key)


def recall(pairs: Sequence[Pair]) -> list[Recall]:
    """Return what is remembered of each pair. Costs one query where nothing is remembered."""
    memories = _memories(pairs)
    if not memories:
        return [NOTHING] * len(pairs)
    concerned = {pair.key for pair in pairs if _candidates(pair, memories)}
    records = {key: facts_of(record) for key, record in records_of(concerned).items()}
    return [_recall(pair, _candidates(pair, memories), records.get(pair.key)) for pair in pairs]


def _memories(pairs: Sequence[Pair]) -> list[FalseMatch]:
    """Return the memories in force that speak of any of the queries, newest first."""
    digests = {pair.digest for pair in pairs}
    ids = {pair.asked_id for pair in pairs} - {""}
    if len(digests) == 1 and len(ids) <= 1 and not _spoken_of(*digests, *(ids or {""})):
        return []
    wanted = Q(query_digest__in=digests) | Q(asked_id__in=ids) if ids else Q(query_digest__in=digests)
    return list(FalseMatch.objects.filter(wanted, review__undone_at=None, ended_at=None).order_by("-pk"))


def _spoken_of(digest: str, asked_id: str) -> bool:
    """Tell whether there is any memory of one query: mostly there is none, and building the other query costs more."""
    of_id = " OR asked_id = %s" if asked_id else ""
    sql = f"SELECT 1 FROM {FalseMatch._meta.db_table} WHERE query_digest = %s{of_id} LIMIT 1"  # noqa: S608  our table
    with connection.cursor() as cursor:
        cursor.execute(sql, [digest, asked_id] if asked_id else [digest])
        return cursor.fetchone() is not None


def _candidates(pair: Pair, memories: Sequence[FalseMatch]) -> list[FalseMatch]:
    return [
        memory
        for memory in memories
        if memory.source == pair.key[0]
        and (memory.query_digest == pair.digest or (pair.asked_id and memory.asked_id == pair.asked_id))
    ]


def _recall(pair: Pair, memories: Sequence[FalseMatch], record: Facts | None) -> Recall:
    if not memories or record is None:
        return NOTHING
    digest = digest_of(record)
    for memory in memories:
        if memory.query_digest == pair.digest and memory.record_digest == digest:
            return Recall(memory)
    for memory in memories:
        if memory.record_id == pair.key[1]:
            query = changes(memory.facts["query"], pair.facts, "query")
            return Recall(None, tuple(query + changes(memory.facts["record"], record, "record")))
    return NOTHING


def since(hit: Hit) -> list[str]:
    """Return what of the record changed since a hit was called a false match, by its own memory."""
    memories = [
        each for each in (hit.memory, FalseMatch.objects.filter(review__hit=hit).order_by("-pk").first()) if each
    ]
    record = records_of([(hit.source, hit.record_id)]).get((hit.source, hit.record_id))
    if not memories or record is None:
        return []
    return changes(memories[-1].facts["record"], facts_of(record), "record")
