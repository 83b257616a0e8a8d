"""Requests to and from partners over the API: as on the pages, with their rules, permissions and journal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from dragoman.node.access import Principal, principal_of
from dragoman.node.api.rendering import answer
from dragoman.node.desk.models import Case
from dragoman.node.journal.recording import look_up
from dragoman.node.partners import (
    requests_answering,
    requests_asking,
    requests_receiving,
    requests_showing,
    requests_subject,
)
from dragoman.node.partners.models import InformationRequest

router = Router(tags=["Requests"])
_PAGE = 50
_LARGEST = 2**53
_Words = Annotated[str, Field(max_length=requests_asking.LONGEST)]


class SubjectShape(Schema):
    """Whom it is about: some properties of FollowTheMoney."""

    schema_: str = Field("Person", alias="schema", max_length=40, examples=["Person"])
    properties: dict[str, list[str]] = Field(
        ..., examples=[{"name": ["Anwar Tazmart"], "birthDate": ["1971-03-04"]}], max_length=20
    )


class EventShape(Schema):
    """Something that happened to a request."""

    kind: str = Field(..., examples=["refused"])
    by: str = Field(..., examples=["border.example"], description="The node.")
    at: datetime
    text: str = ""
    word: str = Field("", examples=["rights"], description="The ground of a refusal, or what came of an answer.")
    until: datetime | None = None
    objects: list[str] = Field([], description="Ids of what was given.")


class AnswerShape(Schema):
    """An object of an answer; nothing but its id of what was called back."""

    id: str
    tlp: str = ""
    removed: datetime | None = None
    text: str = Field("", description="What is said in words.")
    caption: str = ""
    schema_: str = Field("", alias="schema")
    properties: dict[str, list[str]] = Field({})


class RequestShape(Schema):
    """A request as a list shows it."""

    id: int = Field(..., examples=[7])
    own: bool = Field(..., description="Whether this node asks.")
    partner: str = Field(..., examples=["border.example"])
    agreement: int
    data_class: str = Field(..., examples=["list_entries"])
    purpose: str = Field(..., examples=["border-control"])
    urgency: str = Field(..., examples=["urgent"])
    state: str = Field(..., examples=["sent"])
    at: datetime
    until: datetime | None = Field(None, description="From then on it is overdue; none where it waits for no answer.")
    overdue: bool
    case: int | None = Field(None, description="The case it is asked for, where one may see it.")
    caption: str = Field(..., examples=["Anwar Tazmart"])


class WholeRequest(RequestShape):
    """A request with all that was said."""

    question: str
    tlp: str = Field(..., examples=["AMBER"])
    about: SubjectShape
    events: list[EventShape]
    answers: list[AnswerShape]
    steps: list[str] = Field(..., description="What the key's person can do about it now.")
    call: bool = Field(..., description="Whether all reminders were sent, so that a person has to call the partner.")


class RequestPage(Schema):
    """A page of requests, the newest first."""

    requests: list[RequestShape]
    after: int | None = Field(None, description="Send it as `after` for the next page.")


class Wanted(Schema):
    """Which requests are asked for."""

    way: Literal["", "in", "out"] = Field("", description="Those of partners, those of this node, or both.")
    state: Literal["open", "closed", "overdue", "all"] = "open"
    partner: str = Field("", max_length=120, description="The partner's node.")
    after: int = Field(0, ge=0, le=_LARGEST)


class NewRequest(Schema):
    """A request to write. Only a liaison asks for no case."""

    agreement: int = Field(..., ge=1, le=_LARGEST, examples=[1])
    data_class: str = Field(..., max_length=40, examples=["list_entries"])
    purpose: str = Field(..., max_length=50, examples=["border-control"])
    urgency: str = Field(..., max_length=20, examples=["routine"])
    tlp: str = Field("AMBER", max_length=20, examples=["AMBER"])
    question: _Words = Field(..., examples=["Is this person known to you?"])
    about: SubjectShape
    case: int | None = Field(None, ge=1, le=_LARGEST)


class NewAnswer(Schema):
    """What is answered: in words, with records, or both. All of it leaves, or nothing does."""

    text: _Words = Field("", examples=["Not known to us."])
    records: list[Annotated[int, Field(ge=1, le=_LARGEST)]] = Field([], max_length=50, description="Their numbers.")
    tlp: str = Field(..., max_length=20, examples=["AMBER"])
    codes: list[str] = Field([], max_length=4, examples=[["H1"]], description="Handling codes, H0 to H2.")
    whole: bool = Field(True, description="Whether nothing more comes.")


class Refusal(Schema):
    """A refusal with its ground."""

    ground: str = Field(..., max_length=40, examples=["not_held"])
    text: _Words = ""


class Feedback(Schema):
    """What came of an answer."""

    use: str = Field(..., max_length=40, examples=["no_use"])
    text: _Words = ""


class Said(Schema):
    """Some words."""

    text: _Words = Field(..., examples=["Which of the two?"])


class Extension(Schema):
    """A new last day, with a reason."""

    until: date = Field(..., examples=["2031-12-31"])
    text: _Words = Field(..., examples=["The court has to permit it."])


def _row(principal: Principal, row: InformationRequest) -> dict[str, Any]:
    seen = row.case_id is not None and Case.objects.visible_to(principal).filter(pk=row.case_id).exists()
    plain = {name: getattr(row, name) for name in ("own", "data_class", "purpose", "urgency", "state", "at", "until")}
    return plain | {
        "id": row.pk,
        "partner": row.partner.node,
        "agreement": row.agreement_id,
        "overdue": row.is_overdue,
        "case": row.case_id if seen else None,
        "caption": requests_subject.caption_of(row.body["about"]),
    }


def _whole(principal: Principal, row: InformationRequest) -> dict[str, Any]:
    asked = row.read
    return _row(principal, row) | {
        "question": asked.question,
        "tlp": asked.handling.colour.word,
        "about": asked.about,
        "events": [{name: getattr(each, name) for name in EventShape.model_fields} for each in row.known_events()],
        "answers": [_answered(requests_showing.object_shown(each)) for each in row.answer_objects.all()],
        "steps": sorted(requests_showing.possible(row, principal)),
        "call": requests_receiving.needs_a_person(row),
    }


def _answered(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "rows"} | {"properties": dict(shown["rows"])}


def _find(request: HttpRequest, number: int) -> InformationRequest:
    rows = InformationRequest.objects.visible_to(principal_of(request)).select_related("agreement__partner")
    found = rows.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _told(request: HttpRequest, number: int) -> Any:
    return answer(_whole(principal_of(request), _find(request, number)))


@router.get("/requests", response=RequestPage, operation_id="partner_requests", summary="Requests to and from partners")
def partner_requests(request: HttpRequest, asked: Annotated[Wanted, Query(...)]) -> Any:
    """Return a page of the requests of this node and of partners, the newest first."""
    principal = principal_of(request)
    rows = InformationRequest.objects.visible_to(principal).select_related("agreement__partner")
    rows = requests_showing.in_state(rows, asked.state)
    if asked.way:
        rows = rows.filter(own=asked.way == "out")
    if asked.partner:
        rows = rows.filter(agreement__partner__node=asked.partner)
    if asked.after:
        rows = rows.filter(pk__lt=asked.after)
    found = list(rows.order_by("-pk")[: _PAGE + 1])
    page = found[:_PAGE]
    look_up(principal, "partners.requests.viewed", "requests", count=len(page))
    after = page[-1].pk if len(found) > len(page) else None
    return answer({"requests": [_row(principal, row) for row in page], "after": after})


@router.get("/requests/{number}", response=WholeRequest, operation_id="partner_request", summary="A request")
def partner_request(request: HttpRequest, number: int) -> Any:
    """Return a request with what happened to it, and what was answered."""
    found = _find(request, number)
    look_up(principal_of(request), "partners.request.viewed", f"request:{found.pk}")
    return _told(request, number)


@router.post("/requests", response={201: WholeRequest}, operation_id="partner_ask", summary="Ask a partner")
def partner_ask(request: HttpRequest, body: NewRequest) -> Any:
    """Write a request and send it, if a clause of the agreement lets this be asked."""
    principal = principal_of(request)
    agreement = next((each for each in requests_asking.asking_under() if each.pk == body.agreement), None)
    case = Case.objects.visible_to(principal).filter(pk=body.case or 0, closed_at=None).first()
    if agreement is None or (body.case is not None and case is None):
        raise Http404
    subject = requests_subject.of_properties(body.about.schema_, body.about.properties)
    given = {name: getattr(body, name) for name in ("data_class", "purpose", "urgency", "tlp", "question")}
    kept = requests_asking.write(principal, agreement, given, subject, case)
    found = _told(request, kept.pk)
    found.status_code = 201
    return found


@router.post("/requests/{number}/receipt", response=WholeRequest, operation_id="partner_confirm", summary="Confirm it")
def partner_confirm(request: HttpRequest, number: int) -> Any:
    """Confirm the receipt of a partner's request: the time to answer begins."""
    requests_answering.acknowledge(principal_of(request), _find(request, number))
    return _told(request, number)


@router.post("/requests/{number}/answer", response=WholeRequest, operation_id="partner_answer", summary="Answer it")
def partner_answer(request: HttpRequest, number: int, body: NewAnswer) -> Any:
    """Answer a partner's request; the agreement is asked about each record and about the words as they leave."""
    principal, row = principal_of(request), _find(request, number)
    requests_answering.answer(
        principal,
        row,
        text=body.text,
        records=requests_showing.chosen(principal, body.records),
        colour=body.tlp,
        codes=body.codes,
        whole=body.whole,
    )
    return _told(request, number)


@router.post("/requests/{number}/refusal", response=WholeRequest, operation_id="partner_refuse", summary="Refuse it")
def partner_refuse(request: HttpRequest, number: int, body: Refusal) -> Any:
    """Refuse a partner's request on a ground of the table."""
    requests_answering.refuse(principal_of(request), _find(request, number), body.ground, body.text.strip())
    return _told(request, number)


@router.post("/requests/{number}/unclear", response=WholeRequest, operation_id="partner_unclear", summary="Ask back")
def partner_unclear(request: HttpRequest, number: int, body: Said) -> Any:
    """Ask the partner what it means; the time to answer stands still until it says."""
    requests_answering.hold(principal_of(request), _find(request, number), body.text.strip())
    return _told(request, number)


@router.post("/requests/{number}/extension", response=WholeRequest, operation_id="partner_extend", summary="Extend")
def partner_extend(request: HttpRequest, number: int, body: Extension) -> Any:
    """Give a new last day for the answer, with a reason."""
    row = _find(request, number)
    requests_answering.extend(principal_of(request), row, body.until.isoformat(), body.text.strip())
    return _told(request, number)


@router.post("/requests/{number}/clear", response=WholeRequest, operation_id="partner_clarify", summary="Clarify")
def partner_clarify(request: HttpRequest, number: int, body: Said) -> Any:
    """Say what was unclear in a request of this node."""
    requests_asking.follow(principal_of(request), _find(request, number), "clarified", body.text.strip())
    return _told(request, number)


@router.post("/requests/{number}/withdrawal", response=WholeRequest, operation_id="partner_withdraw", summary="End it")
def partner_withdraw(request: HttpRequest, number: int) -> Any:
    """Withdraw a request of this node."""
    requests_asking.follow(principal_of(request), _find(request, number), "withdrawn")
    return _told(request, number)


@router.post("/requests/{number}/feedback", response=WholeRequest, operation_id="partner_feedback", summary="Feedback")
def partner_feedback(request: HttpRequest, number: int, body: Feedback) -> Any:
    """Tell the partner what came of its answer: an arrest, nothing, or that it was wrong."""
    requests_asking.follow(principal_of(request), _find(request, number), "feedback", body.text.strip(), body.use)
    return _told(request, number)
