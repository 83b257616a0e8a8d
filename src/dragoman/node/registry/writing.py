"""Writing the records of a new version beside the old ones, so that one short transaction puts them in use.

A new record is written as `gone`, which no page shows, with its statements; what a known record states anew is written
as `gone` statements; what has changed or is no longer there is noted. `settle` turns it round in one transaction. A row
that the version in use states has no other `last_seen` than that version: it is written when the row goes, so that
what has not changed is not touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils import timezone

from dragoman import model
from dragoman.node.registry.bulk import insert, update
from dragoman.node.registry.following import follow
from dragoman.node.registry.handling import Kept, kept_of
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from dragoman.node.registry.retention import forget, stated

_BATCH = 2000
#: Primary keys in one update.
_CHUNK = 500
_RECORD = ("source", "record_id", "schema", "caption", "content", "is_party", "gone", "first_seen", "last_seen")
_STATEMENT = ("record", "prop", "value", "original", "place", "lang", "quality", "gone", "first_seen", "last_seen")
_HANDLED = ("origin", "handling", "keep_until")

Key = tuple[str, str, str, str]
#: Gives the handling of a record by its id, where it has one of its own.
HandlingOf = Callable[[str], "dict[str, object] | None"]


def key_of(statement: model.Statement | Statement) -> Key:
    """Return what makes a statement the same as another: property, value, language, quality."""
    return statement.prop, statement.value, statement.lang or "", statement.quality or ""


def digest_of(record: model.Record, handling: str | None = None) -> str:
    """Return a digest of what a record states, whatever the order, and of its handling (32 hex digits)."""
    rows = sorted(key_of(statement) for statement in record.statements)
    head = (record.schema, "", "", "") if handling is None else (record.schema, handling, "", "")
    text = "\x1e".join("\x1f".join(row) for row in [head, *rows])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class _Known:
    pk: int
    content: str
    gone: bool


@dataclass(slots=True)
class _Stated:
    """A record of the version, the digest of its content, and its handling."""

    record: model.Record
    content: str
    kept: Kept


@dataclass(slots=True)
class Writing:
    """The writing of one version of a source."""

    source: Source
    version: str
    before: str
    handling_of: HandlingOf | None = None
    known: dict[str, _Known] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    changed: list[tuple[Any, ...]] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    handled: list[tuple[int, Kept]] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    restated: set[str] = field(default_factory=set)

    def write(self, records: Iterable[model.Record], progress: Callable[[int], None] | None = None) -> int:
        """Write what differs from what is known, in batches; return how many records the version has.

        Of a record that may no longer be kept nothing but its id is written.
        """
        self.forget_half_done()
        rows = Record.objects.filter(source=self.source).values_list("record_id", "pk", "content", "gone")
        self.known = {record_id: _Known(pk, content, gone) for record_id, pk, content, gone in rows.iterator()}
        stream, done, today = iter(records), 0, timezone.now().date()
        while batch := list(islice(stream, _BATCH)):
            stated = [self._stated(record) for record in batch]
            self._write_batch([each for each in stated if not each.kept.ended(today)])
            self._pass_over([each for each in stated if each.kept.ended(today)])
            done += len(batch)
            if progress is not None:
                progress(done)
        return done

    def _stated(self, record: model.Record) -> _Stated:
        kept = kept_of(self.handling_of(record.id) if self.handling_of is not None else None)
        return _Stated(record, digest_of(record, kept.text), kept)

    def forget_half_done(self) -> None:
        """Remove what interrupted imports wrote, of this version or another: nobody has seen it."""
        importing = ListVersion.objects.filter(source=self.source, state=ListVersion.State.IMPORTING)
        for version in {self.version, *importing.values_list("version", flat=True)}:
            half_done = Record.objects.filter(source=self.source, first_seen=version, last_seen=version, gone=True)
            Statement.objects.filter(record__in=half_done.values("pk")).delete()
            half_done.delete()
            staged = Statement.objects.filter(first_seen=version, last_seen=version, gone=True)
            staged.filter(record__source=self.source).delete()

    def _write_batch(self, batch: list[_Stated]) -> None:
        new: list[_Stated] = []
        changed: list[tuple[_Stated, _Known]] = []
        for each in batch:
            self.seen.add(each.record.id)
            known = self.known.get(each.record.id)
            if known is None:
                new.append(each)
            elif known.gone or known.content != each.content:
                changed.append((each, known))
        self._write_new(new)
        self._write_changed(changed)

    def _pass_over(self, ended: list[_Stated]) -> None:
        """Keep the ids of records that may not be kept, so that the index leaves them out."""
        now = timezone.now()
        rows = [self._row(each) for each in ended if each.record.id not in self.known]
        for row in rows:
            row.caption, row.content, row.removed = "", "", now
        Record.objects.bulk_create(rows, batch_size=_CHUNK)
        # What is known of them goes when the version is put in use.
        self.ended |= {each.record.id: self.known[each.record.id].pk for each in ended if each.record.id in self.known}

    def _write_new(self, new: list[_Stated]) -> None:
        rows = (
            (self.source.pk, each.id, each.schema, each.caption, stated.content, each.is_party, True, *self._seen)
            for stated in new
            for each in (stated.record,)
        )
        insert(Record, _RECORD, rows)
        ids = [stated.record.id for stated in new]
        written = Record.objects.filter(source=self.source, record_id__in=ids).values_list("record_id", "pk")
        pks = dict(written)
        self._insert((pks[each.record.id], each, each.record.statements, False) for each in new)

    def _write_changed(self, changed: list[tuple[_Stated, _Known]]) -> None:
        stated: dict[int, dict[Key, Statement]] = {}
        pks = [known.pk for _, known in changed]
        for statement in Statement.objects.filter(record__in=pks, gone=False):
            stated.setdefault(statement.record_id, {})[key_of(statement)] = statement
        fresh: list[tuple[int, _Stated, list[model.Statement], bool]] = []
        for each, known in changed:
            old, keys = stated.get(known.pk, {}), {key_of(one) for one in each.record.statements}
            fresh.append((known.pk, each, [one for one in each.record.statements if key_of(one) not in old], True))
            self.stale += [row.pk for key, row in old.items() if key not in keys]
            if any(row.handling != each.kept.given for key, row in old.items() if key in keys):
                self.handled.append((known.pk, each.kept))
            now = each.record
            self.changed.append((known.pk, now.schema, now.caption, each.content, now.is_party, None))
            self.restated.add(each.record.id)
            if known.gone:
                self.returned.append(known.pk)
        self._insert(iter(fresh))

    @property
    def _seen(self) -> tuple[str, str]:
        return self.version, self.version

    def _row(self, stated: _Stated) -> Record:
        record = stated.record
        return Record(
            source=self.source,
            record_id=record.id,
            schema=record.schema,
            caption=record.caption,
            content=stated.content,
            is_party=record.is_party,
            gone=True,
            first_seen=self.version,
            last_seen=self.version,
        )

    def _insert(self, found: Iterator[tuple[int, _Stated, list[model.Statement], bool]]) -> None:
        rows = (
            (
                pk,
                one.prop,
                one.value,
                one.original,
                one.place,
                one.lang,
                one.quality,
                gone,
                *self._seen,
                one.origin,
                *kept.row,
            )
            for pk, each, statements, gone in found
            for kept in (each.kept,)
            for one in statements
        )
        insert(Statement, (*_STATEMENT, *_HANDLED), rows)

    def settle(self) -> None:
        """Put what was written in use and what is no longer stated out of use; call it in one transaction."""
        new = Record.objects.filter(source=self.source, first_seen=self.version, gone=True, removed=None)
        parties = list(new.filter(is_party=True).values_list("pk", "content")) if self.before else []
        new.update(gone=False)
        update(Record, ("schema", "caption", "content", "is_party", "removed"), self.changed)
        for pks in _chunks(self.returned):
            Record.objects.filter(pk__in=pks).update(gone=False)
        gone = [known.pk for key, known in self.known.items() if not known.gone and key not in self.seen]
        for pks in _chunks(gone):
            Record.objects.filter(pk__in=pks).update(gone=True, last_seen=self.before)
            Statement.objects.filter(record__in=pks, gone=False).update(gone=True, last_seen=self.before)
        for pks in _chunks(self.stale):
            Statement.objects.filter(pk__in=pks).update(gone=True, last_seen=self.before)
        staged = Statement.objects.filter(first_seen=self.version, last_seen=self.version, gone=True)
        staged.filter(record__source=self.source, record__gone=False).update(gone=False)
        self._settle_handlings()
        follow(gone, parties)
        for pks in _chunks(list(self.ended.values())):
            forget(pks)

    def _settle_handlings(self) -> None:
        """Write the handlings of what is stated as before: thousands of a partner's records are under the same few."""
        under: dict[str | None, tuple[Kept, list[int]]] = {}
        for pk, kept in self.handled:
            under.setdefault(kept.text, (kept, []))[1].append(pk)
        for kept, records in under.values():
            for pks in _chunks(records):
                known = Statement.objects.filter(record__in=pks, gone=False)
                known.update(handling=kept.given, keep_until=kept.until)


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), _CHUNK):
        yield pks[start : start + _CHUNK]


def kept(records: Iterator[model.Record], source: str, new: Writing | None = None) -> Iterator[model.Record]:
    """Yield the records of a version's file as far as they may be kept; `new` is the writing of that very version."""
    rows = Record.objects.filter(source__name=source, removed__isnull=False).values_list("record_id", "pk")
    restated, ended = (new.restated, new.ended) if new is not None else (set(), {})
    trimmed = {record_id: pk for record_id, pk in rows if record_id not in restated}
    for record in records:
        if record.id in ended:
            continue
        if record.id not in trimmed:
            yield record
        elif left := stated([trimmed[record.id]]):
            yield from left.values()
