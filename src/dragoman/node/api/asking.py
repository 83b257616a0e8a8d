"""What a caller of yente's API asks for, turned into what a screening takes: lists, queries, what is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dragoman.errors import QueryRefused, UnknownList, UsageError
from dragoman.messages.queries import Query
from dragoman.messages.values import build_query
from dragoman.model import schemata
from dragoman.node.access import Principal
from dragoman.node.api.shapes import Cell, Example
from dragoman.node.registry.models import Source
from dragoman.screening.screener import LEAST_THRESHOLD

#: Names by which yente's callers mean "everything that the service has".
ALL = ("default", "all")
#: The names of the one algorithm there is.
ALGORITHM = "dragoman"
ALGORITHMS = (ALGORITHM, "best", "default")
MOST_QUERIES, MOST_HITS, MOST_EXCLUDED = 500, 500, 1000


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Records and schemata that the caller does not want to see."""

    ids: frozenset[str] = frozenset()
    schemata: frozenset[str] = frozenset()

    @classmethod
    def of(cls, ids: Collection[str], kinds: Collection[str]) -> Exclusions:
        """Raises UsageError on too many ids or an unknown schema."""
        if len(ids) > MOST_EXCLUDED:
            raise UsageError(
                f"{len(ids):,} entities are to be left out; at most {MOST_EXCLUDED:,} can be",
                remedy="keep the decision as a disposition in the desk: false matches are remembered there",
            )
        known = set(schemata.schema_names())
        for kind in kinds:
            if kind not in known:
                raise UsageError(f"there is no schema {kind!r}", remedy="use one such as Person or Vessel")
        return cls(frozenset(ids), frozenset(kinds))

    def __bool__(self) -> bool:
        return bool(self.ids or self.schemata)

    def leave(self, record_id: str, schema: str) -> bool:
        """Tell whether a record is wanted."""
        return record_id not in self.ids and not any(schemata.is_a(schema, kind) for kind in self.schemata)


def wanted_lists(
    principal: Principal, dataset: str, include: Collection[str] = (), exclude: Collection[str] = ()
) -> list[str] | None:
    """Return the names of the lists to search, or None for all that the principal may see.

    `dataset` is a list's name, or ``default`` for all. `include` widens a named list by others, and narrows
    ``default`` to them; `exclude` takes lists away. Raises UnknownList for what is not there or not to be seen.
    """
    if dataset in ALL and not include and not exclude:
        return None
    seen = sorted(Source.objects.visible_to(principal).values_list("name", flat=True))
    for name in (*(() if dataset in ALL else (dataset,)), *include, *exclude):
        if name not in seen and name not in ALL:
            kept = ", ".join(seen) or "none yet"
            raise UnknownList(f"there is no list {name[:64]!r}", remedy=f"one of: default, {kept}")
    named = {*include, *(() if dataset in ALL else (dataset,))} - set(ALL)
    chosen = [name for name in seen if (not named or name in named) and name not in exclude]
    if not chosen:
        raise UsageError("every list is left out", remedy="exclude fewer lists")
    return chosen


def check_scoring(algorithm: str, weights: dict[str, Any], config: dict[str, Any], least: float) -> None:
    """Raise UsageError where the caller wants a score that the node does not give."""
    if algorithm not in ALGORITHMS:
        raise UsageError(
            f"there is no algorithm {algorithm[:64]!r}", remedy="leave algorithm out, or say best; see /algorithms"
        )
    if weights or config:
        raise UsageError(
            "the score is calibrated, and its weights cannot be set", remedy="leave weights and config out"
        )
    if least < LEAST_THRESHOLD:
        raise UsageError(
            f"the search is exact for scores of {LEAST_THRESHOLD} or more, and {least} is asked for",
            remedy=f"choose threshold and cutoff between {LEAST_THRESHOLD} and 1",
        )


def check_filters(topics: Collection[str], changed_since: str | None) -> None:
    """Raise UsageError for filters of yente that would make a search of a part look like one of the whole."""
    if topics:
        raise UsageError(
            "the official lists state no topics, so a filter by topic would hide hits",
            remedy="leave topics out, and choose lists by dataset and include_dataset",
        )
    if changed_since:
        raise UsageError(
            "the node does not screen against changed records alone",
            remedy="leave changed_since out; the desk screens anew what a new list version could change",
        )


def read_queries(queries: dict[str, Example | None]) -> dict[str, Query]:
    """Return the queries by name, values understood. Raises QueryRefused for one that cannot be screened."""
    if len(queries) > MOST_QUERIES:
        raise QueryRefused(
            f"{len(queries):,} queries at once; at most {MOST_QUERIES} can be",
            remedy="send them in parts, or upload a file at the desk",
        )
    found = {name: _query(name, example) for name, example in queries.items() if example is not None}
    if not found:
        raise QueryRefused(
            "there are no queries", remedy='send {"queries": {"q1": {"schema": ..., "properties": ...}}}'
        )
    return found


def _query(name: str, example: Example) -> Query:
    place = f"queries.{name}"[:120]
    return build_query(example.id or "", example.schema_, _cells(example.properties), place, split=False)


def _cells(properties: dict[str, Cell | list[Cell]]) -> Iterator[tuple[str, str]]:
    for prop, values in properties.items():
        for value in _each(values):
            if value is not None:
                yield prop, str(value)


def _each(values: Cell | list[Cell]) -> Iterable[Cell]:
    return values if isinstance(values, list) else [values]
