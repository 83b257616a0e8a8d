"""Cases: the list of them, one with its hits, documents, tasks, clocks and notes."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dragoman.errors import UsageError
from dragoman.node.access import principal_of
from dragoman.node.desk import casework, clocks, documents
from dragoman.node.desk.models import Case, Hit
from dragoman.node.desk.views.shared import case_or_404, hit_or_404, refusing_to
from dragoman.node.journal.recording import look_up
from dragoman.node.people.models import Account, Team


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Show the cases that one may see: open ones, or closed ones."""
    principal = principal_of(request)
    closed = request.GET.get("closed") == "yes"
    rows = Case.objects.visible_to(principal).filter(closed_at__isnull=not closed).order_by("-pk")
    shown = [(case, case.clocks.filter(ended=None).order_by("due").first()) for case in rows[:200]]
    teams = Team.objects.filter(pk__in=principal.teams)
    return render(request, "desk/cases.html", {"cases": shown, "closed": closed, "teams": teams, "now": timezone.now()})


@require_POST
@refusing_to("desk:cases")
def open_case(request: HttpRequest) -> HttpResponse:
    """Open a case, from a hit or with a title."""
    number = request.POST.get("hit", "")
    hits = [hit_or_404(request, int(number))] if number.isdecimal() else []
    title = request.POST.get("title", "") or (f"Hit {hits[0].pk} on {hits[0].source}" if hits else "")
    teams = list(Team.objects.filter(pk__in=[int(each) for each in request.POST.getlist("teams") if each.isdecimal()]))
    case = casework.open_case(principal_of(request), title, hits, teams)
    return redirect("desk:case", pk=case.pk)


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a case."""
    found, principal = case_or_404(request, pk), principal_of(request)
    look_up(principal, "desk.case.viewed", f"case:{pk}")
    running = [
        (clock, rule, clocks.standing(rule, clock.started, clock.events))
        for clock in found.clocks.order_by("pk")
        if (rule := clocks.rules().get(clock.rule)) is not None
    ]
    context = {
        "case": found,
        "hits": Hit.objects.visible_to(principal).filter(cases=found).select_related("query"),
        "documents": found.documents.select_related("by").order_by("pk"),
        "tasks": found.tasks.select_related("assigned", "done_by").order_by("done_at", "pk"),
        "notes": found.notes.select_related("by").order_by("pk"),
        "clocks": running,
        "rules": clocks.rules().values(),
        "people": _people(found),
        "now": timezone.now(),
        "may_change": found.closed_at is None and principal.has("analyst", "reviewer", "supervisor"),
    }
    return render(request, "desk/case.html", context)


def _people(found: Case) -> list[Account]:
    """Return who may be given a task of the case: those who may see it."""
    workers = Account.objects.filter(is_active=True, appointments__role__in=["analyst", "reviewer", "supervisor"])
    workers = workers.filter(appointments__ended=None).distinct().order_by("username")
    return list(workers.filter(teams__in=found.teams.all()) if found.teams.exists() else workers)


@require_POST
@refusing_to("desk:case")
def add(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Add a note, task, document, hit or clock to a case."""
    found = case_or_404(request, pk)
    adders = {"note": _note, "task": _task, "document": _document, "clock": _clock}
    if what not in adders:
        raise Http404
    adders[what](request, found)
    return redirect("desk:case", pk=pk)


def _note(request: HttpRequest, found: Case) -> None:
    casework.add_note(principal_of(request), found, request.POST.get("text", ""))


def _task(request: HttpRequest, found: Case) -> None:
    wanted = request.POST.get("assigned", "")
    assigned = next((each for each in _people(found) if str(each.pk) == wanted), None)
    due = request.POST.get("due", "")
    try:
        day = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise UsageError(f"{due!r} is no day", remedy="write 2026-03-01") from error
    casework.add_task(principal_of(request), found, request.POST.get("text", ""), assigned, day)


def _document(request: HttpRequest, found: Case) -> None:
    given = request.FILES.get("document")
    if not isinstance(given, UploadedFile):
        raise UsageError("no file was chosen", remedy="choose a file")
    casework.add_document(principal_of(request), found, given)


def _clock(request: HttpRequest, found: Case) -> None:
    text = request.POST.get("started", "")
    try:
        started = timezone.make_aware(datetime.fromisoformat(text)) if text else timezone.now()
    except ValueError as error:
        raise UsageError(f"{text!r} is no moment", remedy="write 2026-03-01 or 2026-03-01T14:30") from error
    clocks.start(principal_of(request), found, request.POST.get("rule", ""), started)


@require_POST
@refusing_to("desk:case")
def change(request: HttpRequest, pk: int, what: str, number: int = 0) -> HttpResponse:
    """Tick a task off, act on a clock, or close the case."""
    found, principal = case_or_404(request, pk), principal_of(request)
    if what == "close":
        casework.close(principal, found, request.POST.get("outcome", ""))
        messages.success(request, "The case is closed.")
    elif what == "task" and (task := found.tasks.filter(pk=number).first()) is not None:
        casework.finish_task(principal, task)
    elif what == "clock" and (clock := found.clocks.filter(pk=number).first()) is not None:
        clocks.act(principal, clock, request.POST.get("kind", ""), request.POST.get("why", ""))
    else:
        raise Http404
    return redirect("desk:case", pk=pk)


@require_safe
def document(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Hand out a document of a case."""
    kept = case_or_404(request, pk).documents.filter(pk=number).first()
    if kept is None:
        raise Http404
    look_up(principal_of(request), "desk.document.downloaded", f"document:{kept.pk}", case=pk)
    return documents.download(kept)
