"""Pages: interests that are compared with partners in private."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.desk.models import Case
from dragoman.node.journal.recording import look_up
from dragoman.node.partners import deconflicting, requests_subject
from dragoman.node.partners.models import Interest


@require_http_methods(["GET", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """Show the interests that one may see, and register one."""
    principal = principal_of(request)
    agreements = deconflicting.open_to_us()
    cases = Case.objects.visible_to(principal).filter(closed_at=None).order_by("-pk")
    trouble = ""
    if request.method == "POST":
        given = {name: str(value) for name, value in request.POST.items()}
        case = get_object_or_404(cases, pk=int(given["case"])) if given.get("case", "").isdecimal() else None
        chosen = [each for each in agreements if str(each.pk) in request.POST.getlist("agreement")]
        try:
            deconflicting.register(
                principal,
                chosen,
                requests_subject.read_form(given),
                purpose=given.get("purpose", ""),
                days=int(given["days"]) if given.get("days", "").isdecimal() else 0,
                named=given.get("named") == "yes",
                contact=given.get("contact", "").strip(),
                case=case,
            )
        except DragomanError as error:
            trouble = str(error)
        else:
            messages.success(request, "It is registered; partners compare it without learning whom it is about.")
            return redirect("partners:interests")
    rows = Interest.objects.visible_to(principal).order_by("-pk").prefetch_related("partners__agreement__partner")
    page = Paginator(rows.select_related("by"), 50).get_page(request.GET.get("page"))
    look_up(principal, "partners.interests.viewed", "interests", count=len(page))
    return render(request, "partners/interests.html", _context(request, page, agreements, cases, trouble))


def _context(request: HttpRequest, page: Any, agreements: list[Any], cases: Any, trouble: str) -> dict[str, Any]:
    return {
        "page": page,
        "rows": [_shown(row) for row in page],
        "agreements": agreements,
        "purposes": sorted({name for each in agreements for name in deconflicting.purposes_of(each)}),
        "cases": cases[:200],
        "given": request.POST,
        "fields": [(prop, label, request.POST.get(prop, "")) for prop, label in requests_subject.FIELDS.items()],
        "schemata": requests_subject.SCHEMATA,
        "trouble": trouble,
        "may_register": principal_of(request).has("analyst", "supervisor", "liaison"),
    }


def _shown(row: Interest) -> dict[str, Any]:
    """Return what a page shows: that somebody else has an interest, and whose only where both agreed."""
    at = list(row.partners.all())
    over = row.withdrawn is not None or row.ends <= timezone.now()
    return {
        "row": row,
        "at": sorted(str(each.agreement.partner) for each in at),
        "compared": sum(bool(each.tokens) for each in at),
        "met": any(each.met for each in at),
        "named": [(each.agreement.partner, each.contact) for each in at if each.named],
        "over": over,
    }


@require_POST
def interest_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End an interest."""
    principal = principal_of(request)
    deconflicting.withdraw(principal, get_object_or_404(Interest.objects.visible_to(principal), pk=pk))
    messages.success(request, "The interest is ended, here and at the partners.")
    return redirect("partners:interests")
