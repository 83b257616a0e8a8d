"""Searching what a document holds: parties as they are, and texts for whom they name, with the place in the text.

What is found in a text becomes a query of its own to people: a record of the names and numbers that stand there. On
these, and not on the rest of the text, a decision rests, and they are what is screened again when a list changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dragoman.messages.queries import Query
from dragoman.model import Record
from dragoman.screening import Feature, Hit, Mention, Screener, TextScanner
from dragoman.screening.query import ANY

#: A party, or a text.
Asked = Record | str
#: Characters shown of a text on either side of what was found.
_AROUND = 60


class Placed(Hit):
    """A hit in a text: `written` stands there, a value of the property `prop`. Its last feature says where."""

    prop: str
    written: str

    @classmethod
    def of(cls, mention: Mention, text: str) -> Placed:
        """Return the hit of a mention in `text`."""
        hit = mention.hit
        party = {"id": hit.record_id, "source": hit.source, "caption": hit.caption, "schema": hit.schema}
        made = cls(party, hit.score, lambda: (*hit.features, _place(mention, text)))
        made.prop, made.written = mention.prop, mention.text
        return made


def _place(mention: Mention, text: str) -> Feature:
    first, last = max(0, mention.start - _AROUND), min(len(text), mention.end + _AROUND)
    shown = ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
    sentence = f"It stands in a text, from character {mention.start + 1} to {mention.end}."
    return Feature("place", 1.0, 0.0, shown, "", sentence)


class Look:
    """Looks up parties and texts in one index; open one a thread."""

    def __init__(self, opened: Screener, *, threshold: float, limit: int, lists: Collection[str]) -> None:
        self._opened, self._threshold, self._limit, self._lists = opened, threshold, limit, tuple(lists)
        self._scanner: TextScanner | None = None

    def __call__(self, asked: Sequence[Asked]) -> list[list[Hit]]:
        """Return the hits of each, in order; those in a text are `Placed`."""
        if not self._lists:
            return [[] for _ in asked]
        records = [each for each in asked if isinstance(each, Record)]
        settings = {"threshold": self._threshold, "limit": self._limit, "lists": self._lists}
        found = iter(self._opened.screen_batch(records, **settings))  # type: ignore[arg-type]
        named = iter(self._named([each for each in asked if isinstance(each, str)]))
        return [list(next(found)) if isinstance(each, Record) else next(named) for each in asked]

    def _named(self, texts: list[str]) -> list[list[Hit]]:
        if not texts:
            return []
        if self._scanner is None:
            self._scanner = TextScanner(self._opened)
        found = self._scanner.scan(texts, threshold=self._threshold, limit=self._limit, lists=self._lists)
        return [[Placed.of(mention, text) for mention in mentions] for text, mentions in zip(texts, found, strict=True)]


def asked_of(query: Query) -> Asked:
    """Return what is looked up for a query of a document."""
    return query.record if query.text is None else query.text


def record_of(query: Query, hits: Sequence[Hit]) -> Record:
    """Return the record that people see of a query: of a text, what was found in it."""
    if query.text is None:
        return query.record
    record = Record("", ANY)
    for hit in hits:
        if isinstance(hit, Placed) and hit.written not in record.values(hit.prop):
            record.add(hit.prop, hit.written)
    return record


def caption_of(record: Record) -> str:
    """Return by what to show a query: its name, else what it states first."""
    return record.caption or next((known.value for known in record.statements), "")
