"""The safe list: people wrongly matched again and again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dragoman.node.access import principal_of
from dragoman.node.desk import safe_list
from dragoman.node.desk.models import SafeListEntry
from dragoman.node.desk.views.shared import refusing_to
from dragoman.node.journal.recording import look_up


@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """Show the entries in force, and those that ended."""
    rows = list(SafeListEntry.objects.select_related("by").order_by("-pk")[:500])
    look_up(principal_of(request), "desk.safe_list.viewed", "safe-list", count=len(rows))
    return render(request, "desk/safe_list.html", {"entries": rows, "today": timezone.localdate()})


@require_POST
@refusing_to("desk:safe_list")
def add(request: HttpRequest) -> HttpResponse:
    """Add an entry."""
    given = request.POST.dict()
    safe_list.add(
        principal_of(request),
        given.get("redress_number", ""),
        {name: given.get(name, "") for name in ("name", "birthDate", "passportNumber", "nationality")},
        given.get("reason", ""),
        given.get("expires", ""),
    )
    messages.success(request, "The entry is shown beside hits of this person until it expires.")
    return redirect("desk:safe_list")


@require_POST
@refusing_to("desk:safe_list")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an entry."""
    safe_list.end(principal_of(request), pk)
    return redirect("desk:safe_list")
