"""The desk over the API: screenings of whole files, hits, decisions on them, exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Field, File, Form, Query, Router, Schema
from ninja.files import UploadedFile as NinjaFile

from dragoman.node.access import principal_of
from dragoman.node.api.rendering import answer
from dragoman.node.desk import assigning, bulk, exporting, hit_queue, reviewing
from dragoman.node.desk.models import Assignment, Hit, Screening
from dragoman.node.desk.reviewing import Decision
from dragoman.node.journal.recording import look_up
from dragoman.node.people.models import Account

router = Router(tags=["Desk"])


class ScreeningShape(Schema):
    """A screening that was kept."""

    id: int = Field(..., examples=[3])
    origin: str = Field(..., examples=["upload"])
    purpose: str = Field(..., examples=["sanctions-compliance"])
    at: datetime
    lists: dict[str, str] = Field(..., examples=[{"un-sc": "2026-02-27"}])
    threshold: float = Field(..., examples=[0.7])
    limit: int = Field(..., examples=[5])
    job_id: int | None = Field(None, description="The job that screens it.")
    queries: int = Field(..., description="Screened so far.")
    with_hits: int
    hits: int
    refused: int = Field(..., description="Rows that could not be read, and are not clear.")
    unread: int
    partly: int


class HitShape(Schema):
    """A query and a record above the threshold."""

    id: int = Field(..., examples=[17])
    screening: int = Field(..., examples=[3])
    query_id: str = Field(..., examples=["customer-17"])
    query: dict[str, Any] = Field(..., examples=[{"schema": "Person", "properties": {"name": ["Anwar Tazmart"]}}])
    place: str = ""
    role: str = ""
    source: str = Field(..., examples=["un-sc"], description="The list.")
    version: str = Field(..., examples=["2026-02-27"])
    record_id: str = Field(..., examples=["un-6908555"])
    caption: str
    schema_: str = Field(..., alias="schema", examples=["Person"])
    score: float = Field(..., examples=[0.91])
    state: str = Field(..., examples=["open"])
    changed: list[str] = Field([], description="What changed since it was called a false match.")
    features: Any = Field([], description="The findings behind the score.")
    reviews: Any = Field([], description="Decisions, the oldest first.")
    at: datetime


class HitPage(Schema):
    """A page of the queue."""

    hits: list[HitShape]
    after: str | None = Field(None, description="Send it as `after` for the next page.")


class Settings(Schema):
    """How to screen a file."""

    threshold: float = Field(0.7, ge=0.5, le=1)
    limit: int = Field(5, ge=1, le=100)
    lists: str = Field("", description="Names parted by commas; all that you may see where empty.")
    format: str = Field("", description="The format of the messages, where it is not to be recognised.")
    encoding: str = Field("", description="The encoding of a CSV that is not UTF-8.")
    watched: bool = Field(False, description="Screen the whole file again when a list changes.")
    teams: str = Field(
        "", description="Names of your teams, parted by commas, who alone see it and its hits; everybody where empty."
    )


class Disposition(Schema):
    """A decision: a prepared reason, words of your own, or both."""

    disposition: str = Field(..., examples=["false"], description="true, false or inconclusive.")
    code: str = Field("", max_length=40, examples=["name-only"])
    reason: str = Field("", max_length=2000, examples=["Another date of birth, passport seen."])
    seen: str | None = Field(None, description="The state that you saw; refused with 409 where it changed meanwhile.")


class PersonShape(Schema):
    """A person at the desk."""

    id: int = Field(..., examples=[7])
    name: str = Field(..., examples=["Mona Reviewer"])


class AssignmentShape(Schema):
    """Who looks after a hit. It locks nothing: a hit is decided by whoever may review it."""

    hit: int = Field(..., examples=[17])
    to: PersonShape | None = Field(None, description="Nobody where empty.")
    by: PersonShape | None = Field(None, description="Who said so.")
    at: datetime | None = None
    assignable: list[PersonShape] = Field([], description="To whom you may give it: as a supervisor.")


class Given(Schema):
    """To whom a hit is given."""

    to: int = Field(..., ge=1, le=2**53, examples=[7], description="One of `assignable`.")


class Queue(Schema):
    """What of the queue is asked for."""

    state: str = "open"
    source: str = ""
    score: float = Field(0.0, ge=0, le=1)
    origin: str = ""
    mine: bool = False
    assigned: str = Field("", description="`me`: what you look after; `nobody`: what nobody does.")
    age: int = Field(0, ge=0, le=3650, description="In days, at least.")
    screening: int = Field(0, ge=0, le=2**53)
    after: str = Field("", max_length=60)

    def filters(self) -> hit_queue.Filters:
        """Return the filters."""
        given = {name: str(value) for name, value in self.model_dump().items() if name != "after"}
        return hit_queue.Filters.read(given | {"mine": "yes" if self.mine else "", "list": self.source})


def _plain(hit: Hit) -> dict[str, Any]:
    asked = hit.query.asked
    reviews = hit.reviews.select_related("by").order_by("pk")
    return {
        "id": hit.pk,
        "screening": hit.screening_id,
        "query_id": hit.query.asked_id,
        "query": {"schema": asked["schema"], "properties": asked["properties"]},
        "place": hit.query.place,
        "role": hit.query.role,
        "source": hit.source,
        "version": hit.version,
        "record_id": hit.record_id,
        "caption": hit.caption,
        "schema": hit.schema,
        "score": round(hit.score, 4),
        "state": hit.state,
        "changed": hit.reopened_why,
        "features": hit.features,
        "reviews": [
            {
                "disposition": review.disposition,
                "reason": review.reason,
                "by": review.by.shown_name,
                "at": review.at,
                "undone_at": review.undone_at,
            }
            for review in reviews
        ],
        "at": hit.at,
    }


def _counted(kept: Screening) -> dict[str, Any]:
    return {"id": kept.pk} | {name: getattr(kept, name) for name in ScreeningShape.model_fields if name != "id"}


def _hit(request: HttpRequest, number: int) -> Hit:
    found = Hit.objects.visible_to(principal_of(request)).select_related("query").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _teams(request: HttpRequest, given: str) -> tuple[int, ...]:
    own = {team.name: team.pk for team in assigning.own_teams(principal_of(request))}
    names = [name.strip() for name in given.split(",") if name.strip()]
    return tuple(own.get(name, 0) for name in names)  # 0 is nobody's, and refused


def _assignment(request: HttpRequest, hit: Hit) -> dict[str, Any]:
    found = Assignment.objects.filter(hit=hit).select_related("to", "by").first()
    offered = assigning.assignable(principal_of(request), hit)
    return {
        "hit": hit.pk,
        "to": _person(found.to) if found is not None else None,
        "by": _person(found.by) if found is not None else None,
        "at": found.at if found is not None else None,
        "assignable": [_person(each) for each in offered],
    }


def _person(account: Account) -> dict[str, Any]:
    return {"id": account.pk, "name": account.shown_name}


def _screening(request: HttpRequest, number: int) -> Screening:
    found = Screening.objects.visible_to(principal_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@router.post("/screenings", response={202: ScreeningShape}, operation_id="screening_upload", summary="Screen a file")
def screening_upload(
    request: HttpRequest, document: Annotated[NinjaFile, File(...)], given: Annotated[Settings, Form(...)]
) -> Any:
    """Hand in CSV, FollowTheMoney JSON lines, messages or an archive; it is screened by a job in the background."""
    lists = tuple(name.strip() for name in given.lists.split(",") if name.strip()) or None
    wanted = bulk.wanted(
        threshold=given.threshold,
        limit=given.limit,
        lists=lists,
        format=given.format or None,
        encoding=given.encoding or None,
        watched=given.watched,
        teams=_teams(request, given.teams),
    )
    assert isinstance(document, UploadedFile)  # noqa: S101
    found = answer(_counted(bulk.start(principal_of(request), document, wanted)))
    found.status_code = 202
    return found


@router.get("/screenings/{number}", response=ScreeningShape, operation_id="screening", summary="A screening")
def screening(request: HttpRequest, number: int) -> Any:
    """Return a screening with its counts; while its job runs they are those of what is screened so far."""
    found = _screening(request, number)
    look_up(principal_of(request), "desk.screening.viewed", f"screening:{number}")
    return answer(_counted(found))


@router.get("/screenings/{number}/export/{kind}", operation_id="screening_export", summary="Export a screening")
def screening_export(request: HttpRequest, number: int, kind: str) -> HttpResponseBase:
    """Return the hits of a screening as `csv`, `jsonl`, or a signed `pdf`."""
    return exporting.export(principal_of(request), _screening(request, number), kind)


@router.get("/hits", response=HitPage, operation_id="hits", summary="The queue of hits")
def hits(request: HttpRequest, asked: Annotated[Queue, Query(...)]) -> Any:
    """Return a page of the queue, the highest scores first."""
    principal = principal_of(request)
    page = hit_queue.page(principal, asked.filters(), asked.after)
    look_up(principal, "desk.hits.viewed", "hits", result=asked.filters().state, hits=len(page.hits))
    return answer({"hits": [_plain(hit) for hit in page.hits], "after": page.after})


@router.get("/hits/{number}", response=HitShape, operation_id="hit", summary="A hit")
def hit(request: HttpRequest, number: int) -> Any:
    """Return a hit with its features and decisions."""
    found = _hit(request, number)
    look_up(principal_of(request), "desk.hit.viewed", f"hit:{number}", screening=found.screening_id)
    return answer(_plain(found))


@router.post("/hits/{number}/dispositions", response=HitShape, operation_id="hit_decide", summary="Decide on a hit")
def hit_decide(request: HttpRequest, number: int, body: Disposition) -> Any:
    """Review a hit in the name of the person who answers for the key. A true match needs a second person."""
    _hit(request, number)
    reviewing.decide(principal_of(request), number, Decision(body.disposition, body.code, body.reason, body.seen))
    return answer(_plain(_hit(request, number)))


@router.delete("/hits/{number}/dispositions", response=HitShape, operation_id="hit_undo", summary="Undo a decision")
def hit_undo(request: HttpRequest, number: int) -> Any:
    """Undo the last review of the key's person; the former state is restored."""
    _hit(request, number)
    reviewing.undo(principal_of(request), number)
    return answer(_plain(_hit(request, number)))


_ASSIGNMENT: Any = {"path": "/hits/{number}/assignment", "response": AssignmentShape}


@router.get(**_ASSIGNMENT, operation_id="hit_assignment", summary="Who looks after a hit")
def hit_assignment(request: HttpRequest, number: int) -> Any:
    """Return who looks after a hit, and to whom you may give it."""
    found = _hit(request, number)
    look_up(principal_of(request), "desk.hit.viewed", f"hit:{number}", screening=found.screening_id)
    return answer(_assignment(request, found))


@router.post(**_ASSIGNMENT, operation_id="hit_take", summary="Take a hit")
def hit_take(request: HttpRequest, number: int) -> Any:
    """Look after a hit, in the name of the person who answers for the key; 409 where somebody else does."""
    _hit(request, number)
    return answer(_assignment(request, assigning.take(principal_of(request), number)))


@router.put(**_ASSIGNMENT, operation_id="hit_assign", summary="Give a hit to somebody")
def hit_assign(request: HttpRequest, number: int, body: Given) -> Any:
    """Give a hit to a person who may review it; a supervisor may."""
    _hit(request, number)
    return answer(_assignment(request, assigning.assign(principal_of(request), number, body.to)))


@router.delete(**_ASSIGNMENT, operation_id="hit_release", summary="Give a hit back")
def hit_release(request: HttpRequest, number: int) -> Any:
    """Give a hit back to the queue: one's own, or as a supervisor anybody's."""
    _hit(request, number)
    return answer(_assignment(request, assigning.release(principal_of(request), number)))
