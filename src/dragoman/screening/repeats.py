"""Queries that come again and again: the agents of every payment, the debtor of a whole batch, screened once.

What a query has is compared, not who it is: two records that state the same have the same hits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from dragoman.model import Record

if TYPE_CHECKING:
    from dragoman.screening.explain import Hit
    from dragoman.screening.screener import Screener

#: Queries without a hit that are remembered from one batch to the next.
_KEPT = 50_000

_Key = tuple[str, tuple[tuple[str, str], ...]]


class Repeats:
    """Screens batches of records against one index with one setting, what states the same once. One a thread.

    Queries without a hit are remembered from batch to batch, those with hits for their batch only: a hit keeps alive
    what its explanation is worked out from.
    """

    def __init__(
        self, screener: Screener, *, threshold: float, limit: int, lists: Collection[str] | None = None
    ) -> None:
        self._screener = screener
        self._threshold = threshold
        self._limit = limit
        self._lists = lists
        self._clear: set[_Key] = set()

    def screen(self, records: Sequence[Record]) -> list[list[Hit]]:
        """Return the hits of each record, in order; records that state the same share one list of hits."""
        keys = [_key(record) for record in records]
        new = {key: record for key, record in zip(keys, records, strict=True) if key not in self._clear}
        hits = self._screener.screen_batch(
            list(new.values()), threshold=self._threshold, limit=self._limit, lists=self._lists
        )
        found = dict(zip(new, hits, strict=True))
        if len(self._clear) > _KEPT:
            self._clear.clear()
        result = [found.get(key, []) for key in keys]
        self._clear.update(key for key, some in found.items() if not some)
        return result


def _key(record: Record) -> _Key:
    return record.schema, tuple((known.prop, known.value) for known in record.statements)
