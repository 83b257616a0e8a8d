"""The journal over the API, for auditors' systems: events, proofs, the signed checkpoint."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from dragoman.node.access import principal_of
from dragoman.node.api.rendering import answer
from dragoman.node.journal import verifying
from dragoman.node.journal.models import Event
from dragoman.node.journal.recording import look_up
from dragoman.node.journal.searching import Search

router = Router(tags=["Journal"])


class EventShape(Schema):
    """An act: identifiers, codes and counts, never personal data."""

    index: int = Field(..., examples=[17], description="Its place in the tree, from 0.")
    at: datetime
    who: str = Field(..., examples=["account:7"])
    act: str = Field(..., examples=["desk.hit.reviewed"])
    object: str = Field(..., examples=["hit:17"])
    purpose: str = Field(..., examples=["sanctions-compliance"])
    result: str = Field(..., examples=["false"])
    details: dict[str, Any] = Field({}, examples=[{"review": 3}])


class EventsAsked(Schema):
    """Which events; a value that ends in ``*`` stands for all that begin so."""

    who: str = Field("", examples=["account:7"], max_length=60)
    act: str = Field("", examples=["desk.hit.*"], max_length=80)
    object: str = Field("", examples=["hit:17"], max_length=200)
    purpose: str = Field("", max_length=60)
    since: str = Field("", examples=["2026-03-01"], max_length=40, description="A day or moment, in UTC.")
    until: str = Field("", max_length=40, description="To the end of this day, or before this moment, in UTC.")
    after: int = Field(-1, ge=-1, lt=2**62, description="Only events of a higher index: to read on.")
    limit: int = Field(100, ge=1, le=1000)


@router.get("", response=list[EventShape], operation_id="journal_events", summary="Events of the journal")
def journal_events(request: HttpRequest, asked: Annotated[EventsAsked, Query(...)]) -> HttpResponse:
    """Return events, the oldest first; go on with `after`, the index of the last."""
    found = Search.of(asked.dict()).events().filter(id__gt=asked.after).order_by("id")[: asked.limit]
    return answer([_shape(each) for each in found])


def _shape(event: Event) -> dict[str, Any]:
    fields = ("at", "who", "act", "object", "purpose", "result", "details")
    return {"index": event.id} | {name: getattr(event, name) for name in fields}


@router.get("/checkpoint", operation_id="journal_checkpoint", summary="A signed checkpoint of the journal")
def journal_checkpoint(request: HttpRequest) -> HttpResponse:
    """Return a checkpoint as a signed note (c2sp.org/tlog-checkpoint), to be kept elsewhere."""
    look_up(principal_of(request), "journal.checkpoint.exported", "journal")
    return HttpResponse(verifying.newest_checkpoint() or "", content_type="text/plain; charset=utf-8")


@router.get("/{index}/proof", operation_id="journal_proof", summary="The proof of an event")
def journal_proof(request: HttpRequest, index: int) -> HttpResponse:
    """Return the event, the hashes that lead to the root, and the signed checkpoint (c2sp.org/tlog-proof)."""
    if not 0 <= index < 2**62 or not Event.objects.filter(pk=index).exists():
        raise Http404
    look_up(principal_of(request), "journal.proof.exported", f"event:{index}")
    return HttpResponse(str(verifying.prove(index)), content_type="text/plain; charset=utf-8")
