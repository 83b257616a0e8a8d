"""Pages for administrators: who is here, with which roles and teams; invitations."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.people import first, roles
from dragoman.node.people.acting import back_to
from dragoman.node.people.models import Account, Appointment, Link, Role, Team


@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts, and the links that nobody has used yet."""
    standing = Appointment.objects.filter(ended=None).order_by("role")
    everybody = Account.objects.order_by("-is_active", "first_name", "username").prefetch_related(
        "teams", Prefetch("appointments", standing, to_attr="standing"), "authenticator_set"
    )
    links = Link.objects.filter(used=None, withdrawn=None, expires__gt=timezone.now()).exclude(kind=Link.Kind.FIRST)
    shown = {
        "accounts": everybody,
        "links": links.select_related("account", "by").order_by("expires"),
        "roles": Role,
        "several": roles.administrators().count() > 1,
    }
    return render(request, "people/accounts.html", shown)


@require_POST
@never_cache
@back_to("people:accounts")
def invite(request: HttpRequest) -> HttpResponse:
    """Make an invitation, and show its link once."""
    name = request.POST.get("name", "").strip()[:150]
    path = first.invite(principal_of(request), name, request.POST.getlist("roles"))
    return _show_link(request, path, name or "the new person", first.HOLDS[Link.Kind.INVITATION].total_seconds())


def _show_link(request: HttpRequest, path: str, whom: str, seconds: float) -> HttpResponse:
    shown = {"link": request.build_absolute_uri(path), "whom": whom, "hours": int(seconds // 3600)}
    return render(request, "people/link.html", shown)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an unused link useless."""
    first.withdraw(principal_of(request), get_object_or_404(Link, pk=pk, used=None, withdrawn=None))
    messages.success(request, "The link opens nothing any more.")
    return redirect("people:accounts")


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one account: its roles now and before, teams, and keys."""
    found = get_object_or_404(Account, pk=pk)
    appointments = found.appointments.select_related("by", "confirmed_by", "ended_by").order_by("-since")
    standing = [each for each in appointments if each.ended is None]
    held = {each.role for each in standing}
    shown = {
        "account": found,
        "standing": standing,
        "former": [each for each in appointments if each.ended is not None],
        "free_roles": [(value, label) for value, label in Role.choices if value not in held],
        "teams": Team.objects.order_by("name"),
        "member_of": set(found.teams.values_list("pk", flat=True)),
        "keys": found.keys.prefetch_related("purposes").order_by("-created"),
        "factors": found.authenticator_set.exclude(type="recovery_codes"),
        "needs_second": roles.needs_second(principal_of(request).account),
        "changing": principal_of(request).has("administrator"),
    }
    return render(request, "people/account.html", shown)


def _to(pk: int) -> HttpResponse:
    return redirect("people:account", pk)


@require_POST
def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a role, or propose it."""
    found = get_object_or_404(Account, pk=pk)
    role = request.POST.get("role", "")
    return _tried(request, pk, lambda: roles.appoint(principal_of(request), found, role))


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a role that another administrator proposed."""
    found = get_object_or_404(Appointment, pk=pk)
    return _tried(request, found.account_id, lambda: roles.confirm(principal_of(request), found))


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role."""
    found = get_object_or_404(Appointment, pk=pk)
    return _tried(request, found.account_id, lambda: roles.end(principal_of(request), found))


@require_POST
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open it again."""
    found = get_object_or_404(Account, pk=pk)
    active = request.POST.get("active") == "yes"
    return _tried(request, pk, lambda: roles.set_active(principal_of(request), found, active=active))


@require_POST
def teams(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the teams that somebody belongs to."""
    found = get_object_or_404(Account, pk=pk)
    wanted = [int(each) for each in request.POST.getlist("teams") if each.isascii() and each.isdigit()]
    with transaction.atomic():
        chosen = list(Team.objects.filter(pk__in=wanted))
        found.teams.set(chosen)
        numbers = ",".join(str(team.pk) for team in chosen)
        record(principal_of(request), "people.teams.set", f"account:{pk}", teams=numbers)
    messages.success(request, "The teams are as chosen.")
    return _to(pk)


@require_POST
@never_cache
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link with which somebody locked out signs in anew, and show it once."""
    found = get_object_or_404(Account, pk=pk, is_active=True)
    path = first.renew(principal_of(request), found)
    return _show_link(request, path, found.shown_name, first.HOLDS[Link.Kind.RENEWAL].total_seconds())


def _tried(request: HttpRequest, pk: int, act: Callable[[], object]) -> HttpResponse:
    @back_to(f"/people/{pk}/")
    def done(_: HttpRequest) -> HttpResponse:
        act()
        messages.success(request, "Done.")
        return _to(pk)

    return done(request)
