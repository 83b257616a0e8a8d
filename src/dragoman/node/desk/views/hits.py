"""The hit queue, a hit with its comparison, deciding and undoing."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.desk import assigning, hit_queue, reviewing, safe_list
from dragoman.node.desk.comparing import compared
from dragoman.node.desk.models import Assignment, Case, Hit, Review, Screening
from dragoman.node.desk.reasons import prepared
from dragoman.node.desk.records import records_of
from dragoman.node.desk.views.shared import hit_or_404, told
from dragoman.node.journal.recording import look_up
from dragoman.node.readings import reading
from dragoman.node.registry.models import Source


@require_safe
def hits(request: HttpRequest) -> HttpResponse:
    """Show a page of the queue."""
    principal = principal_of(request)
    filters = hit_queue.Filters.read(request.GET.dict())
    page = hit_queue.page(principal, filters, request.GET.get("after", ""))
    look_up(principal, "desk.hits.viewed", "hits", result=filters.state, hits=len(page.hits))
    labels = dict(Hit.State.choices)
    numbers = hit_queue.counts(principal, filters, page)
    tabs = [(labels[Hit.State(state)], numbers[state], filters.url(state=state), state) for state in hit_queue.TABS]
    context = {
        "filters": filters,
        "page": page,
        "next": f"{filters.url()}&after={page.after}" if page.after else None,
        "tabs": tabs,
        "sources": Source.objects.visible_to(principal).order_by("name"),
        "origins": Screening.Origin.choices,
        "scores": [(0.95, "From 0.95"), (0.85, "From 0.85"), (0.7, "From 0.70")],
        "ages": [(1, "A day or older"), (7, "A week or older"), (30, "30 days or older")],
        "all_url": filters.url(screening=""),
        "first": not request.GET.get("after"),
    }
    return render(request, "desk/hits.html", context)


@require_safe
def hit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a hit: both sides compared, and what was decided."""
    found = hit_or_404(request, pk)
    template = "desk/_hit.html" if request.htmx else "desk/hit.html"  # type: ignore[attr-defined]
    return render(request, template, _shown(request, found))


def _shown(request: HttpRequest, found: Hit) -> dict[str, Any]:
    principal = principal_of(request)
    look_up(
        principal,
        "desk.hit.viewed",
        f"hit:{found.pk}",
        screening=found.screening_id,
        source=found.source,
    )
    query = reviewing.query_of(found)
    record = records_of([(found.source, found.record_id)]).get((found.source, found.record_id))
    own = [review for review in reviewing.in_force(found) if principal.account == review.by]
    return {
        "hit": found,
        "source": Source.objects.filter(name=found.source).first(),
        "reading": reading(found.caption),
        "query_reading": reading(found.query.caption),
        "record": record,
        "rows": compared(query, record, found.features) if record else [],
        "reviews": found.reviews.select_related("by", "undone_by").order_by("pk"),
        "earlier": reviewing.earlier(found),
        "safe": safe_list.known([query])[0],
        "may_undo": bool(own) or (principal.has("supervisor") and bool(reviewing.in_force(found))),
        "assignment": Assignment.objects.filter(hit=found).select_related("to").first(),
        "assignable": assigning.assignable(principal, found),
        "may_decide": principal.has("analyst", "reviewer", "supervisor"),
        "reasons": prepared(),
        "cases": Case.objects.visible_to(principal).filter(hits=found),
        "dispositions": Review.Disposition.choices,
    }


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Review a hit."""
    hit_or_404(request, pk)
    decision = reviewing.Decision(
        request.POST.get("disposition", ""),
        request.POST.get("code", ""),
        request.POST.get("words", "")[:2000],
        request.POST.get("seen") or None,
    )
    return _answered(request, pk, lambda: reviewing.decide(principal_of(request), pk, decision))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a review."""
    hit_or_404(request, pk)
    return _answered(request, pk, lambda: reviewing.undo(principal_of(request), pk))


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a hit, give it back, or give it to somebody."""
    hit_or_404(request, pk)
    to, principal = request.POST.get("to", ""), principal_of(request)
    acts = {"me": lambda: assigning.take(principal, pk), "": lambda: assigning.release(principal, pk)}
    number = int(to[:18]) if to.isdecimal() else 0
    return _answered(request, pk, acts.get(to, lambda: assigning.assign(principal, pk, number)), told_as="assigned")


def _answered(request: HttpRequest, pk: int, act: Any, told_as: str = "reviewed") -> HttpResponse:
    """Do the act, and show the hit again: in the pane of the queue, or on its page, with what was refused."""
    trouble = ""
    try:
        act()
    except DragomanError as error:
        trouble = told(error)
    found = hit_or_404(request, pk)
    if not request.htmx and not trouble:  # type: ignore[attr-defined]
        return redirect("desk:hit", pk=pk)
    template = "desk/_hit.html" if request.htmx else "desk/hit.html"  # type: ignore[attr-defined]
    response = render(request, template, _shown(request, found) | {"trouble": trouble})
    if not trouble:
        response.headers["HX-Trigger-After-Swap"] = json.dumps({told_as: _told_to(found)})
    return response


def _told_to(found: Hit) -> dict[str, Any]:
    """Return what the queue beside the hit is told, to show it in its row."""
    assignment = Assignment.objects.filter(hit=found).select_related("to").first()
    who = assignment.to.shown_name if assignment is not None else ""
    return {"hit": found.pk, "state": found.state, "label": found.get_state_display(), "assigned": who}
