"""Filters and limits: the parameters of a request, read strictly (TAXII 2.1, sections 3.4 and 3.5).

A filter that is not understood is refused: one that is ignored would hand out more than was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dragoman.errors import TaxiiRefused
from dragoman.exchange.stix.ids import is_id
from dragoman.exchange.taxii.moments import read_moment
from dragoman.exchange.taxii.rows import ALL, LAST, Query, Versions

#: Objects in a page where the client names no limit, and at most.
PAGE = 1_000
LARGEST_PAGE = 10_000
#: Values in one filter at most.
MOST_VALUES = 1_000

_TYPE = re.compile(r"[a-z0-9-]{1,250}")
_SPEC = re.compile(r"\d\.\d")


@dataclass(frozen=True, slots=True)
class Filters:
    """The parameters of a request, read. `token` is the client's ``next``, still unread."""

    added_after: int = -1
    limit: int = PAGE
    token: str | None = None
    ids: frozenset[str] | None = None
    types: frozenset[str] | None = None
    versions: Versions = LAST
    spec_versions: frozenset[str] | None = None

    def query(self, collection: str) -> Query:
        """Return the query for the first page of a collection."""
        return Query(
            collection,
            after=self.added_after,
            ids=self.ids,
            types=self.types,
            versions=self.versions,
            spec_versions=self.spec_versions,
        )


#: The match filters that each endpoint knows.
OBJECTS = ("id", "type", "version", "spec_version")
OBJECT = ("version", "spec_version")
VERSIONS = ("spec_version",)

_MATCH = re.compile(r"match\[(.*)\]")


def read_filters(
    parameters: Mapping[str, Sequence[str]], known: Iterable[str] = OBJECTS, *, default: Versions = LAST
) -> Filters:
    """Read a request's parameters, each with all its values. Raises TaxiiRefused (400).

    `known` are the endpoint's match filters, `default` the versions meant where none are named. Parameters that
    are neither filters nor limits are somebody else's, and passed over.
    """
    allowed = frozenset(known)
    for name in parameters:
        match = _MATCH.fullmatch(name)
        if match is not None and match[1] not in allowed:
            raise TaxiiRefused(
                f"no filter {name[:60]!r} here",
                place=name[:60],
                remedy=f"this endpoint knows {', '.join(sorted(allowed))}",
            )
    after, limit = _single(parameters, "added_after"), _single(parameters, "limit")
    versions = _values(parameters, "match[version]")
    return Filters(
        added_after=-1 if after is None else read_moment(after, "added_after"),
        limit=PAGE if limit is None else _limit(limit),
        token=_single(parameters, "next"),
        ids=_checked(parameters, "match[id]", is_id),
        types=_checked(parameters, "match[type]", lambda text: _TYPE.fullmatch(text) is not None),
        versions=default if versions is None else _versions(versions),
        spec_versions=_checked(parameters, "match[spec_version]", lambda text: _SPEC.fullmatch(text) is not None),
    )


def _single(parameters: Mapping[str, Sequence[str]], name: str) -> str | None:
    values = parameters.get(name, ())
    if len(values) > 1:
        raise TaxiiRefused("given more than once", place=name, remedy="give it once")
    return values[0] if values else None


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise TaxiiRefused(f"{text[:20]!r} is no limit", place="limit", remedy="give a whole number from 1 up")
    return min(int(text), LARGEST_PAGE)


def _values(parameters: Mapping[str, Sequence[str]], name: str) -> list[str] | None:
    """Return the values of a filter, which commas part; any of them may hold."""
    if name not in parameters:
        return None
    found = [value.strip() for text in parameters[name] for value in text.split(",")]
    if len(found) > MOST_VALUES:
        raise TaxiiRefused(f"{len(found):,} values", place=name, remedy=f"give at most {MOST_VALUES:,}")
    return found


def _checked(parameters: Mapping[str, Sequence[str]], name: str, holds: Callable[[str], bool]) -> frozenset[str] | None:
    values = _values(parameters, name)
    if values is None:
        return None
    for value in values:
        if not holds(value):
            raise TaxiiRefused(f"{value[:80]!r} is no value of this filter", place=name, remedy="correct the value")
    return frozenset(values)


def _versions(values: list[str]) -> Versions:
    if "all" in values:
        if len(values) > 1:
            raise TaxiiRefused("all goes with no other value", place="match[version]", remedy="give all alone")
        return ALL
    moments = [read_moment(value, "match[version]") for value in values if value not in ("first", "last")]
    return Versions(first="first" in values, last="last" in values, moments=frozenset(moments))
