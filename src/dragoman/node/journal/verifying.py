"""Verifying the journal: every row is read again, and compared with its hash, the tree, and what was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

from django.db.models import Subquery

from dragoman.audit.checking import BATCH, Report, Row, check_log, trusted
from dragoman.audit.checkpoints import Checkpoint as Signed
from dragoman.audit.events import encoded
from dragoman.audit.notes import Verifier
from dragoman.audit.proofs import InclusionProof
from dragoman.audit.tree import Head as TreeHead
from dragoman.audit.tree import inclusion_proof
from dragoman.errors import CheckpointRefused, EventRefused, JournalDamaged
from dragoman.node.journal import keys, witnesses
from dragoman.node.journal.appending import Store, current_head, sign_rest
from dragoman.node.journal.models import Checkpoint, Event, Head

_FIELDS = ("who", "act", "object", "at", "purpose", "result", "details")
#: What stands for a row that the database cannot give back as an event: no event has these bytes.
_UNREADABLE = b"unreadable"


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found, the public keys that were trusted, and how far each witness has co-signed."""

    report: Report
    origin: str
    verifiers: list[Verifier]
    witnesses: dict[str, int] = field(default_factory=dict)


def verify(also: list[Verifier] | None = None, anchor: str | None = None, *, sign: bool = True) -> Verification:
    """Read the whole journal again; where it is sound, its last events are signed, if wanted. Nothing is recorded.

    `also` are public keys to trust beside those that this node knows; `anchor` is a checkpoint from elsewhere that the
    journal must extend. What partners co-signed and sent back is heard too, whatever became of the node's own keys and
    checkpoints. Events appended meanwhile are left to the next time. Memory grows with the checkpoints only.
    """
    verifiers = [*keys.known(), *(also or [])]
    report = Report()
    # In this order: a checkpoint that was there before the head was read is of no larger tree.
    texts = _checkpoints(report, [anchor, keys.anchored()])
    seen = witnesses.heard(report)
    head = current_head()
    try:
        expected = TreeHead.unpack(head.size, bytes(head.peaks))
    except JournalDamaged as error:
        report.add("head", 0, max(head.size - 1, 0), error.message)
        expected = None
    _beyond_head(report)
    origins = {verifier.name for verifier in verifiers}
    signed = merge(trusted(texts, origins, verifiers, report), *seen.values(), key=lambda each: each.size)
    check_log(_rows(head.size), signed, store=Store(), head=expected, report=report)
    if report.sound and sign:
        sign_rest()
    return Verification(report, keys.origin(), verifiers, {name: found[-1].size for name, found in seen.items()})


def _checkpoints(report: Report, kept_elsewhere: list[str | None]) -> list[str]:
    """Return the texts of all checkpoints, the smaller trees first."""
    sized = list(Checkpoint.objects.order_by("size", "id").values_list("size", "note"))
    sized += [(_size(each, report), each) for each in kept_elsewhere if each is not None]
    return [text for _, text in sorted(sized, key=lambda pair: pair[0])]


def _size(text: str, report: Report) -> int:
    try:
        return Signed.parse(text).size
    except CheckpointRefused as error:
        report.add("signature", 0, 0, f"the checkpoint that is kept outside the database: {error.message}")
        return 0


def _beyond_head(report: Report) -> None:
    """Look for rows that the head does not count, in one statement, because others append meanwhile."""
    counted = Head.objects.filter(pk=1).values("size")
    beyond = Event.objects.filter(id__gte=Subquery(counted)) if counted.exists() else Event.objects.all()
    first, last = beyond.order_by("id").first(), beyond.order_by("-id").first()
    if first is not None and last is not None and first.id >= current_head().size:
        report.add("head", first.id, last.id, "the head does not count them: they were not appended as they should be")


def _rows(size: int) -> Iterator[Row]:
    """Yield the rows below `size` in the order of their indexes."""
    last = -(2**63)
    while True:
        page = Event.objects.filter(id__gt=last, id__lt=size).order_by("id")
        rows = _readable(page[:BATCH])
        if not rows:
            return
        yield from rows
        last = rows[-1].index


def _readable(page: Any) -> list[Row]:
    try:
        return [_row(*values) for values in page.values_list("id", "leaf", *_FIELDS)]
    except (ValueError, TypeError):  # a moment or JSON that is none any more: row by row, to say which
        return [_one(index) for index in page.values_list("id", flat=True)]


def _one(index: int) -> Row:
    found = Event.objects.filter(pk=index)
    try:
        return _row(*found.values_list("id", "leaf", *_FIELDS).get())
    except (ValueError, TypeError):
        leaf = found.values_list("leaf", flat=True).get()
        return Row(index, _UNREADABLE, bytes(leaf))


def _row(index: int, leaf: Any, *fields: Any) -> Row:
    try:
        content = encoded(*fields)
    except (EventRefused, AttributeError):
        content = _UNREADABLE
    return Row(index, content, bytes(leaf))


def prove(index: int) -> InclusionProof:
    """Return the proof that an event is in the journal, against the newest checkpoint, which is signed if need be.

    Raises Event.DoesNotExist, JournalDamaged.
    """
    event = Event.objects.get(pk=index)
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or newest.size <= index:
        sign_rest()
        newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or newest.size <= index:
        raise JournalDamaged(f"no checkpoint covers event {index}", remedy="dragoman journal verify")
    path = inclusion_proof(Store(), index, newest.size)
    return InclusionProof(event.content, index, tuple(path), Signed.parse(newest.note))


def newest_checkpoint() -> str | None:
    """Return the newest checkpoint of the whole journal, signed now if need be; None of an empty one."""
    sign_rest()
    newest = Checkpoint.objects.order_by("-size").first()
    return newest.note if newest is not None else None
