"""Screening now: the one call that the search page, the API and everything else that waits for an answer use.

What is kept of it: the journal always holds who asked, for which purpose, how many queries, of which lists in which
versions, and the digest of what was asked; by itself nothing else is kept, because most answers are looked at once and
personal data that nobody needs is not collected. With ``store`` (a caller of the API asks for it, or a person opens a
hit of the search page for review) a screening with its purpose, lists, versions and settings is kept, with the queries
that had hits, and the hits.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import transaction

from dragoman.errors import UnknownList
from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk import memory, safe_list
from dragoman.node.desk.facts import digest_of, facts_of
from dragoman.node.desk.memory import Recall
from dragoman.node.desk.models import FalseMatch, SafeListEntry, Screening
from dragoman.node.journal.recording import look_up, record
from dragoman.node.registry.visibility import visible_names
from dragoman.screening import Feature, Hit, Screener
from dragoman.screening.query import Query, as_record
from dragoman.screening.scoring import DEFAULT_THRESHOLD

#: How long the text may be by which an event names lists.
_LISTS_LENGTH = 380


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as the screener gives it, and what people of this node have said about such a hit before.

    Nothing is hidden: `remembered` and `safe` are marks that whoever shows the hit shows as well.
    """

    hit: Hit
    recall: Recall = memory.NOTHING
    safe: tuple[SafeListEntry, ...] = ()

    @property
    def record_id(self) -> str:
        """The record's id in its list."""
        return self.hit.record_id

    @property
    def source(self) -> str:
        """The list's name."""
        return self.hit.source

    @property
    def caption(self) -> str:
        """The record's name as shown."""
        return self.hit.caption

    @property
    def schema(self) -> str:
        """The record's schema."""
        return self.hit.schema

    @property
    def score(self) -> float:
        """0 to 1."""
        return self.hit.score

    @property
    def match(self) -> bool:
        """Whether the score reaches the default threshold."""
        return self.hit.match

    @property
    def features(self) -> tuple[Feature, ...]:
        """The findings behind the score; worked out when first asked for."""
        return self.hit.features

    @property
    def remembered(self) -> FalseMatch | None:
        """The false match that holds for this pair, on unchanged facts."""
        return self.recall.memory

    @property
    def changed(self) -> tuple[str, ...]:
        """What changed since this pair was last called a false match."""
        return self.recall.changed

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain values, with ``remembered``, ``changed`` and ``safe_list``."""
        return self.hit.to_json() | {
            "remembered": self.remembered is not None,
            "changed": list(self.changed),
            "safe_list": [entry.redress_number for entry in self.safe],
        }


@dataclass(frozen=True, slots=True)
class Screened(Sequence[list[Found]]):
    """The hits of each query, in order; `lists` in their versions; `screening` where it was stored.

    `searched` is the file of the index.
    """

    queries: list[Record]
    answers: list[list[Found]]
    lists: dict[str, str] = field(default_factory=dict)
    screening: Screening | None = None
    searched: str = ""

    def __getitem__(self, number: Any) -> Any:
        return self.answers[number]

    def __len__(self) -> int:
        return len(self.answers)

    def __iter__(self) -> Iterator[list[Found]]:
        return iter(self.answers)


def screener() -> Screener:
    """Return the screener over the node's index. Raises StoreError where no list is in use yet."""
    from dragoman.node.registry import search

    found: Screener = search.screener()
    return found


def visible_lists(principal: Principal, opened: Screener, wanted: Collection[str] | None = None) -> dict[str, str]:
    """Return the lists to be searched, with their versions: those that the principal may see, and of those the wanted.

    Raises UnknownList for a wanted list that is not in use or not to be seen; the answer is the same for both.
    """
    names = visible_names(principal)
    seen = {name: version for name, version in opened.lists.items() if name in names}
    if wanted is None:
        return seen
    for name in wanted:
        if name not in seen:
            raise UnknownList(f"no list {name!r} is in use", remedy="one of " + (", ".join(sorted(seen)) or "none yet"))
    return {name: seen[name] for name in seen if name in wanted}


def screen_now(
    principal: Principal,
    queries: Iterable[Query],
    *,
    lists: Collection[str] | None = None,
    threshold: float = DEFAULT_THRESHOLD,
    limit: int = 5,
    origin: str = Screening.Origin.SEARCH,
    store: bool = False,
) -> Screened:
    """Screen queries, journal it, and mark what is remembered; returns once the journal's event is durable.

    Only lists that the principal may see are searched. Raises QueryRefused, UnknownList, UsageError, StoreError.
    """
    opened = screener()
    asked = [as_record(query) for query in queries]
    used = visible_lists(principal, opened, lists)
    found = (
        list(opened.screen_batch(asked, threshold=threshold, limit=limit, lists=used)) if used else [[] for _ in asked]
    )
    answers = marked(asked, found)
    details = journal_details(used, threshold, answers)
    details["digest"] = query_mark(asked[0]) if len(asked) == 1 else None
    result = "hits" if any(answers) else "none"
    if not store:
        look_up(principal, "desk.query.screened", origin, result=result, **details)
        return Screened(asked, answers, used, searched=str(opened.path))
    from dragoman.node.desk.storing import store_screening

    with transaction.atomic():
        kept = store_screening(principal, asked, answers, lists=used, threshold=threshold, limit=limit, origin=origin)
        record(principal, "desk.query.screened", f"screening:{kept.pk}", result=result, **details)
    return Screened(asked, answers, used, kept, str(opened.path))


def marked(queries: Sequence[Record], found: Sequence[Sequence[Hit]]) -> list[list[Found]]:
    """Mark hits with what is remembered of their pairs and with the safe list, in a fixed number of queries."""
    hit = [number for number, hits in enumerate(found) if hits]
    pairs, facts = [], {number: facts_of(queries[number]) for number in hit}
    for number in hit:
        digest = digest_of(facts[number])
        pairs += [
            memory.Pair(queries[number].id, facts[number], digest, (each.source, each.record_id))
            for each in found[number]
        ]
    recalls = iter(memory.recall(pairs) if pairs else [])
    entries = dict(zip(hit, safe_list.known([queries[number] for number in hit]), strict=True))
    return [[Found(each, next(recalls), entries.get(number, ())) for each in hits] for number, hits in enumerate(found)]


def journal_details(
    used: Mapping[str, str], threshold: float, answers: Sequence[Sequence[Found]]
) -> dict[str, str | int | None]:
    """Return what an event of a screening carries: counts, settings, and the lists by version as far as they fit."""
    return {
        "queries": len(answers),
        "hits": sum(map(len, answers)),
        "with_hits": sum(map(bool, answers)),
        "threshold": f"{threshold:.2f}",
        "lists": len(used),
        "list": named_lists(used),
    }


def named_lists(used: Mapping[str, str]) -> str:
    """Return ``name@version`` of each list, parted by commas, those that fit into an event."""
    text = ""
    for name, version in sorted(used.items()):
        more = f"{text},{name}@{version}" if text else f"{name}@{version}"
        if len(more) > _LISTS_LENGTH:
            break
        text = more
    return text


def query_mark(query: Record) -> str:
    """Return what the journal keeps of one query: a keyed digest of its facts.

    It tells whether the same was asked twice, or whether a certain query was ever asked, to those who hold the node's
    key; nobody reads a name out of it.
    """
    return hmac.digest(_mark_key(settings.SECRET_KEY), digest_of(facts_of(query)).encode(), "sha256").hex()[:32]


@cache
def _mark_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32).digest()
