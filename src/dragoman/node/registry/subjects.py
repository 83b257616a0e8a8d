"""Subjects: the records that people judged to be the same thing. A pure function of the tables.

Nothing is merged: a judgement is a row, withdrawing it is another moment in that row, and the subject is what the
remaining ones connect. A record whose id its source changed belongs to the one it follows, see `following`.
Contradictions are told, not resolved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.registry.models import Judgement, Record

Verdict = Judgement.Verdict
#: More records than this are no subject that a person could have judged.
LARGEST = 1000


@dataclass(frozen=True, slots=True)
class Subject:
    """Records that belong together, by primary key, ascending; the judgements on them, and those that contradict.

    `follows` are pairs of records, the later one first. `whole` is false where there are more than `LARGEST`.
    """

    records: tuple[int, ...]
    judgements: tuple[Judgement, ...]
    contradictions: tuple[Judgement, ...]
    follows: tuple[tuple[int, int], ...] = ()
    whole: bool = True

    @property
    def key(self) -> int:
        """The record by which the subject is addressed: the first of its records."""
        return self.records[0]

    def chain(self, judgement: Judgement) -> list[int]:
        """Return the shortest way on which the two records of a judgement are joined nevertheless, ends included."""
        pairs = [(each.left_id, each.right_id) for each in self.judgements if each.verdict == Verdict.SAME]
        return shortest([*pairs, *self.follows], judgement.left_id, judgement.right_id)


def in_force() -> Q:
    """Return the condition for judgements that hold."""
    return Q(withdrawn_at=None)


def subject_of(start: int) -> Subject:
    """Return the subject that a record belongs to; a record that nobody judged is one alone."""
    found, edge = {start}, {start}
    follows: set[tuple[int, int]] = set()
    while edge and len(found) < LARGEST:
        rows = Judgement.objects.filter(in_force(), Q(left__in=edge) | Q(right__in=edge), verdict=Verdict.SAME)
        after = Record.objects.filter(Q(pk__in=edge) | Q(follows__in=edge), follows__isnull=False)
        pairs = {(pk, before) for pk, before in after.values_list("pk", "follows") if before is not None}
        follows |= pairs
        beyond = {pk for pair in [*rows.values_list("left", "right"), *pairs] for pk in pair} - found
        found |= beyond
        edge = beyond
    touching = Judgement.objects.filter(in_force(), Q(left__in=found) | Q(right__in=found))
    judgements = tuple(touching.select_related("left__source", "right__source", "by").order_by("at", "pk"))
    apart = tuple(
        each
        for each in judgements
        if each.verdict == Verdict.DIFFERENT and each.left_id in found and each.right_id in found
    )
    return Subject(tuple(sorted(found)), judgements, apart, tuple(sorted(follows)), not edge)


def shortest(pairs: Iterable[tuple[int, int]], start: int, end: int) -> list[int]:
    """Return a shortest way from start to end along pairs in either direction; empty where there is none."""
    beside: dict[int, set[int]] = {}
    for left, right in pairs:
        beside.setdefault(left, set()).add(right)
        beside.setdefault(right, set()).add(left)
    came: dict[int, int | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there in sorted(beside.get(here, set()) - came.keys()):
            came[there] = here
            waiting.append(there)
    way: list[int] = []
    step = end if end in came else None
    while step is not None:
        way.append(step)
        step = came[step]
    return way[::-1]


def visible_part(principal: Principal, whole: Subject) -> tuple[Subject, list[Record]]:
    """Return a subject as far as somebody may see it, and its records: what is hidden is not even counted."""
    visible = Record.objects.visible_to(principal).select_related("source")
    records = list(visible.filter(pk__in=whole.records).order_by("pk"))
    ends = {pk for each in whole.judgements for pk in (each.left_id, each.right_id)}
    seen = set(visible.filter(pk__in=ends).values_list("pk", flat=True))
    judgements = tuple(each for each in whole.judgements if {each.left_id, each.right_id} <= seen)
    apart = tuple(each for each in whole.contradictions if each in judgements)
    follows = tuple(pair for pair in whole.follows if set(pair) <= {each.pk for each in records})
    return Subject(tuple(each.pk for each in records), judgements, apart, follows, whole.whole), records


def connected(pairs: Iterable[tuple[int, int]]) -> list[frozenset[int]]:
    """Return the groups that pairs connect, by plain recomputation: what `subject_of` is held against."""
    groups: list[set[int]] = []
    for left, right in pairs:
        touched = [group for group in groups if left in group or right in group]
        groups = [group for group in groups if group not in touched]
        groups.append({left, right}.union(*touched))
    return [frozenset(group) for group in groups]


def judge(principal: Principal, left: Record, right: Record, verdict: str, reason: str) -> Judgement:
    """Judge two records. Raises ActRefused where they are one record, the verdict is none, or no reason is given.

    An earlier judgement on the pair is withdrawn by the same act: the last word of a person holds.
    """
    if left.pk == right.pk:
        raise ActRefused("a record is always the same as itself", remedy="choose another record to compare it with")
    if verdict not in Verdict.values:
        raise ActRefused(f"{verdict!r} is no verdict", remedy=f"choose one of {', '.join(Verdict.values)}")
    if not reason.strip():
        raise ActRefused("no reason is given", remedy="say what decides it; whoever looks later needs it")
    if principal.account is None:
        raise ActRefused("nobody is signed in", remedy="sign in; a judgement is a person's")
    first, second = sorted((left, right), key=lambda each: each.pk)
    now = timezone.now()
    with transaction.atomic():
        earlier = Judgement.objects.filter(in_force(), left=first, right=second)
        earlier.update(withdrawn_at=now, withdrawn_by=principal.account)
        made = Judgement.objects.create(
            left=first, right=second, verdict=verdict, reason=reason.strip(), by=principal.account, at=now
        )
        journal(principal, "registry.subject.judged", f"judgement:{made.pk}", result=verdict)
    return made


def withdraw(principal: Principal, judgement: Judgement) -> None:
    """Withdraw a judgement: subjects are again what they were without it. Raises ActRefused where it is withdrawn."""
    with transaction.atomic():
        rows = Judgement.objects.filter(in_force(), pk=judgement.pk)
        if not rows.update(withdrawn_at=timezone.now(), withdrawn_by=principal.account):
            raise ActRefused("the judgement is withdrawn already", remedy="reload the page")
        journal(principal, "registry.subject.withdrawn", f"judgement:{judgement.pk}")
