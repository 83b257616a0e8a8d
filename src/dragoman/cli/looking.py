"""Screening a batch of queries: parties as they are, texts for who is named in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dragoman.messages.queries import Query

if TYPE_CHECKING:
    from dragoman.screening import Hit, Mention, Screener, TextScanner


class Look:
    """Looks up queries against one index: called with a batch, it yields what was found for each, in order."""

    def __init__(self, screener: Screener, threshold: float, limit: int, lists: tuple[str, ...] | None) -> None:
        from dragoman.screening.repeats import Repeats

        self._screener = screener
        self._repeats = Repeats(screener, threshold=threshold, limit=limit, lists=lists)
        self._threshold, self._limit, self._lists = threshold, limit, lists
        self._scanner: TextScanner | None = None

    def __call__(self, batch: Sequence[Query]) -> Iterator[Sequence[Hit | Mention]]:
        """Yield the hits of every party and the mentions of every text."""
        parties = iter(self._repeats.screen([query.record for query in batch if query.text is None]))
        mentions = iter(self._mentions([query.text for query in batch if query.text is not None]))
        for query in batch:
            yield next(parties) if query.text is None else next(mentions)

    def _mentions(self, texts: list[str]) -> list[list[Mention]]:
        if not texts:
            return []
        if self._scanner is None:
            from dragoman.screening import TextScanner

            self._scanner = TextScanner(self._screener)
        return self._scanner.scan(texts, threshold=self._threshold, limit=self._limit, lists=self._lists)
