"""The registry over the API: lists and their versions, records, subjects, judgements and their withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from dragoman.node.access import principal_of
from dragoman.node.api.rendering import answer
from dragoman.node.journal.recording import look_up
from dragoman.node.registry.models import Judgement, ListVersion, Record, Source, Statement
from dragoman.node.registry.subjects import judge, subject_of, visible_part, withdraw

router = Router(tags=["Lists"])


class ListShape(Schema):
    """A list and its version in use."""

    name: str = Field(..., examples=["un-sc"])
    title: str = Field(..., examples=["United Nations Security Council Consolidated List"])
    publisher: str = ""
    format: str = ""
    version: str | None = Field(None, description="The version in use; none while the first is being read.")
    published: str = ""
    parties: int = Field(0, examples=[1003])


class VersionShape(Schema):
    """A version of a list."""

    version: str = Field(..., examples=["2026-02-27"])
    state: str = Field(..., examples=["in_use"], description="importing, in_use or superseded.")
    published: str = ""
    added: datetime
    parties: int
    rejects: int = Field(..., description="Rows of the publisher's file that could not be read.")
    warnings: int


class StatementShape(Schema):
    """One value of one property."""

    prop: str = Field(..., examples=["birthDate"])
    value: str = Field(..., examples=["1968-04"])
    original: str | None = Field(None, description="As the publisher prints it.")
    place: str | None = Field(None, description="Where in the publisher's file.")
    lang: str | None = None
    quality: str | None = None
    handling: Any = Field(None, description="What binds whoever reads it: `tlp`, `keep_until`.")
    first_seen: str
    last_seen: str


class RecordShape(Schema):
    """What one source says about one thing."""

    id: int = Field(..., examples=[17])
    source: str = Field(..., examples=["un-sc"])
    record_id: str = Field(..., examples=["un-6908555"])
    schema_: str = Field(..., alias="schema", examples=["Person"])
    caption: str
    gone: bool = Field(..., description="Not in the version in use.")
    first_seen: str
    last_seen: str
    statements: list[StatementShape]


class JudgementShape(Schema):
    """A person's judgement on two records."""

    id: int
    left: int = Field(..., examples=[17])
    right: int = Field(..., examples=[23])
    verdict: str = Field(..., examples=["same"], description="same, different or unsure.")
    reason: str
    by: str
    at: datetime
    withdrawn_at: datetime | None = None


class SubjectShape(Schema):
    """The records that people judged to be the same thing."""

    records: list[RecordShape]
    judgements: list[JudgementShape]
    contradictions: list[int] = Field([], description="Judgements of `different` within the subject.")


class NewJudgement(Schema):
    """A judgement to make."""

    left: int = Field(..., ge=1, le=2**53, examples=[17])
    right: int = Field(..., ge=1, le=2**53, examples=[23])
    verdict: str = Field(..., max_length=10, examples=["same"], description="same, different or unsure.")
    reason: str = Field(..., max_length=2000, examples=["One passport, one date of birth."])


def _record(request: HttpRequest, number: int) -> Record:
    visible = Record.objects.visible_to(principal_of(request)).select_related("source")
    found = visible.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    return found


def _plain_records(records: list[Record]) -> list[dict[str, Any]]:
    stated: dict[int, list[dict[str, Any]]] = {}
    names = list(StatementShape.model_fields)
    rows = Statement.objects.filter(record__in=records, gone=False).order_by("pk")
    for record, *values in rows.values_list("record", *names):
        stated.setdefault(record, []).append(dict(zip(names, values, strict=True)))
    return [
        {
            "id": each.pk,
            "source": each.source.name,
            "record_id": each.record_id,
            "schema": each.schema,
            "caption": each.caption,
            "gone": each.gone,
            "first_seen": each.first_seen,
            "last_seen": each.last_seen,
            "statements": stated.get(each.pk, []),
        }
        for each in records
    ]


def _plain_judgement(made: Judgement) -> dict[str, Any]:
    return {
        "id": made.pk,
        "left": made.left_id,
        "right": made.right_id,
        "verdict": made.verdict,
        "reason": made.reason,
        "by": made.by.shown_name,
        "at": made.at,
        "withdrawn_at": made.withdrawn_at,
    }


@router.get("", response=list[ListShape], operation_id="lists", summary="The lists")
def lists(request: HttpRequest) -> Any:
    """Return the lists that you may see, each with its version in use."""
    sources = list(Source.objects.visible_to(principal_of(request)).order_by("name"))
    current = {
        each.source_id: each for each in ListVersion.objects.filter(source__in=sources, state=ListVersion.State.IN_USE)
    }
    return answer([_plain_list(each, current.get(each.pk)) for each in sources])


def _plain_list(source: Source, current: ListVersion | None) -> dict[str, Any]:
    return {
        "name": source.name,
        "title": source.title,
        "publisher": source.publisher,
        "format": source.format,
        "version": current.version if current else None,
        "published": current.published if current else "",
        "parties": current.parties if current else 0,
    }


@router.get("/{name}/versions", response=list[VersionShape], operation_id="list_versions", summary="A list's versions")
def list_versions(request: HttpRequest, name: str) -> Any:
    """Return the versions of a list, the newest first."""
    source = Source.objects.visible_to(principal_of(request)).filter(name=name).first()
    if source is None:
        raise Http404
    return answer(list(source.versions.order_by("-added", "-pk").values(*VersionShape.model_fields)))


@router.get("/records/{number}", response=RecordShape, operation_id="record", summary="A record")
def record(request: HttpRequest, number: int) -> Any:
    """Return what one source says about one thing, statement by statement."""
    found = _record(request, number)
    look_up(principal_of(request), "registry.record.viewed", f"record:{found.pk}")
    return answer(_plain_records([found])[0])


@router.get("/subjects/{number}", response=SubjectShape, operation_id="subject", summary="A subject")
def subject(request: HttpRequest, number: int) -> Any:
    """Return the subject that a record belongs to: its records, as far as you may see them, and the judgements."""
    first = _record(request, number)
    principal = principal_of(request)
    whole, records = visible_part(principal, subject_of(first.pk))
    look_up(principal, "registry.subject.viewed", f"record:{first.pk}", records=len(records))
    return answer(
        {
            "records": _plain_records(records),
            "judgements": [_plain_judgement(each) for each in whole.judgements],
            "contradictions": [each.pk for each in whole.contradictions],
        }
    )


@router.post("/judgements", response={201: JudgementShape}, operation_id="judge_records", summary="Judge two records")
def judge_records(request: HttpRequest, given: NewJudgement) -> Any:
    """Say that two records are the same, different, or that it is unsure; an earlier word on the pair is withdrawn."""
    left, right = _record(request, given.left), _record(request, given.right)
    found = answer(_plain_judgement(judge(principal_of(request), left, right, given.verdict, given.reason)))
    found.status_code = 201
    return found


@router.post(
    "/judgements/{number}/withdraw",
    response=JudgementShape,
    operation_id="judgement_withdraw",
    summary="Withdraw a judgement",
)
def judgement_withdraw(request: HttpRequest, number: int) -> Any:
    """Withdraw a judgement; the subject is again what it was without it."""
    principal = principal_of(request)
    seen = Source.objects.visible_to(principal).values("pk")
    visible = Q(left__source__in=seen, right__source__in=seen)
    found = Judgement.objects.filter(visible, pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404
    withdraw(principal, found)
    found.refresh_from_db()
    return answer(_plain_judgement(found))
