"""Subjects: the records that people judged to be the same thing. A pure function of the judgements in force.

Nothing is merged: a judgement is a row, withdrawing it is another moment in that row, and the subject is what the
remaining ones connect. Contradictions are told, not resolved.
"""

from __future__ import annotations

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
    """Records that belong together, by primary key, ascending; the judgements among them, and those that contradict."""

    records: tuple[int, ...]
    judgements: tuple[Judgement, ...]
    contradictions: tuple[Judgement, ...]

    @property
    def key(self) -> int:
        """The record by which the subject is addressed: the first of its records."""
        return self.records[0]


def in_force() -> Q:
    """Return the condition for judgements that hold."""
    return Q(withdrawn_at=None)


def subject_of(start: int) -> Subject:
    """Return the subject that a record belongs to; a record that nobody judged is one alone."""
    found, edge = {start}, {start}
    while edge and len(found) < LARGEST:
        rows = Judgement.objects.filter(in_force(), Q(left__in=edge) | Q(right__in=edge), verdict=Verdict.SAME)
        beyond = {pk for pair in rows.values_list("left", "right") for pk in pair} - found
        found |= beyond
        edge = beyond
    touching = Judgement.objects.filter(in_force(), Q(left__in=found) | Q(right__in=found))
    judgements = tuple(touching.select_related("left__source", "right__source", "by").order_by("at", "pk"))
    apart = tuple(
        each
        for each in judgements
        if each.verdict == Verdict.DIFFERENT and each.left_id in found and each.right_id in found
    )
    return Subject(tuple(sorted(found)), judgements, apart)


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
