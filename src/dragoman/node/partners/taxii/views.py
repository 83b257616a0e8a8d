"""The endpoints of TAXII 2.1, each for the partner that asks, under the agreement that is the API root."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from dragoman.errors import DragomanError, TaxiiRefused
from dragoman.exchange.policy import Decision
from dragoman.exchange.taxii import reading, resources, writing
from dragoman.exchange.taxii.filters import OBJECT, OBJECTS, VERSIONS, read_filters
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.negotiation import MEDIA_TYPE, check_content, error_message, negotiate
from dragoman.exchange.taxii.rows import ALL
from dragoman.node.journal.recording import record
from dragoman.node.partners import lines
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, Partner, TaxiiStatus
from dragoman.node.partners.policies import Gate, enter
from dragoman.node.partners.taxii.asking import (
    agreement_of,
    asker_of,
    collection_of,
    collections_of,
    purposes_of,
    reader_of,
    roots,
)
from dragoman.node.partners.taxii.receiving import verdict
from dragoman.node.partners.taxii.store import Store

Endpoint = Callable[..., Any]


def endpoint(*methods: str) -> Callable[[Endpoint], Callable[..., HttpResponse]]:
    """Turn a function of request and partner into a view that answers and errs as TAXII says.

    Who signs what it asks gets an answer that is signed.
    """

    def wrap(answering: Endpoint) -> Callable[..., HttpResponse]:
        @csrf_exempt  # no cookie is looked at: a token or a signature says who asks
        @wraps(answering)
        def view(request: HttpRequest, **place: Any) -> HttpResponse:
            signed = None
            try:
                negotiate(request.headers.get("Accept"))
                if request.method not in methods:
                    raise TaxiiRefused(f"{request.method} is not known here", status=405, remedy=" or ".join(methods))
                partner, signed = asker_of(request)
                found = answering(request, partner, **place)
            except DragomanError as error:
                found = _answer(error_message(error, getattr(request, "id", "")), _status(error))
            response = found if isinstance(found, HttpResponse) else _answer(found)
            return response if signed is None else lines.bind(response, signed)

        return view

    return wrap


def _status(error: DragomanError) -> int:
    return error.status if isinstance(error, TaxiiRefused) else 400


def _answer(found: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(orjson.dumps(found), status=status, content_type=MEDIA_TYPE, headers=headers)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="TAXII"'
    return response


@endpoint("GET")
def discovery(request: HttpRequest, partner: Partner) -> Any:
    """Tell the API roots of the partner: its agreements in force."""
    addresses = [request.build_absolute_uri(f"/taxii2/{each.pk}/") for each in roots(partner)]
    return resources.discovery(f"Dragoman at {node_id()}", addresses)


@endpoint("GET")
def api_root(request: HttpRequest, partner: Partner, root: str) -> Any:
    """Describe an API root."""
    return resources.api_root(agreement_of(partner, root).title)


@endpoint("GET")
def status(request: HttpRequest, partner: Partner, root: str, uuid: str) -> Any:
    """Tell what became of an earlier request to add objects."""
    agreement = agreement_of(partner, root)
    try:
        found = TaxiiStatus.objects.filter(uuid=UUID(uuid), agreement=agreement).first()
    except ValueError:
        found = None
    if found is None:
        raise TaxiiRefused("there is no such status", status=404, remedy="it is kept for a day")
    return found.resource


@endpoint("GET")
def collections(request: HttpRequest, partner: Partner, root: str) -> Any:
    """List the collections under an agreement."""
    return resources.collections(collections_of(agreement_of(partner, root)).values())


@endpoint("GET")
def collection(request: HttpRequest, partner: Partner, root: str, uuid: str) -> Any:
    """Describe one collection."""
    found = collections_of(agreement_of(partner, root)).get(uuid)
    if found is None:
        raise TaxiiRefused("there is no such collection", status=404, remedy="list the collections")
    return found.resource()


def _read(request: HttpRequest, partner: Partner, root: str, uuid: str, kind: str, stix_id: str = "") -> HttpResponse:
    """Answer a page: what policy lets out now, and into the ledger with it."""
    agreement = agreement_of(partner, root)
    found = collection_of(agreement, uuid)
    known = {"objects": OBJECTS, "manifest": OBJECTS, "object": OBJECT, "versions": VERSIONS}[kind]
    filters = read_filters(dict(request.GET.lists()), known)
    store, reader = Store(), reader_of(partner, agreement)
    gate = Gate(partner, found, purposes_of(request, agreement, found), store)
    if kind in ("object", "versions"):
        read = reading.read_object if kind == "object" else reading.read_versions
        page = read(store, uuid, stix_id, filters, reader, gate)
    else:
        page = (reading.read_objects if kind == "objects" else reading.read_manifest)(
            store, uuid, filters, reader, gate
        )
    if kind in ("objects", "object") and page.rows:
        _enter(partner, agreement, found, page.rows, {row.added: gate.going[row.added] for row in page.rows})
    return _answer(page.resource, headers=page.headers)


def _enter(
    partner: Partner, agreement: Agreement, found: Collection, rows: Any, going: dict[int, tuple[str, Decision]]
) -> None:
    """Write what leaves into the ledger and the journal, by the purpose that it leaves for."""
    with transaction.atomic():
        for purpose in sorted({purpose for purpose, _ in going.values()}):
            clauses = {added: decision.clause for added, (stated, decision) in going.items() if stated == purpose}
            leaving = [row for row in rows if row.added in clauses]
            enter(partner, agreement, found.data_class, purpose, leaving, clauses)
            target = f"collection:{found.pk}"
            record(f"partner:{partner.pk}", "partners.objects.disclosed", target, count=len(leaving), purpose=purpose)


@endpoint("GET", "POST")
def objects(request: HttpRequest, partner: Partner, root: str, uuid: str) -> Any:
    """Give a page of objects, or take objects in."""
    if request.method == "POST":
        return _add(request, partner, root, uuid)
    return _read(request, partner, root, uuid, "objects")


def _add(request: HttpRequest, partner: Partner, root: str, uuid: str) -> HttpResponse:
    agreement = agreement_of(partner, root)
    found = collection_of(agreement, uuid, write=True)
    length = request.headers.get("Content-Length")
    check_content(request.headers.get("Content-Type"), int(length) if length and length.isdecimal() else None)
    given = writing.read_envelope(request.body)
    judged = verdict(partner, agreement, found, given, purposes_of(request, agreement, found)[0])
    with transaction.atomic():
        state = writing.add_objects(
            Store(judged.handlings),
            uuid,
            given,
            now=moment_of(timezone.now()),
            status_id=str(uuid4()),
            verdict=judged.verdict,
        )
        resource = state.resource()
        TaxiiStatus.objects.create(uuid=state.id, agreement=agreement, resource=resource)
        target = f"collection:{found.pk}"
        record(f"partner:{partner.pk}", "partners.objects.received", target, count=len(state.successes))
    return _answer(resource, 202)


@endpoint("GET")
def manifest(request: HttpRequest, partner: Partner, root: str, uuid: str) -> Any:
    """Give a page of the manifest."""
    return _read(request, partner, root, uuid, "manifest")


@endpoint("GET", "DELETE")
def one_object(request: HttpRequest, partner: Partner, root: str, uuid: str, stix_id: str) -> Any:
    """Give the versions of one object, or delete what the partner gave itself."""
    if request.method == "GET":
        return _read(request, partner, root, uuid, "object", stix_id)
    found = collection_of(agreement_of(partner, root), uuid, write=True)
    filters = read_filters(dict(request.GET.lists()), OBJECT, default=ALL)
    with transaction.atomic():
        gone = writing.delete_object(Store(), uuid, stix_id, filters)
        target = f"collection:{found.pk}"
        record(f"partner:{partner.pk}", "partners.objects.deleted", target, count=len(gone))
    return {}


@endpoint("GET")
def versions(request: HttpRequest, partner: Partner, root: str, uuid: str, stix_id: str) -> Any:
    """List the versions of one object."""
    return _read(request, partner, root, uuid, "versions", stix_id)
