"""Rows: what a collection keeps of each version of each object, and which versions a query means.

`first` and `last` are questions about the past: a page fetched twice must be the same page, even if a
newer version has come meanwhile. So each row notes from which moment it was no longer the first, the last, or of the
newest specification; whether it is so at a moment is then a comparison, which any database can index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from dragoman.exchange.stix.ids import Thing


@dataclass(frozen=True, slots=True)
class Row:
    """One version of one object in a collection.

    `added` is date_added as a moment, unique within the collection. `version` is the object's modified (else
    created, else `added`) as a moment, `label` the same as printed. From the moments `superseded`, `preceded` and
    `outdated` on, a later version of the same specification, an earlier one, or one of a newer specification is there;
    `superseded_by_any` and `preceded_by_any` regard versions of all specifications. None: there is none.
    """

    added: int
    id: str
    type: str
    version: int
    label: str
    spec_version: str = "2.1"
    superseded: int | None = None
    preceded: int | None = None
    outdated: int | None = None
    superseded_by_any: int | None = None
    preceded_by_any: int | None = None
    thing: Thing | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """Which versions are meant: all, or the first, the last and some moments, in any combination."""

    every: bool = False
    first: bool = False
    last: bool = False
    moments: frozenset[int] = frozenset()


LAST = Versions(last=True)
ALL = Versions(every=True)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a collection: rows added after one moment (not at it) until another (included), in that order.

    None means any. `spec_versions` None means the newest specification that each object has; where several are named,
    first and last are those of all of them together.
    """

    collection: str
    after: int = -1
    until: int = 2**62
    ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    versions: Versions = LAST
    spec_versions: frozenset[str] | None = None


def matches(row: Row, query: Query) -> bool:
    """Tell whether a query means a row. A database's own way of asking is held against this function."""
    return (
        query.after < row.added <= query.until
        and (query.ids is None or row.id in query.ids)
        and (query.types is None or row.type in query.types)
        and _right_specification(row, query)
        and _right_version(row, query)
    )


def _open(since: int | None, moment: int) -> bool:
    return since is None or since > moment


def _right_specification(row: Row, query: Query) -> bool:
    if query.spec_versions is not None:
        return row.spec_version in query.spec_versions
    return _open(row.outdated, query.until)


def _right_version(row: Row, query: Query) -> bool:
    wanted = query.versions
    if wanted.every or row.version in wanted.moments:
        return True
    together = query.spec_versions is not None and len(query.spec_versions) > 1
    superseded, preceded = row.superseded, row.preceded
    if together:
        superseded, preceded = row.superseded_by_any, row.preceded_by_any
    return (wanted.last and _open(superseded, query.until)) or (wanted.first and _open(preceded, query.until))


def place(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of one object, oldest addition first, with what supersedes, precedes and outdates them."""
    placed: list[Row] = []
    for row in sorted(rows, key=lambda row: row.added):
        bare = Row(row.added, row.id, row.type, row.version, row.label, row.spec_version, thing=row.thing)
        for number, known in enumerate(placed):
            placed[number], bare = _compare(known, bare, bare.added)
        placed.append(bare)
    return placed


def _compare(known: Row, row: Row, since: int) -> tuple[Row, Row]:
    """Note on both of two rows what the later addition, at the moment `since`, changes."""
    is_later = (known.version, known.spec_version) < (row.version, row.spec_version)
    lower, upper = (known, row) if is_later else (row, known)
    lower = replace(lower, superseded_by_any=_earlier(lower.superseded_by_any, since))
    upper = replace(upper, preceded_by_any=_earlier(upper.preceded_by_any, since))
    if lower.spec_version == upper.spec_version:
        lower = replace(lower, superseded=_earlier(lower.superseded, since))
        upper = replace(upper, preceded=_earlier(upper.preceded, since))
    elif lower.spec_version < upper.spec_version:
        lower = replace(lower, outdated=_earlier(lower.outdated, since))
    else:
        upper = replace(upper, outdated=_earlier(upper.outdated, since))
    return (lower, upper) if is_later else (upper, lower)


def _earlier(known: int | None, since: int) -> int:
    return since if known is None else min(known, since)


Content = Literal["with", "without"]


class ObjectStore(Protocol):
    """What the protocol needs of a node's storage. Adding and removing happen in one transaction each."""

    def newest(self, collection: str) -> int:
        """Return the greatest `added` that the collection has ever had, 0 if none."""

    def page(self, query: Query, count: int, content: Content) -> list[Row]:
        """Return the first `count` rows that the query means, ordered by `added`; `thing` only if asked for."""

    def rows_of(self, collection: str, ids: Iterable[str]) -> list[Row]:
        """Return every row of some objects, with `thing`."""

    def put(self, collection: str, rows: Iterable[Row]) -> None:
        """Keep rows; one that has the `added` of a kept row replaces it."""

    def drop(self, collection: str, added: Iterable[int]) -> None:
        """Remove rows by their `added`. `newest` does not fall back."""


Resource = dict[str, Any]
