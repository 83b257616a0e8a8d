"""Screening whole documents as a job: read as a stream, in steps that each keep their hits and their mark together.

A document of any length takes the same memory. When a job goes on after a crash it reads the document anew and leaves
out the queries that its mark counts; reading is deterministic, so that nothing is doubled and nothing left out.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dragoman.errors import DragomanError, InputError, UsageError
from dragoman.messages.batch import Tally, queries_of
from dragoman.messages.queries import Account, Query
from dragoman.messages.queries import Remark as Told
from dragoman.messages.sources import FORMATS, HEAD, Limits, archive_kind, recognise, sources
from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk import assigning
from dragoman.node.desk import screening as desk
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.documents import keep, path_of
from dragoman.node.desk.looking import Look, asked_of, caption_of, record_of
from dragoman.node.desk.models import Remark, Screening
from dragoman.node.desk.searchers import Searchers, processors
from dragoman.node.desk.storing import Asked, plain_of, store_hits
from dragoman.node.jobs import queue
from dragoman.node.jobs.work import Work
from dragoman.node.journal.recording import record
from dragoman.screening import Hit, Screener

KIND = "bulk-screening"
#: Queries a step: enough to keep the search busy, few enough that a lost step costs nothing.
_STEP = 1024
#: From so many queries on, further processes search: fewer are done before these have started.
_ALONE = 4096
#: Remarks kept of one document; those beyond are counted.
_MOST_REMARKS = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to screen a document: threshold (0.5 to 1), most hits a query, lists (None: all that one sees).

    `teams` are the numbers of those who alone see it and its hits; everybody at the desk where there are none.
    """

    threshold: float = 0.7
    limit: int = 5
    lists: tuple[str, ...] | None = None
    format: str | None = None
    encoding: str | None = None
    watched: bool = False
    teams: tuple[int, ...] = ()


def wanted(**given: Any) -> Wanted:
    """Return settings. Raises UsageError where a number is out of its range or the format is unknown."""
    made = Wanted(**given)
    if not 0.5 <= made.threshold <= 1 or not 1 <= made.limit <= 100:
        raise UsageError("a setting is out of range", remedy="a threshold from 0.5 to 1, and 1 to 100 hits a query")
    if made.format is not None and made.format not in FORMATS:
        raise UsageError(f"there is no format {made.format!r}", remedy="one of " + ", ".join(FORMATS))
    if made.encoding is not None:
        try:
            codecs.lookup(made.encoding)
        except LookupError as error:
            raise UsageError(f"there is no encoding {made.encoding!r}", remedy="such as utf-8 or cp1252") from error
    return made


def start(principal: Principal, upload: UploadedFile[bytes], wanted: Wanted) -> Screening:
    """Keep a document and put its screening into the queue. Raises InputError, UnknownList, StoreError, UsageError."""
    used = desk.visible_lists(principal, desk.screener(), wanted.lists)
    assigning.check_own(principal, wanted.teams)
    document = keep(principal, upload)
    _look(path_of(document))
    given = {"lists": wanted.lists, "format": wanted.format, "encoding": wanted.encoding}
    with transaction.atomic():
        kept = Screening.objects.create(
            origin=Screening.Origin.UPLOAD,
            purpose=principal.purpose or "",
            by=person_of(principal),
            lists=used,
            threshold=wanted.threshold,
            limit=wanted.limit,
            document=document,
            watched=wanted.watched,
        )
        kept.job = queue.start(principal, KIND, given | {"screening": kept.pk}, total=_lines(path_of(document)))
        kept.save(update_fields=["job"])
        record(principal, "desk.document.uploaded", f"screening:{kept.pk}", document=document.pk, job=kept.job.pk)
        if wanted.teams:
            assigning.limit(principal, kept, wanted.teams)
    return kept


def _look(path: Path) -> None:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if b"xl/workbook" in head or (head[:2] == b"PK" and b"[Content_Types]" in head):
        raise InputError("the file is a spreadsheet", place=path.name, remedy="save it as CSV, UTF-8, and hand that in")


def _lines(path: Path) -> int | None:
    """Return how many lines a plain table has, as the measure of progress; None for messages and archives."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        if archive_kind(head) is not None or recognise(head) is not None:
            return None
        stream.seek(0)
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))


@dataclass(frozen=True, slots=True)
class Part:
    """Some queries of a document, the remarks told with them, and the counts of the document up to their last."""

    queries: list[Query]
    remarks: list[Told]
    first_remark: int
    told: int
    refused: int
    unread: int
    partly: int


@dataclass(slots=True)
class Reading:
    """A document being read, with the account of it: counts from its very beginning, and remarks not yet kept."""

    path: Path
    format: str | None = None
    encoding: str | None = None
    told: int = 0
    kept: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"refused": 0, "unread": 0})
    waiting: list[Told] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def parts(self, skip: int = 0) -> Iterator[Part]:
        """Yield the queries after the first `skip`, a step at a time; the last part has none, but may have remarks.

        Raises InputError where the document cannot be read at all.
        """
        account = Account(tell=self._hear)
        sources_ = sources([self.path], forced=self.format, limits=Limits())
        every = queries_of(sources_, account, self.tally, encoding=self.encoding)
        queries = islice(every, skip, None)
        while True:
            batch = list(islice(queries, _STEP))
            first = min(self.told, _MOST_REMARKS) - len(self.waiting)
            yield Part(batch, self.waiting, first, self.told, **self.counts, partly=self.tally.partly)
            self.waiting, self.kept = [], self.told
            if not batch:
                return

    def _hear(self, remark: Told) -> None:
        self.told += 1
        if remark.kind in self.counts:
            self.counts[remark.kind] += 1
        if self.kept < self.told <= _MOST_REMARKS:
            self.waiting.append(remark)


def run(work: Work) -> None:
    """Screen the document of a job, from its mark on."""
    given = work.job.given
    kept = Screening.objects.select_related("document").get(pk=given["screening"])
    if kept.document is None:
        raise InputError("the document was removed", remedy="hand it in again")
    principal, opened = work.principal, desk.screener()
    lists = desk.visible_lists(principal, opened, given.get("lists"))
    reading = Reading(path_of(kept.document), given.get("format"), given.get("encoding"), kept=work.mark.get("told", 0))
    parts = reading.parts(skip=work.mark.get("queries", 0))
    with closing(_searched(opened, parts, kept, lists)) as searched:
        for part, hits in searched:
            records = [record_of(query, some) for query, some in zip(part.queries, hits, strict=True)]
            found = desk.marked(records, hits)
            with work.step():
                _write(work, kept, part, records, found, lists)
                if not part.queries:
                    _close(work, kept, principal)


def _searched(
    opened: Screener, parts: Iterator[Part], kept: Screening, lists: dict[str, str]
) -> Generator[tuple[Part, list[list[Hit]]]]:
    """Yield each part with its hits, in order; a long document is searched by several processes."""
    first, queries = [], 0
    for part in parts:
        first.append(part)
        queries += len(part.queries)
        if queries >= _ALONE:
            break
    if queries < _ALONE or not lists or processors() == 1:
        look = Look(opened, threshold=kept.threshold, limit=kept.limit, lists=lists)
        for part in chain(first, parts):
            yield part, _screen(look, part)
        return
    with Searchers(opened.path, threshold=kept.threshold, limit=kept.limit, lists=lists) as searchers:
        yield from _searched_by(searchers, chain(first, parts))


def _searched_by(searchers: Searchers, parts: Iterator[Part]) -> Iterator[tuple[Part, list[list[Hit]]]]:
    waiting: deque[tuple[Part, Future[list[list[Hit]]]]] = deque()
    trouble: DragomanError | None = None
    while True:
        try:
            part = next(parts, None)
        except DragomanError as error:  # what was read before is screened and kept all the same
            part, trouble = None, error
        if part is None:
            break
        waiting.append((part, searchers.search([asked_of(query) for query in part.queries])))
        if len(waiting) > 2 * searchers.number:
            former, hits = waiting.popleft()
            yield former, hits.result()
    for part, hits in waiting:
        yield part, hits.result()
    if trouble is not None:
        raise trouble


def _screen(look: Look, part: Part) -> list[list[Hit]]:
    return look([asked_of(query) for query in part.queries])


def _write(
    work: Work,
    kept: Screening,
    part: Part,
    records: list[Record],
    found: list[list[desk.Found]],
    lists: dict[str, str],
) -> None:
    """Keep a part: hits, remarks, counts and mark. All counts are of the document from its beginning."""
    first = work.mark.get("queries", 0)
    kept.lists = lists
    asked = [
        Asked(
            first + number,
            records[number],
            plain_of_query(query, records[number]),
            query.place,
            query.role or "",
            caption_of(records[number]),
        )
        for number, query in enumerate(part.queries)
        if found[number]
    ]
    store_hits(kept, asked, [hits for hits in found if hits])
    Remark.objects.bulk_create(
        Remark(screening=kept, number=part.first_remark + number, kind=each.kind, place=each.place, text=each.text)
        for number, each in enumerate(part.remarks)
    )
    work.mark = {
        "queries": first + len(part.queries),
        "told": part.told,
        "with_hits": work.mark.get("with_hits", 0) + len(asked),
        "hits": work.mark.get("hits", 0) + sum(map(len, found)),
    }
    work.done = work.mark["queries"]
    kept.queries, kept.with_hits, kept.hits = work.mark["queries"], work.mark["with_hits"], work.mark["hits"]
    kept.refused, kept.unread, kept.partly = part.refused, part.unread, part.partly
    kept.save(update_fields=["lists", "queries", "with_hits", "hits", "refused", "unread", "partly"])


def plain_of_query(query: Query, record: Record) -> dict[str, Any]:
    """Return a query of a document as it is kept; `record` is what people see of it (see `looking`)."""
    plain = query.to_json()
    kept: dict[str, Any] = {
        key: plain[key] for key in ("id", "schema", "properties", "unread", "message", "text") if key in plain
    }
    return kept if query.text is None else plain_of(record) | kept


def _close(work: Work, kept: Screening, principal: Principal) -> None:
    work.total = work.done
    work.result = {"queries": kept.queries, "with_hits": kept.with_hits, "hits": kept.hits, "refused": kept.refused}
    record(
        principal,
        "desk.document.screened",
        f"screening:{kept.pk}",
        result="hits" if kept.hits else "none",
        queries=kept.queries,
        hits=kept.hits,
        with_hits=kept.with_hits,
        refused=kept.refused,
        threshold=f"{kept.threshold:.2f}",
        lists=len(kept.lists),
        list=desk.named_lists(kept.lists),
    )
