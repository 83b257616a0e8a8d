"""Pages: the lists, their versions and rejects, what changed, and adding a version."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dragoman.errors import DragomanError
from dragoman.lists.delta import diff
from dragoman.lists.store import ListStore
from dragoman.lists.versions import ListVersion as Account
from dragoman.node.access import principal_of
from dragoman.node.journal.recording import look_up, record
from dragoman.node.people.models import Team
from dragoman.node.registry import search
from dragoman.node.registry.models import ListVersion, Record, Source
from dragoman.node.registry.uploads import begin

#: Records on a page, and rejects that are shown at once.
PAGE = 50
SHOWN = 200


def _source(request: HttpRequest, name: str) -> Source:
    return get_object_or_404(Source.objects.visible_to(principal_of(request)), name=name)


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Show every list that the person may see, with the version in use."""
    sources = list(Source.objects.visible_to(principal_of(request)).prefetch_related("teams").order_by("name"))
    in_use = ListVersion.objects.filter(source__in=sources, state=ListVersion.State.IN_USE)
    current = {each.source_id: each for each in in_use}
    rows = [(source, current.get(source.pk)) for source in sources]
    return render(
        request, "registry/lists.html", {"rows": rows, "parties": sum(row[1].parties for row in rows if row[1])}
    )


@require_GET
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Show a list: its records, found by name or page by page, and its versions."""
    source = _source(request, name)
    principal = principal_of(request)
    query = request.GET.get("q", "").strip()
    found, after = _found(source, query) if query else _page(source, request.GET.get("after", ""))
    look_up(principal, "registry.list.searched" if query else "registry.list.viewed", f"list:{source.pk}")
    context = {
        "source": source,
        "current": source.versions.filter(state=ListVersion.State.IN_USE).first(),
        "versions": source.versions.select_related("by").order_by("-added"),
        "records": found,
        "query": query,
        "after": after,
        "teams": Team.objects.order_by("name"),
        "limited": set(source.teams.values_list("pk", flat=True)),
    }
    return render(request, "registry/list.html", context)


def _found(source: Source, query: str) -> tuple[list[tuple[Record, float | None]], None]:
    """Return the records of the list that a name or number finds, best first."""
    try:
        hits = search.screener().screen(query, lists=[source.name], limit=PAGE, threshold=0.5)
    except DragomanError:
        return [], None
    rows = Record.objects.filter(source=source, record_id__in=[hit.record_id for hit in hits])
    kept = {each.record_id: each for each in rows}
    return [(kept[hit.record_id], hit.score) for hit in hits if hit.record_id in kept], None


def _page(source: Source, after: str) -> tuple[list[tuple[Record, float | None]], int | None]:
    rows: QuerySet[Record] = Record.objects.filter(source=source, is_party=True, gone=False).order_by("pk")
    if after.isdecimal():
        rows = rows.filter(pk__gt=int(after[:18]))
    page = list(rows[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    return [(each, None) for each in page[:PAGE]], more


@require_GET
def version(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Show a version: its account, what could not be read, and what it changed against another."""
    source = _source(request, name)
    row = get_object_or_404(source.versions, version=version)
    store = ListStore.open(settings.HOME)
    try:
        account = store.version(row.label)
    except DragomanError as error:
        raise Http404(str(error)) from error
    others = [each for each in store.versions(name) if each.version != version]
    against = request.GET.get("against") or (_before(others, version))
    changes = None
    if against and any(each.version == against for each in others):
        changes = diff(store.records(name, against), store.records(name, version))
    look_up(principal_of(request), "registry.version.viewed", f"version:{row.pk}")
    context = {
        "source": source,
        "version": row,
        "account": account,
        "rejects": account.rejects[:SHOWN],
        "warnings": account.warnings[:SHOWN],
        "others": others,
        "against": against,
        "changes": changes,
        "shown": SHOWN,
    }
    return render(request, "registry/version.html", context)


def _before(others: list[Account], version: str) -> str | None:
    earlier = [each.version for each in others if each.version < version]
    return earlier[-1] if earlier else None


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a version of a list from a publisher's file."""
    if request.method == "POST":
        file, name = request.FILES.get("file"), request.POST.get("name", "").strip().lower()
        if file is None or not name:
            messages.error(request, "Choose a file, and say which list it is.")
        else:
            try:
                begin(principal_of(request), name, file)
            except DragomanError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"{name} is being read. The version in use stays until the new one is whole.")
                return redirect("registry:lists")
    from dragoman.lists.catalogue import format_names

    known = Source.objects.visible_to(principal_of(request)).values_list("name", flat=True)
    return render(request, "registry/add.html", {"names": sorted({*known, *format_names()} - {"csv", "ftm"})})


@require_POST
def teams(request: HttpRequest, name: str) -> HttpResponse:
    """Limit a list to teams, or open it to all."""
    source = _source(request, name)
    with transaction.atomic():
        chosen = Team.objects.filter(pk__in=[pk for pk in request.POST.getlist("team") if pk.isdecimal()])
        source.teams.set(chosen)
        record(principal_of(request), "registry.list.limited", f"list:{source.pk}", count=chosen.count())
    messages.success(request, f"{source} is {'limited to the chosen teams' if chosen else 'open to all'}.")
    return redirect("registry:lists")
