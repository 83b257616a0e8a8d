"""Pages: partners and their keys, agreements and the acts on them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dragoman.errors import DragomanError
from dragoman.exchange.agreement_acts import possible
from dragoman.exchange.handling import Colour
from dragoman.exchange.keys import PublicKey
from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.partners import confirming, cosigning, drafting_next, recalling_narrowing, sharing_next
from dragoman.node.partners.agreeing import act, keep
from dragoman.node.partners.cards import read_card
from dragoman.node.partners.drafting import DraftForm, sides
from dragoman.node.partners.holding import giver_of
from dragoman.node.partners.identity import card, fingerprint, node_id
from dragoman.node.partners.models import Agreement, Disclosure, OutStream, Partner, SharedList
from dragoman.node.partners.recalling import left_of, open_under
from dragoman.node.registry.models import Source

#: The acts that a page offers beside ending, with what the button says.
ACTS = {"sign": "Sign", "suspend": "Suspend", "resume": "Resume"}


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/")


@require_GET
def partners(request: HttpRequest) -> HttpResponse:
    """Show the partners, and this node's own card."""
    found = [(each, list(each.agreements.all())) for each in Partner.objects.prefetch_related("agreements")]
    own = card(_address(request))
    return render(
        request, "partners/partners.html", {"partners": found, "card": own, "text": json.dumps(own, indent=1)}
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a partner by its card."""
    try:
        fields = read_card(request.POST.get("card", ""))
    except DragomanError as error:
        messages.error(request, str(error))
        return redirect("partners:partners")
    principal = principal_of(request)
    with transaction.atomic():
        partner, new = Partner.objects.get_or_create(node=fields["node"], defaults=fields | {"by": principal.account})
        if new:
            record(principal, "partners.partner.added", f"partner:{partner.pk}")
    if not new:
        messages.info(request, f"{partner} is known already.")
    return redirect("partners:partner", partner.pk)


@require_GET
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a partner: its key, the agreements with it, and what waits to be delivered."""
    found = get_object_or_404(Partner, pk=pk)
    out = OutStream.objects.filter(partner=found).first()
    waiting = found.outgoing.filter(number__gt=out.through if out else 0).order_by("number")
    return render(
        request,
        "partners/partner.html",
        {
            "partner": found,
            "fingerprint": fingerprint(PublicKey.read(found.key).id),
            "agreements": [(each, each.standing()) for each in found.agreements.order_by("-added")],
            "waiting": waiting[:20],
            "out": out,
        }
        | cosigning.at_partner(found),
    )


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that people compared the key on another channel."""
    with transaction.atomic():
        found = get_object_or_404(Partner.objects.select_for_update(), pk=pk)
        if found.confirmed is None:
            found.confirmed = timezone.now()
            found.save(update_fields=["confirmed"])
            record(principal_of(request), "partners.key.confirmed", f"partner:{found.pk}")
    return redirect("partners:partner", pk)


@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft an agreement with a partner."""
    found = get_object_or_404(Partner, pk=pk)
    form = DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep(form.document(found, _address(request)), principal_of(request))
        except DragomanError as error:
            form.add_error(None, str(error))
        else:
            return redirect("partners:agreement", kept.pk)
    return render(request, "partners/draft.html", {"partner": found, "form": form, "groups": sides(form)})


@require_GET
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an agreement: how it stands and why, what it says, who did what."""
    found = get_object_or_404(Agreement.objects.select_related("partner"), pk=pk)
    sources = Source.objects.visible_to(principal_of(request))
    shared = SharedList.objects.filter(collection__agreement=found, ended=None).select_related(
        "source", "collection__agreement__partner"
    )
    standing, acts = found.standing(), found.known_acts()
    can = possible(found.read, acts, node_id(), standing.state)
    foreseen = sharing_next.foresee(found) if can and found.compared is None and found.version > 1 else {}
    seen = set(sources)
    compared = recalling_narrowing.compare(found) if found.compared is None else recalling_narrowing.Compared()
    context: dict[str, Any] = {
        "agreement": found,
        "read": found.read,
        "standing": standing,
        "acts": acts,
        "offered": {kind: label for kind, label in ACTS.items() if kind in can},
        "can_end": "end" in can,
        "can_be_replaced": drafting_next.can_be_replaced(found),
        "lost": recalling_narrowing.lost(found),
        "taken_back": len(compared.back),
        "shortened": len(compared.until),
        "given": [
            (each, giver_of(each.source), len(left_of(each))) for each in shared.filter(source__in=sources.values("pk"))
        ],
        "gone_on": [each for each in sharing_next.gone_on(found) if each[0].source in seen],
        "foreseen": {each: why for each, why in foreseen.items() if each.source in seen},
        "sources": sources.order_by("name"),
        "left": Disclosure.objects.filter(agreement=found).count(),
        "open": len(open_under(found)),
        "came": found.received.filter(revoked=False).count(),
        "ending": confirming.ending(found),
        "polls": found.polls.order_by("pk"),
        "colours": [colour.word for colour in Colour],
        "codes": sorted({code for clause in found.read.clauses for code in clause.codes}),
        "purposes": sorted({purpose for clause in found.read.clauses for purpose in clause.purposes}),
    }
    return render(request, "partners/agreement.html", context)


@require_http_methods(["GET", "POST"])
def next_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a version that allows less, which takes the agreement's place once both have signed it."""
    found = get_object_or_404(Agreement.objects.select_related("partner"), pk=pk)
    if request.method == "POST":
        try:
            kept = keep(drafting_next.narrower(found, dict(request.POST.lists())), principal_of(request))
        except DragomanError as error:
            messages.error(request, str(error))
        else:
            return redirect("partners:agreement", kept.pk)
    context = {"agreement": found, "offered": drafting_next.offered(found), "retention": found.read.retention}
    return render(request, "partners/next.html", context)


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the document that is signed, with the acts on it."""
    found = get_object_or_404(Agreement, pk=pk)
    content = {"hash": found.hash, "document": found.document, "acts": [each.to_json() for each in found.known_acts()]}
    return JsonResponse(content, json_dumps_params={"indent": 1, "ensure_ascii": False})


@require_POST
def perform(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one act on an agreement for this node."""
    found = get_object_or_404(Agreement, pk=pk)
    seen = request.POST.get("seen", "")
    try:
        act(
            found,
            request.POST.get("act", ""),
            request.POST.get("reason", "").strip(),
            principal_of(request),
            seen=int(seen) if seen.isdecimal() else 0,
        )
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:agreement", pk)
