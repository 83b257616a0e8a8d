"""Pages: what left to whom, and the notices that call it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from dragoman.errors import DragomanError
from dragoman.exchange import recall as notices
from dragoman.node.access import principal_of
from dragoman.node.partners import recalling
from dragoman.node.partners.models import Agreement, Disclosure, Notice, NoticeDuty, Partner, SharedObject

_STATES: dict[str, dict[str, Any]] = {
    "recalled": {"recalled__isnull": False},
    "waiting": {"recalled__isnull": False, "acknowledged": None},
}


@require_GET
def disclosures(request: HttpRequest) -> HttpResponse:
    """Show the ledger: each object, to whom it went, under what, and whether it was called back."""
    rows = Disclosure.objects.select_related("partner", "agreement").order_by("-pk")
    partner, state, text = (request.GET.get(name, "") for name in ("partner", "state", "q"))
    if partner.isdecimal():
        rows = rows.filter(partner=int(partner))
    rows = rows.filter(**_STATES.get(state, {}))
    if text:
        said = SharedObject.objects.filter(content__icontains=text.strip()).values("stix_id")
        rows = rows.filter(Q(object__contains=text.strip()) | Q(object__in=said))
    context = {
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "partners": Partner.objects.order_by("name"),
        "chosen": {"partner": partner, "state": state, "q": text},
        "kinds": [kind for kind in notices.KINDS if kind != "shortening"],  # that one follows from an agreement
    }
    return render(request, "partners/disclosures.html", context)


@require_POST
def recall(request: HttpRequest) -> HttpResponse:
    """Write a notice about the chosen objects to all who got them."""
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "").strip()
    try:
        kept = recalling.write(principal_of(request), request.POST.getlist("object"), kind, reason)
    except DragomanError as error:
        messages.error(request, str(error))
        return redirect("partners:disclosures")
    messages.success(request, f"{len(kept)} written; the answers are shown here.")
    return redirect("partners:notices")


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Call back everything that left under an agreement."""
    agreement = get_object_or_404(Agreement, pk=pk)
    try:
        kept = recalling.take_back(principal_of(request), agreement, request.POST.get("reason", "").strip())
        messages.success(request, f"{len(kept)} notices of narrowing were written.")
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:notices")


@require_GET
def notices_page(request: HttpRequest) -> HttpResponse:
    """Show the notices of this node with what each recipient owes, and those that came from partners."""
    now = timezone.now()
    rows = NoticeDuty.objects.select_related("notice", "partner").order_by("-pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    owed = [(row, duty, duty.progress(now), duty.needs_a_person(now)) for row, duty in _duties(page)]
    received = Notice.objects.filter(own=False).select_related("partner").order_by("-pk")[:50]
    return render(request, "partners/notices.html", {"page": page, "owed": owed, "received": received})


def _duties(page: Any) -> list[tuple[NoticeDuty, notices.Duty]]:
    return [(row, recalling.duty_of(row)) for row in page]
