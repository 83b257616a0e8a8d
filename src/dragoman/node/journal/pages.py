"""The auditor's pages: events, one event with its proof, verifying, export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from dragoman.audit.checking import Report
from dragoman.audit.proofs import InclusionProof
from dragoman.errors import DragomanError, ValueRefused
from dragoman.node.access import principal_of
from dragoman.node.journal import keys, verifying
from dragoman.node.journal.appending import current_head
from dragoman.node.journal.exporting import FORMATS
from dragoman.node.journal.models import Checkpoint, Event
from dragoman.node.journal.naming import names_of
from dragoman.node.journal.recording import look_up, record
from dragoman.node.journal.searching import Search, in_order
from dragoman.node.people.models import Purpose

_Response = TypeVar("_Response", bound=HttpResponseBase)
#: Events on a page; and events of the newest that acts are offered from.
ROWS, RECENT = 50, 5000
#: A longer journal is verified by the command line: a browser would not wait for it.
VERIFIED_AT_ONCE = 200_000


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show the events searched for, the newest first."""
    search = Search.of(request.GET)
    trouble, rows = "", []
    try:
        rows = _page(search, request.GET.get("before", ""))
    except ValueRefused as error:
        trouble = f"{error.message}; {error.remedy}"
    shown: dict[str, Any] = {"search": search, "trouble": trouble, **_rows_and_next(rows)}
    if request.htmx and request.htmx.target == "events":  # type: ignore[attr-defined]
        return render(request, "journal/_events.html", shown)
    head = current_head()
    recent = Event.objects.filter(id__gte=head.size - RECENT).values_list("act", flat=True)
    shown |= {
        "head": head,
        "acts": sorted(set(recent)),
        "purposes": Purpose.objects.order_by("code"),
        "newest": Checkpoint.objects.order_by("-size").first(),
        "verified": Event.objects.filter(act="journal.verified").order_by("-id").first(),
    }
    return render(request, "journal/events.html", shown)


def _page(search: Search, before: str) -> list[Event]:
    found = search.events()
    if before.isdecimal() and len(before) < 19:
        found = found.filter(id__lt=int(before))
    return list(found.order_by("-id")[: ROWS + 1])


def _rows_and_next(rows: Sequence[Event]) -> dict[str, Any]:
    shown, more = rows[:ROWS], len(rows) > ROWS
    names = names_of(shown)
    return {"rows": [(row, names.get(row.who)) for row in shown], "before": shown[-1].id if more else None}


@require_safe
def event(request: HttpRequest, index: int) -> HttpResponse:
    """Show one event, and the proof that it stands in the journal, verified as the page is made."""
    found = get_object_or_404(Event, pk=index)
    proof, trouble = _proof(index)
    shown = {
        "event": found,
        "name": names_of([found]).get(found.who),
        "leaf": bytes(found.leaf).hex(),
        "proof": proof,
        "path": [each.hex() for each in proof.path] if proof else [],
        "root": proof.checkpoint.root.hex() if proof else "",
        "trouble": trouble,
        "newer": Event.objects.filter(id__gt=index).order_by("id").first(),
        "older": Event.objects.filter(id__lt=index).order_by("-id").first(),
    }
    return render(request, "journal/event.html", shown)


def _proof(index: int) -> tuple[InclusionProof | None, str]:
    try:
        proof = verifying.prove(index)
        proof.verify(keys.known())
    except DragomanError as error:
        return None, error.message
    return proof, ""


@require_safe
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """Hand out the proof of an event as a file that carries all that verifying needs."""
    get_object_or_404(Event, pk=index)
    text = str(verifying.prove(index))
    look_up(principal_of(request), "journal.proof.exported", f"event:{index}")
    return _attachment(HttpResponse(text, content_type="text/plain; charset=utf-8"), f"event-{index}.tlog-proof")


@require_safe
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hand out the events searched for, oldest first, as they are read: JSON lines or CSV."""
    if form not in FORMATS:
        raise Http404
    write, kind = FORMATS[form]
    try:
        found = Search.of(request.GET).events()
    except ValueRefused as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    look_up(principal_of(request), "journal.events.exported", "journal", result=form)
    return _attachment(StreamingHttpResponse(write(in_order(found)), content_type=kind), f"journal.{form}")


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Hand out a signed checkpoint of the whole journal, to be kept elsewhere."""
    look_up(principal_of(request), "journal.checkpoint.exported", "journal")
    text = verifying.newest_checkpoint() or ""
    return _attachment(HttpResponse(text, content_type="text/plain; charset=utf-8"), "checkpoint.txt")


def _attachment(response: _Response, name: str) -> _Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def verify_now(request: HttpRequest) -> HttpResponse:
    """Read the whole journal again and show what was found; that it was verified is an event too."""
    report: Report | None = None
    if current_head().size <= VERIFIED_AT_ONCE:
        report = verifying.verify().report
        result = "sound" if report.sound else "unsound"
        with transaction.atomic():
            count = len(report.findings) + report.more
            record(principal_of(request), "journal.verified", "journal", result=result, size=report.size, count=count)
    shown = {"report": report, "key": keys.signer().verifier, "most": VERIFIED_AT_ONCE}
    page = "journal/_verification.html" if request.htmx else "journal/verification.html"  # type: ignore[attr-defined]
    return render(request, page, shown)
