"""Pages: passing on what is another's. Leave that was asked of this node and by it, and who is barred."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.partners import leaving
from dragoman.node.partners.models import BarKept, LeaveAsked, SharedList
from dragoman.node.registry.models import Source

_SHOWN = 50


@require_GET
def onward(request: HttpRequest) -> HttpResponse:
    """Show the questions for leave, ours and theirs, and the bars that are known."""
    asked = LeaveAsked.objects.select_related("partner", "by", "answered_by").order_by("-pk")
    last: dict[tuple[str, str], BarKept] = {}
    for bar in BarKept.objects.order_by("number"):
        last[bar.node, bar.barred] = bar
    context = {
        "waiting": asked.filter(own=False, state=LeaveAsked.State.WAITING),
        "answered": asked.filter(own=False).exclude(state=LeaveAsked.State.WAITING)[:_SHOWN],
        "ours": asked.filter(own=True)[:_SHOWN],
        "bars": [each for each in last.values() if not each.lifted],
        "hours": leaving.OFFERED,
        "longest": leaving.LONGEST,
    }
    return render(request, "partners/onward.html", context)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the originators of a list that is passed on for leave."""
    principal = principal_of(request)
    seen = Source.objects.visible_to(principal).values("pk")
    shared = get_object_or_404(SharedList.objects.select_related("collection"), pk=pk, ended=None, source__in=seen)
    try:
        kept = leaving.ask(principal, shared, request.POST.get("reason", "").strip())
    except DragomanError as error:
        messages.error(request, str(error))
        return redirect("partners:agreement", shared.collection.agreement_id)
    count = sum(len(each.objects_asked) for each in kept)
    messages.success(request, f"Leave was asked for {count} objects; the answers are shown here.")
    return redirect("partners:onward")


@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give leave for what a partner asked about."""
    asked, hours = get_object_or_404(LeaveAsked, pk=pk, own=False), request.POST.get("hours", "")
    try:
        leaving.give(principal_of(request), asked, int(hours) if hours.isdecimal() else 0)
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:onward")


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuse leave, on a ground."""
    asked = get_object_or_404(LeaveAsked, pk=pk, own=False)
    try:
        leaving.refuse(principal_of(request), asked, request.POST.get("ground", "").strip())
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:onward")
