"""Pages: one record, and one subject with its facts, relations, timeline and places."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from dragoman.errors import DragomanError
from dragoman.node.access import may, principal_of
from dragoman.node.journal.recording import look_up
from dragoman.node.registry import search
from dragoman.node.registry.facts import facts
from dragoman.node.registry.models import Judgement, Record, Source
from dragoman.node.registry.picture import graph, places, timeline
from dragoman.node.registry.relations import around
from dragoman.node.registry.subjects import Subject, judge, subject_of, visible_part, withdraw


def _record(request: HttpRequest, pk: int) -> Record:
    found = Record.objects.visible_to(principal_of(request)).select_related("source")
    return get_object_or_404(found, pk=pk)


@require_GET
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one source says about one thing."""
    found = _record(request, pk)
    principal = principal_of(request)
    look_up(principal, "registry.record.viewed", f"record:{found.pk}")
    context = {
        "record": found,
        "facts": facts([found]),
        "former": facts([found], gone=True),
        "around": around([found], principal),
        "subject": visible_part(principal, subject_of(found.pk))[0],
        "before": found.follows,
        "after": Record.objects.filter(follows=found.pk).first(),
    }
    return render(request, "registry/record.html", context)


@require_GET
def by_id(request: HttpRequest, source: str, record_id: str) -> HttpResponse:
    """Lead from a list's own id to the record."""
    found = Record.objects.visible_to(principal_of(request)).filter(source__name=source, record_id=record_id)
    return redirect("registry:record", get_object_or_404(found).pk)


@require_GET
def subjects(request: HttpRequest) -> HttpResponse:
    """Show what was judged last, and how to find a record to judge."""
    principal = principal_of(request)
    query = request.GET.get("q", "").strip()
    seen = Source.objects.visible_to(principal).values("pk")
    recent = Judgement.objects.filter(left__source__in=seen, right__source__in=seen).order_by("-at", "-pk")
    context: dict[str, Any] = {
        "query": query,
        "found": _found(request, query) if query else [],
        "recent": recent.select_related("left__source", "right__source", "by")[:50],
    }
    look_up(principal, "registry.subjects.viewed", "subjects")
    return render(request, "registry/subjects.html", context)


def _found(request: HttpRequest, query: str) -> list[tuple[Record, float]]:
    names = set(Source.objects.visible_to(principal_of(request)).values_list("name", flat=True))
    try:
        opened = search.screener()
        hits = opened.screen(query, lists=names & opened.lists.keys(), limit=25, threshold=0.5)
    except DragomanError:
        return []
    kept = Record.objects.select_related("source").filter(record_id__in=[hit.record_id for hit in hits], gone=False)
    by_key = {(each.source.name, each.record_id): each for each in kept}
    return [(by_key[key], hit.score) for hit in hits if (key := (hit.source, hit.record_id)) in by_key]


@require_GET
def subject(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the records that people judged to be one thing: facts per source, relations, timeline, places."""
    first = _record(request, pk)
    whole, records = visible_part(principal_of(request), subject_of(first.pk))
    principal = principal_of(request)
    look_up(principal, "registry.subject.viewed", f"record:{first.pk}", records=len(records))
    query = request.GET.get("q", "").strip()
    beside = around(records, principal)
    countries, words = places(records)
    found = [row for row in _found(request, query) if row[0].pk not in whole.records] if query else []
    context = {
        "first": first,
        "subject": whole,
        "records": records,
        "contradictions": _contradictions(whole, records),
        "follows": _follows(whole, records),
        "facts": facts(records),
        "around": beside,
        "timeline": timeline(records, beside.descriptions, whole),
        "countries": countries,
        "places": words,
        "query": query,
        "found": found,
        "verdicts": Judgement.Verdict.choices,
        "may_judge": may(request, ["registry:judge"]) and not principal.has("auditor"),
    }
    return render(request, "registry/subject.html", context)


def _contradictions(whole: Subject, records: list[Record]) -> list[tuple[Judgement, list[Record]]]:
    """Return the judgements of difference within a subject, each with the way on which its records are joined."""
    known = {each.pk: each for each in records}
    return [(each, [known[pk] for pk in whole.chain(each) if pk in known]) for each in whole.contradictions]


def _follows(whole: Subject, records: list[Record]) -> list[tuple[Record, Record]]:
    known = {each.pk: each for each in records}
    return [(known[after], known[before]) for after, before in whole.follows]


@require_GET
def neighbours(request: HttpRequest, pk: int) -> JsonResponse:
    """Return a record and its neighbours, for the graph: ``{"nodes": [...], "edges": [...]}``."""
    found = _record(request, pk)
    principal = principal_of(request)
    look_up(principal, "registry.graph.expanded", f"record:{found.pk}")
    whole, records = visible_part(principal, subject_of(found.pk))
    records = records if "subject" in request.GET else [found]
    return JsonResponse(graph(records, around(records, principal), whole))


@require_POST
def judgement(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge a record against another."""
    left = _record(request, pk)
    other = request.POST.get("other", "")
    right = _record(request, int(other) if other.isdecimal() else 0)
    try:
        judge(principal_of(request), left, right, request.POST.get("verdict", ""), request.POST.get("reason", ""))
    except DragomanError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Your judgement is kept. It can be withdrawn at any time.")
    return redirect("registry:subject", left.pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a judgement."""
    seen = Source.objects.visible_to(principal_of(request)).values("pk")
    found = get_object_or_404(Judgement, pk=pk, left__source__in=seen, right__source__in=seen)
    try:
        withdraw(principal_of(request), found)
    except DragomanError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The judgement is withdrawn; the records stand as before it.")
    return redirect("registry:subject", found.left_id)
