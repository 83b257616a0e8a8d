"""Reading a whole log again: is it what was appended and signed, and if not, from where on.

Four witnesses are heard: the index of each row, the hashes kept of leaves and of interior nodes, the head from which
appending goes on, and the signed checkpoints. Whoever changes a row and all that is kept beside it still contradicts
the checkpoints; the place is then known as closely as checkpoints lie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Verifier
from dragoman.audit.tree import STRIDE, Head, TreeStore, leaf_hash
from dragoman.errors import CheckpointRefused, JournalDamaged

#: Rows hashed in one go, and findings told before it is only counted that there are more.
BATCH, MOST_FINDINGS = 4096, 100

Kind = Literal["changed", "missing", "out of order", "cut short", "contradicts", "head", "signature"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log: its index, its bytes, and the leaf hash that was kept when it was appended, if one was."""

    index: int
    content: bytes
    leaf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was appended: from `first` to `last`, which are the same where the place is exact."""

    kind: Kind
    first: int
    last: int
    message: str

    @property
    def place(self) -> str:
        """Where, in words."""
        return f"event {self.first}" if self.first == self.last else f"events {self.first} to {self.last}"


@dataclass(slots=True)
class Report:
    """What checking found. `signed` is how many events stand below a signed checkpoint that agrees."""

    size: int = 0
    root: bytes = b""
    checkpoints: int = 0
    signed: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def first_bad(self) -> int | None:
        """The index from which on the log is not to be trusted.

        Where its end is gone, what is left since the last checkpoint that agrees may have been moved as well.
        """
        found = [each for each in self.findings if each.kind != "signature"]
        return min((self.signed if each.kind == "cut short" else each.first for each in found), default=None)

    def add(self, kind: Kind, first: int, last: int, message: str) -> None:
        """Note a finding."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, first, last, message))
        else:
            self.more += 1

    def demand_sound(self) -> None:
        """Raise JournalDamaged unless nothing was found."""
        if self.findings:
            first = min(self.findings, key=lambda finding: finding.first)
            raise JournalDamaged(
                first.message, place=first.place, remedy="keep the database as it is, and call the auditor"
            )


def trusted(
    texts: Iterable[str], origins: Collection[str], verifiers: Sequence[Verifier], report: Report
) -> Iterator[Checkpoint]:
    """Yield the checkpoints that are of this log and signed by a known key; note the others in the report."""
    for number, text in enumerate(texts):
        try:
            found = Checkpoint.parse(text)
            found.note.verify(verifiers)
        except CheckpointRefused as error:
            report.add("signature", 0, 0, f"checkpoint {number}: {error.message}")
            continue
        if found.origin not in origins:
            report.add("signature", 0, 0, f"checkpoint {number} is of the log {found.origin}")
            continue
        yield found


def check_log(
    rows: Iterable[Row],
    checkpoints: Iterable[Checkpoint],
    *,
    store: TreeStore | None = None,
    head: Head | None = None,
    report: Report | None = None,
) -> Report:
    """Read all rows in the order in which they are kept, and compare them with checkpoints, `store` and `head`.

    Checkpoints come verified (`trusted`), the smaller before the larger; of `store` the levels above the leaves are
    read. Memory does not grow with the log.
    """
    check = _Check(report or Report(), store, iter(checkpoints))
    check.meet_checkpoints()
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH or row.index + 1 == check.next_size:
            check.take(batch)
            batch = []
    check.take(batch)
    check.end(head)
    return check.report


@dataclass(slots=True)
class _Check:
    report: Report
    store: TreeStore | None
    coming: Iterator[Checkpoint]
    waiting: Checkpoint | None = None  # the next to be met
    head: Head = field(default_factory=Head)
    expected: int = 0  # the index that comes next
    whole: bool = True  # whether the tree can still be computed: no row was missing so far
    agreed: bool = True  # whether nothing above the rows has contradicted yet

    @property
    def next_size(self) -> int | None:
        return self.waiting.size if self.waiting else None

    def take(self, batch: list[Row]) -> None:
        """Check rows, the last of which ends a batch or what the next checkpoint is about."""
        run = list(self._in_order(batch))
        if run:
            leaves = self._compare_leaves(run)
            if self.whole:
                self.head = self.head.grow(leaves, self)
        self.meet_checkpoints()

    def _in_order(self, batch: list[Row]) -> Iterator[Row]:
        for row in batch:
            if row.index < self.expected:
                self.report.add("out of order", row.index, row.index, f"event {row.index} stands twice or out of order")
                self.whole = False
                continue
            if row.index > self.expected:
                last = row.index - 1
                self.report.add("missing", self.expected, last, f"{row.index - self.expected} events are missing")
                self.whole = False
            self.expected = row.index + 1
            yield row

    def _compare_leaves(self, run: list[Row]) -> list[bytes]:
        leaves = [leaf_hash(row.content) for row in run]
        for at, row in enumerate(run):
            if row.leaf is not None and row.leaf != leaves[at]:
                self.report.add("changed", row.index, row.index, "it is not what its hash says was appended")
                leaves[at] = row.leaf  # so that one change hides no other
        return leaves

    def extend(self, level: int, start: int, hashes: Sequence[bytes]) -> None:
        """Compare interior nodes with those kept, as the tree is computed anew; this makes the check a `TreeStore`."""
        if level == 0 or self.store is None or not self.agreed:
            return
        kept = self.store.read(level, start, len(hashes))
        for at, found in enumerate(hashes):
            if at >= len(kept) or kept[at] != found:
                width = 1 << level * STRIDE
                first, last = max((start + at) * width, self.report.signed), (start + at + 1) * width - 1
                self.report.add("contradicts", first, last, "the events are not those that the tree was made of")
                self.agreed = False
                return

    def read(self, level: int, start: int, count: int) -> list[bytes]:
        """Nothing is read through the check."""
        raise NotImplementedError

    def meet_checkpoints(self) -> None:
        """Compare the tree with the checkpoints of its size."""
        while self.whole and (checkpoint := self._next()) and checkpoint.size <= self.head.size:
            self.waiting = None
            self.report.checkpoints += 1
            if checkpoint.size < self.head.size or checkpoint.root != self.head.root:
                self._contradicted(checkpoint)
                return
            self.report.signed = checkpoint.size

    def _next(self) -> Checkpoint | None:
        if self.waiting is None:
            self.waiting = next(self.coming, None)
        return self.waiting

    def _contradicted(self, checkpoint: Checkpoint) -> None:
        first, last = self.report.signed, max(checkpoint.size - 1, self.report.signed)
        message = f"the events are not those of the checkpoint of {checkpoint.size} events that was signed"
        self.report.add("contradicts", first, last, message)
        self.agreed = False
        self.coming = iter(())  # all later ones contradict too, and tell nothing more

    def end(self, head: Head | None) -> None:
        """Compare with what should have come."""
        report = self.report
        report.size, report.root = self.expected, self.head.root
        longest = self._next()
        for checkpoint in self.coming:
            longest = checkpoint
        if longest and longest.size > self.expected:
            message = f"a signed checkpoint has {longest.size} events, of which {longest.size - self.expected} are gone"
            report.add("cut short", self.expected, longest.size - 1, message)
        if head is None or not self.whole:
            return
        if head.size > self.expected:
            report.add("cut short", self.expected, head.size - 1, f"the head counts {head.size} events")
        elif head.size < self.expected:
            report.add("head", head.size, self.expected - 1, f"the head counts {head.size} events only")
        elif head != self.head and self.agreed:
            report.add("head", report.signed, max(self.expected - 1, report.signed), "the head is of another tree")
