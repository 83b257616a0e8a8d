"""Jobs over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from dragoman.node.access import principal_of
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job

router = Router(tags=["Jobs"])


class JobShape(Schema):
    """A background job, and how far it is."""

    id: int = Field(..., examples=[17])
    kind: str = Field(..., examples=["bulk-screening"])
    state: str = Field(..., examples=["running"], description="waiting, running, done, failed or cancelled.")
    done: int = Field(..., examples=[4096])
    total: int | None = Field(None, description="About how many in all, where that is known.")
    result: dict[str, Any] = Field({}, examples=[{"queries": 10000, "hits": 12}])
    trouble: str = ""
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None


def _job(request: HttpRequest, number: int) -> Job:
    found = Job.objects.visible_to(principal_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@router.get("", response=list[JobShape], operation_id="jobs", summary="The newest jobs")
def jobs(request: HttpRequest) -> Any:
    """Return the hundred newest jobs that you may see."""
    return list(Job.objects.visible_to(principal_of(request)).order_by("-pk")[:100])


@router.get("/{number}", response=JobShape, operation_id="job", summary="A job")
def job(request: HttpRequest, number: int) -> Job:
    """Return how far a job is."""
    return _job(request, number)


@router.post("/{number}/cancel", response=JobShape, operation_id="job_cancel", summary="Cancel a job")
def job_cancel(request: HttpRequest, number: int) -> Job:
    """Cancel a job: at once where it waits, after its present step where it runs. What is done is kept."""
    queue.cancel(principal_of(request), _job(request, number))
    return _job(request, number)


@router.post("/{number}/resume", response=JobShape, operation_id="job_resume", summary="Let a stopped job go on")
def job_resume(request: HttpRequest, number: int) -> Job:
    """Let a cancelled or failed job go on from where it stopped."""
    queue.again(principal_of(request), _job(request, number))
    return _job(request, number)
