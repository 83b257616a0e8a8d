"""Pages about oneself: the purpose one works for."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.people import purposes
from dragoman.node.people.principals import PURPOSE


@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """Choose the purpose one works for; it is kept in the session, and stands beside each act in the journal."""
    principal = principal_of(request)
    account = principal.account
    assert account is not None  # noqa: S101  the access rule says so
    target = safe_target(request)
    trouble = ""
    if request.method == "POST":
        chosen = purposes.in_force().filter(code=request.POST.get("purpose", "")).first()
        if chosen is not None:
            with transaction.atomic():
                account.last_purpose = chosen
                account.save(update_fields=["last_purpose"])
                record(principal, "people.purpose.chosen", f"account:{account.pk}", result=chosen.code)
            request.session[PURPOSE] = chosen.code
            return redirect(target)
        trouble = "Choose one of the purposes."
    shown = {
        "purposes": purposes.in_force(),
        "chosen": principal.purpose or purposes.remembered(account),
        "next": target,
        "trouble": trouble,
    }
    return render(request, "people/purpose.html", shown, status=422 if trouble else 200)


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show one's own roles and how one signs in."""
    return render(request, "people/me.html")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from this session: the page was left open too long, or another site sent it."""
    return render(request, "people/forged.html", status=403)


def safe_target(request: HttpRequest) -> str:
    """Return where ``next`` leads if that is a page of this node, else the first page."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else "/"
