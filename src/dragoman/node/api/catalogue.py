"""``/catalog``, ``/algorithms``, ``/healthz``, ``/readyz``, ``/entities/{id}``: what there is, and whether it works."""

from __future__ import annotations

from typing import Annotated, Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from dragoman.errors import IndexUnusable, StoreError, UsageError
from dragoman.model import schemata
from dragoman.node.access import principal_of
from dragoman.node.api import entities
from dragoman.node.api.asking import ALGORITHM
from dragoman.node.api.parameters import Paging
from dragoman.node.api.rendering import answer
from dragoman.node.api.shapes import Adjacent, AdjacentResponse, Algorithms, Catalog, Entity, Status
from dragoman.node.desk import screening
from dragoman.node.journal.recording import look_up
from dragoman.node.registry.models import ListVersion, Source

router = Router()
_Id = Annotated[str, Path(max_length=400, description="A record's id, or `list:id` where several lists have it.")]


@router.get(
    "/healthz", response=Status, summary="Whether the process answers", operation_id="healthz", tags=["Service"]
)
def healthz(request: HttpRequest) -> dict[str, str]:
    """Answer without asking anything of database or index."""
    return {"status": "ok"}


@router.get(
    "/readyz", response=Status, summary="Whether queries can be answered", operation_id="readyz", tags=["Service"]
)
def readyz(request: HttpRequest) -> dict[str, str]:
    """Answer `ok` where the database answers and an index of the lists is there; else 503 with what is missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    try:
        screening.screener()
    except StoreError as error:
        raise IndexUnusable(
            f"there is no index to search yet: {error.message}", remedy=error.remedy or "add a list at the desk"
        ) from error
    return {"status": "ok"}


@router.get("/algorithms", response=Algorithms, summary="How it is scored", operation_id="algorithms", tags=["Service"])
def algorithms(request: HttpRequest) -> dict[str, Any]:
    """List the one algorithm, with the features that explain its scores."""
    own = {
        "name": ALGORITHM,
        "description": "Exact search over names in all scripts, calibrated log-odds of names, dates and numbers.",
        "docs": {name: {"description": text, "url": None, "coefficient": 1.0} for name, text in FEATURES.items()},
    }
    return {"algorithms": [own], "default": ALGORITHM, "best": ALGORITHM}


#: The features that `dragoman.screening` explains a score by.
FEATURES = {
    "name": "How alike the names are, weighed by how rare their words are.",
    "identifier": "A number that both bear.",
    "birth_date": "How the dates of birth agree, as precise as they are.",
    "date": "How other dates agree, such as that of incorporation.",
    "country": "Whether a country agrees.",
    "birth_place": "Whether the places of birth have a word in common.",
    "gender": "Whether the genders contradict.",
    "weak_alias": "The name that matched is one that the publisher calls weak.",
    "initials": "The name that matched stands for initials.",
}


@router.get("/catalog", response=Catalog, summary="The lists in use", operation_id="catalog", tags=["Lists"])
def catalog(request: HttpRequest) -> dict[str, Any]:
    """List the lists that you may see, in the version in use, with the rows that could not be read."""
    seen = Source.objects.visible_to(principal_of(request))
    rows = ListVersion.objects.filter(state=ListVersion.State.IN_USE, source__in=seen)
    versions = list(rows.select_related("source").order_by("source__name").distinct())
    try:
        indexed = dict(screening.screener().lists)
    except StoreError:
        indexed = {}
    datasets = [_dataset(version, indexed) for version in versions]
    outdated = [each["name"] for each in datasets if not each["index_current"]]
    return {
        "datasets": datasets,
        "current": [each["name"] for each in datasets if each["index_current"]],
        "outdated": outdated,
        "index_stale": bool(outdated),
    }


def _dataset(version: ListVersion, indexed: dict[str, str]) -> dict[str, Any]:
    source = version.source
    return {
        "name": source.name,
        "title": str(source),
        "version": version.version,
        "entity_count": version.parties,
        "rejects": version.rejects,
        "publisher": {"name": source.publisher} if source.publisher else None,
        "updated_at": version.added.isoformat(),
        "index_version": indexed.get(source.name),
        "index_current": indexed.get(source.name) == version.version,
    }


@router.get("/entities/{entity_id}", response=Entity, summary="A record", operation_id="entity", tags=["Lists"])
def entity(
    request: HttpRequest,
    entity_id: _Id,
    nested: Annotated[bool, Query(description="With what describes it, and what it is linked to.")] = True,
) -> HttpResponse:
    """Return a record as its list states it. The view is journalled with its purpose."""
    principal = principal_of(request)
    source, row = entities.find(principal, entity_id)
    found = entities.nested(source, row) if nested else entities.plain(source, row)
    look_up(principal, "registry.record.viewed", f"record:{row.pk}")
    return answer(found)


@router.get(
    "/entities/{entity_id}/adjacent",
    response=AdjacentResponse,
    summary="What a record is linked with",
    operation_id="adjacent",
    tags=["Lists"],
)
def adjacent(
    request: HttpRequest,
    entity_id: _Id,
    asked: Query[Paging],
) -> HttpResponse:
    """Return a record, and by property what it points to and what points to it."""
    principal = principal_of(request)
    source, row = entities.find(principal, entity_id)
    plain = entities.plain(source, row)
    linked = entities.neighbours(source, row, plain["properties"])
    look_up(principal, "registry.record.viewed", f"record:{row.pk}")
    pages = {prop: _page(others, asked) for prop, others in linked.items()}
    return answer({"entity": plain, "adjacent": pages})


@router.get(
    "/entities/{entity_id}/adjacent/{prop}",
    response=Adjacent,
    summary="What one property of a record leads to",
    operation_id="adjacent_by",
    tags=["Lists"],
)
def adjacent_by(
    request: HttpRequest,
    entity_id: _Id,
    prop: Annotated[str, Path(max_length=64)],
    asked: Query[Paging],
) -> HttpResponse:
    """Return a page of what the property leads to."""
    principal = principal_of(request)
    source, row = entities.find(principal, entity_id)
    plain = entities.plain(source, row)
    linked = entities.neighbours(source, row, plain["properties"])
    known = set(schemata.properties(row.schema)) | set(entities.REVERSE.values())
    if prop not in linked and prop not in known:
        raise UsageError(f"a {row.schema} has no property {prop[:64]!r}", remedy="look at /entities/{id}/adjacent")
    look_up(principal, "registry.record.viewed", f"record:{row.pk}")
    return answer(_page(linked.get(prop, []), asked))


def _page(others: list[Any], asked: Paging) -> dict[str, Any]:
    part = others[asked.offset : asked.offset + asked.limit]
    total = {"value": len(others), "relation": "eq"}
    return {"results": part, "total": total, "limit": asked.limit, "offset": asked.offset}
