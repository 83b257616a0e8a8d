"""The pages on which administrators keep webhooks."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.registry.models import Source
from dragoman.node.webhooks import keeping
from dragoman.node.webhooks.models import Delivery, Webhook


@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """Show the webhooks, and register one; its secret is shown once."""
    shown: dict[str, object] = {}
    if request.method == "POST":
        given = {key: request.POST.get(key, "").strip() for key in ("name", "url")}
        try:
            made, secret = keeping.register(
                principal_of(request), given["name"], given["url"], request.POST.getlist("lists")
            )
            shown = {"made": made, "secret": secret}
        except DragomanError as error:
            shown = {"trouble": error.message, "remedy": error.remedy, "given": given}
    counts = {state: Count("deliveries", filter=Q(deliveries__state=state)) for state in Delivery.State.values}
    shown["webhooks"] = Webhook.objects.annotate(**counts).order_by("ended", "name")
    shown["lists"] = Source.objects.order_by("name")
    return render(request, "webhooks/webhooks.html", shown, status=422 if "trouble" in shown else 200)


@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a webhook with its deliveries, those given up first."""
    found = get_object_or_404(Webhook, pk=pk)
    rows = found.deliveries.order_by("state", "-pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    dead = found.deliveries.filter(state=Delivery.State.DEAD).count()
    return render(request, "webhooks/webhook.html", {"webhook": found, "page": page, "dead": dead})


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a webhook."""
    keeping.end(principal_of(request), get_object_or_404(Webhook, pk=pk))
    messages.success(request, "The webhook is ended.")
    return redirect("webhooks:webhook", pk=pk)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what was given up be sent again."""
    count = keeping.retry(principal_of(request), get_object_or_404(Webhook, pk=pk))
    messages.success(request, f"{count} deliveries are sent again.")
    return redirect("webhooks:webhook", pk=pk)
