"""Pages about oneself: the purpose one works for, how one signs in, the API keys one answers for."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.people import keys as issuing
from dragoman.node.people import purposes
from dragoman.node.people.acting import back_to
from dragoman.node.people.models import Account, ApiKey
from dragoman.node.people.principals import PURPOSE


@require_http_methods(["GET", "POST"])
def purpose(request: HttpRequest) -> HttpResponse:
    """Choose the purpose one works for; it is kept in the session, and stands beside each act in the journal."""
    principal, account = principal_of(request), _own_account(request)
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
    """Show one's own roles, and how one signs in."""
    account = _own_account(request)
    factors = list(account.authenticator_set.all())
    shown = {
        "account": account,
        "standing": account.appointments.filter(ended=None).select_related("by").order_by("role"),
        "apps": [each for each in factors if each.type == each.Type.TOTP],
        "security_keys": [each for each in factors if each.type == each.Type.WEBAUTHN],
        "codes": next((each for each in factors if each.type == each.Type.RECOVERY_CODES), None),
        "provider": (settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] or [None])[0],
        "joined": account.socialaccount_set.exists(),
        "keys": sum(key.in_force for key in account.keys.all()),
    }
    return render(request, "people/me.html", shown)


def _own_account(request: HttpRequest) -> Account:
    account = principal_of(request).account
    assert account is not None  # noqa: S101  the access rules say so
    return account


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """List one's own keys; administrators and auditors see everybody's."""
    return _keys(request)


def _keys(request: HttpRequest, **more: Any) -> HttpResponse:
    principal = principal_of(request)
    everybody = principal.has("administrator", "auditor")
    found = ApiKey.objects.all() if everybody else ApiKey.objects.filter(account=principal.account)
    shown = {
        "keys": found.select_related("account").prefetch_related("purposes").order_by("revoked", "-created"),
        "everybody": everybody,
        "scopes": [] if principal.has("auditor") else issuing.scopes_of(principal),
        "purposes": purposes.in_force(),
        **more,
    }
    return render(request, "people/keys.html", shown)


@require_POST
@never_cache
@reauthentication_required
@back_to("people:keys")
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a key for oneself, and show its secret once."""
    given = request.POST
    days = given.get("days", "")
    name = given.get("name", "").strip()[:80] or "Unnamed"
    chosen = purposes.in_force().filter(code__in=given.getlist("purposes"))
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    key, secret = issuing.issue(principal_of(request), name, given.getlist("scopes"), chosen, number)
    return _keys(request, fresh=key, secret=secret)


@require_POST
@back_to("people:keys")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a key."""
    principal = principal_of(request)
    found = ApiKey.objects.all() if principal.has("administrator") else ApiKey.objects.filter(account=principal.account)
    issuing.revoke(principal, get_object_or_404(found, pk=pk))
    messages.success(request, "The key opens nothing any more.")
    return redirect("people:keys")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from this session: the page was left open too long, or another site sent it."""
    return render(request, "people/forged.html", status=403)


def safe_target(request: HttpRequest) -> str:
    """Return where ``next`` leads if that is a page of this node, else the first page."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else "/"
