"""Cases: opening, adding to, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, UsageError
from dragoman.node.access import Principal
from dragoman.node.desk import documents
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.models import Case, Document, Hit, Note, Task
from dragoman.node.journal.recording import record
from dragoman.node.people.models import Account, Team


def open_case(principal: Principal, title: str, hits: Sequence[Hit] = (), teams: Sequence[Team] = ()) -> Case:
    """Open a case, limited to teams of one's own where any are named. Raises UsageError."""
    if not title.strip():
        raise UsageError("a case needs a title", remedy="say what it is about")
    if any(team.pk not in principal.teams for team in teams):
        raise UsageError("a case is limited to teams of your own", remedy="choose among your teams")
    with transaction.atomic():
        case = Case.objects.create(
            title=title.strip()[:200], opened_by=person_of(principal), purpose=principal.purpose or ""
        )
        case.teams.set(teams)
        case.hits.set(hits)
        first = hits[0].pk if hits else None
        record(principal, "desk.case.opened", f"case:{case.pk}", hit=first)
    return case


def _open(case: Case) -> Case:
    if case.closed_at is not None:
        raise ActRefused("the case is closed", remedy="open another and name this one in it")
    return case


def add_document(principal: Principal, case: Case, upload: UploadedFile[bytes]) -> Document:
    """Keep a document with a case. Raises InputError, ActRefused."""
    _open(case)
    kept = documents.keep(principal, upload)
    with transaction.atomic():
        case.documents.add(kept)
        record(principal, "desk.document.added", f"case:{case.pk}", document=kept.pk)
    return kept


def add_note(principal: Principal, case: Case, text: str) -> Note:
    """Write something down. Raises UsageError, ActRefused."""
    _open(case)
    if not text.strip():
        raise UsageError("the note is empty", remedy="write something")
    with transaction.atomic():
        note = Note.objects.create(case=case, text=text.strip()[:10_000], by=person_of(principal))
        record(principal, "desk.note.added", f"case:{case.pk}", number=note.pk)
    return note


def add_task(
    principal: Principal, case: Case, text: str, assigned: Account | None = None, due: date | None = None
) -> Task:
    """Put a task into a case. Raises UsageError, ActRefused."""
    _open(case)
    if not text.strip():
        raise UsageError("the task is empty", remedy="say what is to be done")
    with transaction.atomic():
        task = Task.objects.create(case=case, text=text.strip()[:2000], assigned=assigned, due=due)
        record(principal, "desk.task.added", f"case:{case.pk}", task=task.pk)
    return task


def finish_task(principal: Principal, task: Task) -> None:
    """Tick a task off; once."""
    _open(task.case)
    with transaction.atomic():
        if Task.objects.filter(pk=task.pk, done_at=None).update(done_at=timezone.now(), done_by=principal.account):
            record(principal, "desk.task.done", f"case:{task.case_id}", task=task.pk)


def close(principal: Principal, case: Case, outcome: str) -> None:
    """Close a case with its outcome. Raises UsageError without one, ActRefused while tasks or clocks are open."""
    if not outcome.strip():
        raise UsageError("a case is closed with an outcome", remedy="say what came of it")
    with transaction.atomic():
        _open(Case.objects.select_for_update(of=("self",)).get(pk=case.pk))
        if case.tasks.filter(done_at=None).exists() or case.clocks.filter(ended=None).exists():
            raise ActRefused("tasks or clocks of the case are open", remedy="finish them first")
        Case.objects.filter(pk=case.pk).update(
            closed_at=timezone.now(), closed_by=principal.account, outcome=outcome.strip()[:10_000]
        )
        record(principal, "desk.case.closed", f"case:{case.pk}")
