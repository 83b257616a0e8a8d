"""Screenings: the list of them, uploading a document, one with its progress, and what is handed out of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dragoman.errors import DragomanError, UsageError
from dragoman.messages.sources import FORMATS
from dragoman.node.access import principal_of
from dragoman.node.desk import assigning, bulk, exporting
from dragoman.node.desk.documents import download
from dragoman.node.desk.models import Hit, Screening
from dragoman.node.desk.views.search import _page as search_page
from dragoman.node.desk.views.shared import refusing_to, screening_or_404, told
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job
from dragoman.node.journal.recording import look_up

_PAGE = 50


@require_safe
def screenings(request: HttpRequest) -> HttpResponse:
    """Show the screenings that were kept, the newest first."""
    rows = Screening.objects.visible_to(principal_of(request)).select_related("by", "document", "job").order_by("-pk")
    before = request.GET.get("before", "")
    found = list((rows.filter(pk__lt=int(before)) if before.isdecimal() else rows)[: _PAGE + 1])
    more = found[_PAGE - 1].pk if len(found) > _PAGE else None
    return render(request, "desk/screenings.html", {"screenings": found[:_PAGE], "more": more})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a document in, and screen it in the background."""
    context = search_page(request) | {"formats": FORMATS, "teams": assigning.own_teams(principal_of(request))}
    if request.method == "POST":
        try:
            kept = bulk.start(principal_of(request), _file(request), _wanted(request))
        except DragomanError as error:
            return render(request, "desk/upload.html", context | {"trouble": told(error)}, status=422)
        return redirect("desk:screening", pk=kept.pk)
    return render(request, "desk/upload.html", context)


def _file(request: HttpRequest) -> UploadedFile[bytes]:
    given = request.FILES.get("document")
    if not isinstance(given, UploadedFile):
        raise UsageError("no file was chosen", remedy="choose a file")
    return given


def _wanted(request: HttpRequest) -> bulk.Wanted:
    try:
        threshold = float(request.POST.get("threshold", "0.7"))
        limit = int(request.POST.get("limit", "5"))
    except ValueError as error:
        raise UsageError("a setting is no number", remedy="give a threshold such as 0.7") from error
    return bulk.wanted(
        threshold=threshold,
        limit=limit,
        lists=tuple(request.POST.getlist("lists")) or None,
        format=request.POST.get("format") or None,
        encoding=request.POST.get("encoding") or None,
        watched=request.POST.get("watched") == "yes",
        teams=_teams(request),
    )


def _teams(request: HttpRequest) -> tuple[int, ...]:
    return tuple(int(each[:18]) for each in request.POST.getlist("team") if each.isdecimal())


@require_safe
def screening(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a screening: settings, progress, counts, remarks; the hits stand in the queue."""
    found = screening_or_404(request, pk)
    principal = principal_of(request)
    look_up(principal, "desk.screening.viewed", f"screening:{pk}")
    hits = Hit.objects.visible_to(principal).filter(screening=found)
    context = {
        "screening": found,
        "best": hits.select_related("query").order_by("-score", "pk")[:10],
        "states": [
            (label, number, state) for state, label in Hit.State.choices if (number := hits.filter(state=state).count())
        ],
        "teams": assigning.teams_for(principal, found),
        "limited": set(found.teams.values_list("pk", flat=True)),
        "may_limit": assigning.may_limit(principal, found),
        "remarks": found.remarks.order_by("number")[:50],
    }
    return render(request, "desk/screening.html", context)


@require_safe
def export(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Hand out a screening as CSV, JSON lines or a signed PDF."""
    found = screening_or_404(request, pk)
    return exporting.export(principal_of(request), found, kind)


@require_safe
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the document as it came."""
    found = screening_or_404(request, pk)
    if found.document is None:
        return redirect("desk:screening", pk=pk)
    look_up(principal_of(request), "desk.document.downloaded", f"document:{found.document.pk}", screening=pk)
    return download(found.document)


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a screening is; the fragment asks again while its job goes on."""
    found = screening_or_404(request, pk)
    response = render(request, "desk/_progress.html", {"screening": found, "job": found.job})
    if found.job is not None and found.job.over:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@refusing_to("desk:screening")
def teams(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which teams see a screening and its hits; everybody where none is chosen."""
    kept = assigning.limit(principal_of(request), screening_or_404(request, pk), _teams(request))
    messages.success(request, "Only the chosen teams see it now." if kept.limited else "Everybody sees it now.")
    return redirect("desk:screening", pk=pk)


@require_POST
@refusing_to("desk:screening")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel the job of a screening."""
    job = _job(request, pk)
    queue.cancel(principal_of(request), job)
    messages.info(request, "The screening is cancelled after its present step. What was found is kept.")
    return redirect("desk:screening", pk=pk)


@require_POST
@refusing_to("desk:screening")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a stopped screening go on."""
    queue.again(principal_of(request), _job(request, pk))
    return redirect("desk:screening", pk=pk)


def _job(request: HttpRequest, pk: int) -> Job:
    job = screening_or_404(request, pk).job
    if job is None:
        raise UsageError("the screening has no job", remedy="it was answered at once")
    return job
