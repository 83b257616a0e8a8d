"""Settings of the node: what administrators set, and what was read from the environment."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST

from dragoman import __version__
from dragoman.errors import ActRefused
from dragoman.node.access import principal_of
from dragoman.node.journal.recording import record
from dragoman.node.people import node_settings
from dragoman.node.people.acting import back_to
from dragoman.node.people.models import NodeSettings, Purpose, Team


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the settings; take the node's name, and whether everybody needs a second factor."""
    if request.method == "POST":
        name = request.POST.get("name", "").strip()[:60]
        second_factor = request.POST.get("second_factor") == "yes"
        with transaction.atomic():
            NodeSettings(id=1, name=name, second_factor=second_factor).save()
            asked = "second_factor" if second_factor else "password_alone"
            record(principal_of(request), "people.settings.set", "node", result=asked)
        messages.success(request, "The settings are kept.")
        return redirect("people:settings")
    shown = {
        "node": node_settings.current(),
        "second_factor_possible": settings.SECOND_FACTOR,
        "environment": environment(),
        "purposes": Purpose.objects.order_by("-active", "title"),
        "teams": Team.objects.annotate(size=Count("members")).order_by("name"),
        "changing": principal_of(request).has("administrator"),
    }
    return render(request, "people/settings.html", shown)


def environment() -> list[tuple[str, str, str]]:
    """Return what the node read from its environment: label, variable, and value; secrets only as set or not."""
    provider = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [
        ("Version", "", __version__),
        ("Home", "DRAGOMAN_HOME", str(settings.HOME)),
        ("Database", "DATABASE_URL", "SQLite" if settings.SQLITE else "PostgreSQL"),
        ("Hosts", "DRAGOMAN_HOSTS", ", ".join(settings.ALLOWED_HOSTS)),
        ("TLS", "DRAGOMAN_TLS", "yes" if settings.TLS else "no"),
        ("Sessions end", "DRAGOMAN_SESSION_MINUTES", f"after {settings.SESSION_COOKIE_AGE // 60} minutes"),
        ("Idle sessions end", "DRAGOMAN_IDLE_MINUTES", f"after {settings.IDLE_SECONDS // 60} minutes"),
        ("Second factor", "DRAGOMAN_SECOND_FACTOR", "as set above" if settings.SECOND_FACTOR else "asked of nobody"),
        ("OpenID Connect", "DRAGOMAN_OIDC_URL", provider[0]["settings"]["server_url"] if provider else "none"),
    ]


@require_POST
@back_to("people:settings")
def purpose_put(request: HttpRequest) -> HttpResponse:
    """Add a purpose, or change one."""
    given = request.POST
    title = given.get("title", "").strip()[:120]
    code = given.get("code", "") or slugify(title)[:50]
    basis = given.get("lawful_basis", "").strip()[:2000]
    if not title or not code or code != slugify(code) or not basis:
        raise ActRefused("a purpose has a title and a lawful basis", remedy="fill in both")
    with transaction.atomic():
        active = given.get("active") == "yes"
        Purpose(code=code, title=title, lawful_basis=basis, active=active).save()
        record(principal_of(request), "people.purpose.set", f"purpose:{code}", result="open" if active else "closed")
    messages.success(request, f"The purpose {title} is kept.")
    return redirect("people:settings")


@require_POST
@back_to("people:settings")
def team_put(request: HttpRequest) -> HttpResponse:
    """Add a team, or give one another name."""
    name = request.POST.get("name", "").strip()[:80]
    number = request.POST.get("team", "")
    team = get_object_or_404(Team, pk=int(number)) if number.isascii() and number.isdigit() else Team()
    if not name or Team.objects.filter(name__iexact=name).exclude(pk=team.pk).exists():
        raise ActRefused("a team has a name of its own", remedy="choose another name")
    team.name = name
    with transaction.atomic():
        team.save()
        record(principal_of(request), "people.team.set", f"team:{team.pk}")
    messages.success(request, f"The team {name} is kept.")
    return redirect("people:settings")
