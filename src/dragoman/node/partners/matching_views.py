"""Pages: matching in private against partners' lists, and the lists that partners may match against."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dragoman.errors import DragomanError
from dragoman.exchange.handling import Colour
from dragoman.exchange.keys_of import KINDS, SURE_KINDS
from dragoman.node.access import principal_of
from dragoman.node.partners import matching_asking, matching_publishing
from dragoman.node.partners.exchange_views import signed
from dragoman.node.partners.models import Agreement, HeldEdition, MatchList, MatchQuestion
from dragoman.node.registry.models import Source

lists = signed(matching_publishing.lists)
edition = signed(matching_publishing.edition)
question = signed(matching_publishing.question)
#: The largest file of a batch, in bytes.
_LARGEST = 2 << 20


@require_http_methods(["GET", "POST"])
def matching(request: HttpRequest) -> HttpResponse:
    """Ask which of some names, documents and accounts are on a partner's list; show what partners may ask of ours."""
    principal = principal_of(request)
    agreements = matching_asking.asking_under()
    context: dict[str, object] = {"text": request.POST.get("text", ""), "columns": matching_asking.COLUMNS}
    if request.method == "POST":
        choice = HeldEdition.objects.filter(agreement__in=agreements).select_related("agreement__partner")
        held = get_object_or_404(choice, pk=request.POST.get("list"))
        try:
            records = matching_asking.read_batch(_text(request))
            found, kept = matching_asking.ask(principal, held, records)
            context |= {"found": found, "asked": kept, "lines": len(records), "held": held}
        except (DragomanError, UnicodeDecodeError) as error:
            context["trouble"] = str(error)
    sources = Source.objects.visible_to(principal)
    offered = MatchList.objects.filter(ended=None, source__in=sources.values("pk"))
    context |= {
        "agreements": agreements,
        "held_editions": HeldEdition.objects.filter(agreement__in=agreements).select_related("agreement__partner"),
        "offered": offered.select_related("source", "agreement__partner"),
        "questions": _questions(sources),
        "sources": sources.order_by("name"),
        "under": Agreement.objects.select_related("partner").order_by("title"),
        "kinds": [(kind, kind in SURE_KINDS) for kind in KINDS],
        "colours": [colour.word for colour in Colour],
    }
    return render(request, "partners/matching.html", context)


def _questions(sources: QuerySet[Source]) -> QuerySet[MatchQuestion]:
    """Return the latest questions: own ones, and those about lists that the viewer may see."""
    rows = MatchQuestion.objects.filter(Q(own=True) | Q(name__in=sources.values("name")))
    return rows.select_related("agreement__partner").order_by("-pk")[:20]


def _text(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    return upload.read(_LARGEST).decode("utf-8") if upload is not None else request.POST.get("text", "")


@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask every partner which lists it offers."""
    for agreement in matching_asking.asking_under():
        try:
            matching_asking.refresh(agreement)
        except DragomanError as error:
            messages.error(request, str(error))
    return redirect("partners:matching")


@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """Let a partner match against a list."""
    principal = principal_of(request)
    agreement = get_object_or_404(Agreement, pk=request.POST.get("agreement"))
    source = get_object_or_404(Source.objects.visible_to(principal), name=request.POST.get("source", ""))
    try:
        matching_publishing.offer(
            principal,
            agreement,
            source,
            colour=request.POST.get("tlp", ""),
            purpose=request.POST.get("purpose", ""),
            kinds=request.POST.getlist("kind"),
        )
        messages.success(request, f"{agreement.partner} can match against {source} from now on.")
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:matching")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop letting a list be matched."""
    seen = Source.objects.visible_to(principal_of(request)).values("pk")
    matching_publishing.withdraw(
        principal_of(request), get_object_or_404(MatchList, pk=pk, ended=None, source__in=seen)
    )
    messages.success(request, "The key is destroyed: what the partner holds of the list tells it nothing any more.")
    return redirect("partners:matching")
