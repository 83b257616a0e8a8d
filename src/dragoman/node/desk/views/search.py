"""The search page. What is looked for is posted, so that no name stands in an address, a log or a browser's history."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dragoman.errors import DragomanError, StoreError
from dragoman.node.access import may, principal_of
from dragoman.node.desk import screening as desk
from dragoman.node.desk.forms import KINDS, Search
from dragoman.node.desk.models import Hit, Screening
from dragoman.node.desk.records import records_of
from dragoman.node.desk.views.shared import refusing_to, told
from dragoman.node.navigation import ENTRIES
from dragoman.node.readings import reading
from dragoman.node.registry.models import Source
from dragoman.screening.facts import COUNTRIES, DATES

_LIMIT = 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page that the person may open."""
    first = next((entry.route for entry in ENTRIES if may(request, (entry.route,))), "people:me")
    return redirect(first)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the search box."""
    return render(request, "desk/search.html", _page(request))


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Look for what was typed."""
    asked = Search.read(request.POST.dict(), request.POST.getlist("lists"))
    context: dict[str, Any] = {"asked": asked}
    if not asked.empty:
        try:
            context |= _found(request, asked)
        except DragomanError as error:
            context["trouble"] = told(error)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "desk/_results.html", context)
    return render(request, "desk/search.html", _page(request) | context)


def _page(request: HttpRequest) -> dict[str, Any]:
    try:
        used = desk.visible_lists(principal_of(request), desk.screener())
    except StoreError:
        used = {}
    titles = dict(Source.objects.filter(name__in=used).values_list("name", "title"))
    lists = [(name, titles.get(name) or name, version) for name, version in sorted(used.items())]
    return {"kinds": [(name, title) for name, (title, _, _) in KINDS.items()], "lists": lists}


def _found(request: HttpRequest, asked: Search) -> dict[str, Any]:
    query = asked.query()
    screened = desk.screen_now(
        principal_of(request),
        [query],
        lists=asked.lists or None,
        threshold=asked.threshold,
        limit=_LIMIT,
        origin=Screening.Origin.SEARCH,
    )
    found = screened[0]
    records = records_of([(hit.source, hit.record_id) for hit in found])
    titles = dict(Source.objects.filter(name__in=screened.lists).values_list("name", "title"))
    shown = []
    for hit in found:
        record = records.get((hit.source, hit.record_id))
        shown.append(
            {
                "hit": hit,
                "title": titles.get(hit.source) or hit.source,
                "version": screened.lists.get(hit.source),
                "reading": reading(hit.caption),
                "features": [feature.to_json() for feature in hit.features],
                "names": [name for name in record.names if name != hit.caption][:4] if record else [],
                "dates": record.values(*DATES)[:3] if record else [],
                "countries": record.values(*COUNTRIES)[:4] if record else [],
            }
        )
    return {"shown": shown, "searched": screened.lists, "limit": _LIMIT, "query": query}


@require_POST
@refusing_to("desk:search")
def open_hit(request: HttpRequest) -> HttpResponse:
    """Keep the search and its hits, because a person wants to review one of them, and show that hit."""
    asked = Search.read(request.POST.dict(), request.POST.getlist("lists"))
    screened = desk.screen_now(
        principal_of(request),
        [asked.query()],
        lists=asked.lists or None,
        threshold=asked.threshold,
        limit=_LIMIT,
        origin=Screening.Origin.SEARCH,
        store=True,
    )
    wanted = Hit.objects.filter(screening=screened.screening)
    key = {"source": request.POST.get("source", ""), "record_id": request.POST.get("record_id", "")}
    hit = wanted.filter(**key).first()
    return redirect("desk:hit", pk=hit.pk) if hit is not None else redirect("desk:hits")
