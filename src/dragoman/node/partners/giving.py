"""Pages: giving a list under an agreement, taking it back, and tokens for TAXII clients that do not sign."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.partners import recalling, sharing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Partner, PartnerToken, SharedList
from dragoman.node.partners.taxii.asking import digest_of
from dragoman.node.registry.models import Source


@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a list under an agreement."""
    agreement = get_object_or_404(Agreement, pk=pk)
    principal = principal_of(request)
    source = get_object_or_404(Source.objects.visible_to(principal), name=request.POST.get("source", ""))
    try:
        shared = sharing.share(
            principal,
            agreement,
            source,
            colour=request.POST.get("tlp", ""),
            codes=request.POST.getlist("code"),
            purpose=request.POST.get("purpose", ""),
        )
        waits = sharing.is_long(source)
        if not waits:
            sharing.write(shared)
    except DragomanError as error:
        messages.error(request, str(error))
    else:
        when = "as soon as it is written" if waits else "from now on"
        messages.success(request, f"{source} is given {when}, and kept up with its versions.")
    return redirect("partners:agreement", pk)


@require_POST
def unshare(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop giving a list, and call back what left of it where that is chosen, with a reason."""
    principal = principal_of(request)
    seen = Source.objects.visible_to(principal).values("pk")
    rows = SharedList.objects.select_related("collection__agreement__partner")
    shared = get_object_or_404(rows, pk=pk, ended=None, source__in=seen)
    agreement, reason = shared.collection.agreement, request.POST.get("reason", "").strip()
    try:
        with transaction.atomic():
            left = recalling.left_of(shared) if "back" in request.POST else []
            sharing.end(principal, shared)
            if left:
                recalling.take_back_some(principal, agreement, dict.fromkeys(left, reason))
    except DragomanError as error:
        messages.error(request, str(error))
    else:
        back = f"{len(left)} objects are called back." if left else "What the partner has already, it keeps."
        messages.success(request, f"It is no longer given. {back}")
    return redirect("partners:agreement", agreement.pk)


@require_POST
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token for a TAXII client of the partner; it is shown once, and replaces the one before."""
    partner = get_object_or_404(Partner, pk=pk)
    made = secrets.token_urlsafe(32)
    with transaction.atomic():
        PartnerToken.objects.filter(partner=partner).delete()
        PartnerToken.objects.create(partner=partner, digest=digest_of(made))
        record(principal_of(request), "partners.token.made", f"partner:{partner.pk}")
    context = {"partner": partner, "token": made, "address": request.build_absolute_uri("/taxii2/"), "own": node_id()}
    return render(request, "partners/token.html", context)
