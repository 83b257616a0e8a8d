"""Pages: requests to and from partners, writing one, answering one, saying what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dragoman.errors import DragomanError, StepRefused
from dragoman.exchange.handling import Colour
from dragoman.node.access import principal_of
from dragoman.node.desk.models import Case
from dragoman.node.journal.recording import look_up
from dragoman.node.partners import (
    requests_answering,
    requests_asking,
    requests_receiving,
    requests_showing,
    requests_subject,
)
from dragoman.node.partners.models import Agreement, InformationRequest, Partner


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Show the requests of this node and those of partners, what is open first."""
    principal = principal_of(request)
    chosen = {name: request.GET.get(name, "") for name in ("way", "state", "partner")}
    chosen["state"] = chosen["state"] or "open"
    rows = InformationRequest.objects.visible_to(principal).select_related("agreement__partner", "by")
    if chosen["way"] in ("in", "out"):
        rows = rows.filter(own=chosen["way"] == "out")
    if chosen["partner"].isdecimal():
        rows = rows.filter(agreement__partner=int(chosen["partner"]))
    rows = requests_showing.in_state(rows, chosen["state"])
    page = Paginator(rows.order_by("-pk"), 50).get_page(request.GET.get("page"))
    look_up(principal, "partners.requests.viewed", "requests", count=len(page))
    context = {
        "page": page,
        "rows": [(row, requests_subject.caption_of(row.body["about"])) for row in page],
        "chosen": chosen,
        "partners": Partner.objects.order_by("name"),
        "overdue": InformationRequest.objects.visible_to(principal).overdue().count(),
        "may_ask": principal.has("analyst", "supervisor", "liaison") and not principal.has("auditor"),
    }
    return render(request, "partners/requests.html", context)


@require_http_methods(["GET", "POST"])
def request_new(request: HttpRequest) -> HttpResponse:
    """Write a request. What a hit of private matching prefills is posted, so that no name is in an address."""
    principal = principal_of(request)
    agreements = requests_asking.asking_under()
    cases = Case.objects.visible_to(principal).filter(closed_at=None).order_by("-pk")
    trouble = ""
    if request.method == "POST" and request.POST.get("step") == "send":
        choice = Agreement.objects.filter(pk__in=[each.pk for each in agreements]).select_related("partner")
        agreement = get_object_or_404(choice, pk=_number(request.POST.get("agreement")))
        case = get_object_or_404(cases, pk=_number(request.POST.get("case"))) if request.POST.get("case") else None
        given = {name: str(value) for name, value in request.POST.items()}
        try:
            subject = requests_subject.read_form(given)
            kept = requests_asking.write(principal, agreement, given, subject, case)
        except DragomanError as error:
            trouble = str(error)
        else:
            messages.success(request, f"The request is on its way to {agreement.partner}.")
            return redirect("partners:request", kept.pk)
    given = request.POST.dict() if request.method == "POST" else request.GET.dict()
    context = _choices(agreements) | {
        "trouble": trouble,
        "given": given,
        "cases": cases[:200],
        "fields": [(prop, label, given.get(prop, "")) for prop, label in requests_subject.FIELDS.items()],
    }
    return render(request, "partners/request_new.html", context)


def _choices(agreements: list[Agreement]) -> dict[str, Any]:
    clauses = [clause for each in agreements for clause in requests_asking.clauses_of(each)]
    return {
        "agreements": agreements,
        "classes": sorted({name for each in clauses for name in each.classes}),
        "purposes": sorted({name for each in clauses for name in each.purposes}),
        "urgencies": [
            (code, title, sorted({each.read.answers[code] for each in agreements if code in each.read.answers}))
            for code, title in requests_answering.urgencies().items()
        ],
        "colours": [colour.word for colour in Colour],
        "schemata": requests_subject.SCHEMATA,
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _find(request: HttpRequest, pk: int) -> InformationRequest:
    rows = InformationRequest.objects.visible_to(principal_of(request))
    return get_object_or_404(rows.select_related("agreement__partner", "by", "case"), pk=pk)


@require_GET
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a request with what happened to it, what was answered, and what can be done next."""
    row, principal = _find(request, pk), principal_of(request)
    look_up(principal, "partners.request.viewed", f"request:{row.pk}")
    steps = requests_showing.possible(row, principal)
    context: dict[str, Any] = {
        "row": row,
        "asked": row.read,
        "status": row.status(),
        "subject": requests_subject.shown(row.body["about"]),
        "caption": requests_subject.caption_of(row.body["about"]),
        "happened": [(each, each.body) for each in row.events.select_related("by")],
        "objects": [requests_showing.object_shown(each) for each in row.answer_objects.all()],
        "case": Case.objects.visible_to(principal).filter(pk=row.case_id or 0).first(),
        "steps": steps,
        "titles": requests_answering.grounds() | requests_answering.uses(),
        "grounds": requests_answering.grounds(),
        "uses": requests_answering.uses(),
        "colours": [colour.word for colour in Colour],
        "call": requests_receiving.needs_a_person(row),
        "contact": row.agreement.read.other(row.read.asker if row.own else row.read.asked).contact,
    }
    if "answer" in steps and request.GET.get("look"):
        try:
            context["candidates"] = requests_showing.candidates(principal, row)
        except DragomanError as error:
            context["trouble"] = str(error)
    return render(request, "partners/request.html", context)


@require_POST
def request_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Act on an own request: say what was unclear, withdraw it, tell what came of it."""
    row, text = _find(request, pk), request.POST.get("text", "").strip()
    step, word = request.POST.get("step", ""), request.POST.get("word", "")
    return _try(request, row, lambda: requests_asking.follow(principal_of(request), row, step, text, word))


@require_POST
def request_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Act on a partner's request: confirm receipt, ask back, extend, answer in parts or whole, refuse."""
    row = _find(request, pk)
    return _try(request, row, lambda: _answer(request, row))


def _answer(request: HttpRequest, row: InformationRequest) -> None:
    principal, given = principal_of(request), request.POST
    step, text = given.get("step", ""), given.get("text", "").strip()
    if step == "received":
        requests_answering.acknowledge(principal, row)
    elif step == "unclear":
        requests_answering.hold(principal, row, text)
    elif step == "extended":
        requests_answering.extend(principal, row, given.get("until", ""), text)
    elif step == "refused":
        requests_answering.refuse(principal, row, given.get("word", ""), text)
    elif step in ("answered", "part"):
        requests_answering.answer(
            principal,
            row,
            text=text,
            records=requests_showing.chosen(principal, [_number(each) for each in given.getlist("record")]),
            colour=given.get("tlp", ""),
            whole=step == "answered",
        )
    else:
        raise StepRefused(f"{step!r} is no step", remedy="choose one of those that the page offers")


def _try(request: HttpRequest, row: InformationRequest, step: Callable[[], Any]) -> HttpResponse:
    try:
        step()
    except DragomanError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row.partner} is told.")
    return redirect("partners:request", row.pk)
