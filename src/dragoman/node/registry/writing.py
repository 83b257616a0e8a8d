"""Writing the records of a new version beside the old ones, so that one short transaction puts them in use.

What is new is written as `gone`, which no page shows; what has changed or is no longer there is noted. `settle` turns
it round in one transaction. A row that the version in use states has no other `last_seen` than that version: it
is written when the row goes, so that what has not changed is not touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from dragoman import model
from dragoman.node.registry.models import Record, Source, Statement

_BATCH = 500

Key = tuple[str, str, str, str]


def key_of(statement: model.Statement | Statement) -> Key:
    """Return what makes a statement the same as another: property, value, language, quality."""
    return statement.prop, statement.value, statement.lang or "", statement.quality or ""


def digest_of(record: model.Record) -> str:
    """Return a digest of what a record states, whatever the order (32 hex digits)."""
    rows = sorted(key_of(statement) for statement in record.statements)
    text = "\x1e".join("\x1f".join(row) for row in [(record.schema, "", "", ""), *rows])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(slots=True)
class _Known:
    pk: int
    content: str
    gone: bool


@dataclass(slots=True)
class Writing:
    """The writing of one version of a source."""

    source: Source
    version: str
    before: str
    known: dict[str, _Known] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    changed: list[Record] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)

    def write(self, records: Iterable[model.Record], progress: Callable[[int], None] | None = None) -> int:
        """Write what differs from what is known, in batches; return how many records the version has."""
        self._forget_half_done()
        rows = Record.objects.filter(source=self.source).values_list("record_id", "pk", "content", "gone")
        self.known = {record_id: _Known(pk, content, gone) for record_id, pk, content, gone in rows.iterator()}
        stream, done = iter(records), 0
        while batch := list(islice(stream, _BATCH)):
            self._write_batch(batch)
            done += len(batch)
            if progress is not None:
                progress(done)
        return done

    def _forget_half_done(self) -> None:
        """Remove what an interrupted import of this version wrote: nobody has seen it."""
        staged = Statement.objects.filter(record__source=self.source, first_seen=self.version, gone=True)
        staged.filter(last_seen=self.version).delete()
        Record.objects.filter(
            source=self.source, first_seen=self.version, last_seen=self.version, gone=True, statements=None
        ).delete()

    def _write_batch(self, batch: list[model.Record]) -> None:
        new: list[tuple[model.Record, str]] = []
        changed: list[tuple[model.Record, str, _Known]] = []
        for record in batch:
            self.seen.add(record.id)
            content, known = digest_of(record), self.known.get(record.id)
            if known is None:
                new.append((record, content))
            elif known.gone or known.content != content:
                changed.append((record, content, known))
        self._write_new(new)
        self._write_changed(changed)

    def _write_new(self, new: list[tuple[model.Record, str]]) -> None:
        rows = Record.objects.bulk_create(self._row(record, content) for record, content in new)
        Statement.objects.bulk_create(
            (
                self._statement(row.pk, each)
                for row, (record, _) in zip(rows, new, strict=True)
                for each in record.statements
            ),
            batch_size=2000,
        )

    def _write_changed(self, changed: list[tuple[model.Record, str, _Known]]) -> None:
        pks = [known.pk for _, _, known in changed]
        stated: dict[int, dict[Key, Statement]] = {}
        for statement in Statement.objects.filter(record__in=pks, gone=False):
            stated.setdefault(statement.record_id, {})[key_of(statement)] = statement
        fresh: list[Statement] = []
        for record, content, known in changed:
            old, keys = stated.get(known.pk, {}), {key_of(each) for each in record.statements}
            fresh += [self._statement(known.pk, each) for each in record.statements if key_of(each) not in old]
            self.stale += [row.pk for key, row in old.items() if key not in keys]
            row = self._row(record, content)
            row.pk = known.pk
            self.changed.append(row)
            if known.gone:
                self.returned.append(known.pk)
        Statement.objects.bulk_create(fresh, batch_size=2000)

    def _row(self, record: model.Record, content: str) -> Record:
        return Record(
            source=self.source,
            record_id=record.id,
            schema=record.schema,
            caption=record.caption,
            content=content,
            is_party=record.is_party,
            gone=True,
            first_seen=self.version,
            last_seen=self.version,
        )

    def _statement(self, record: int, stated: model.Statement) -> Statement:
        return Statement(
            record_id=record,
            prop=stated.prop,
            value=stated.value,
            original=stated.original,
            place=stated.place,
            lang=stated.lang,
            quality=stated.quality,
            gone=True,
            first_seen=self.version,
            last_seen=self.version,
        )

    def settle(self) -> None:
        """Put what was written in use and what is no longer stated out of use; call it in one transaction."""
        Record.objects.filter(source=self.source, first_seen=self.version, gone=True).update(gone=False)
        Record.objects.bulk_update(self.changed, ["schema", "caption", "content", "is_party"], batch_size=_BATCH)
        for pks in _chunks(self.returned):
            Record.objects.filter(pk__in=pks).update(gone=False)
        for pks in _chunks([known.pk for key, known in self.known.items() if not known.gone and key not in self.seen]):
            Record.objects.filter(pk__in=pks).update(gone=True, last_seen=self.before)
            Statement.objects.filter(record__in=pks, gone=False).update(gone=True, last_seen=self.before)
        for pks in _chunks(self.stale):
            Statement.objects.filter(pk__in=pks).update(gone=True, last_seen=self.before)
        Statement.objects.filter(record__source=self.source, first_seen=self.version, gone=True).update(gone=False)


def _chunks(pks: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pks), _BATCH):
        yield pks[start : start + _BATCH]
