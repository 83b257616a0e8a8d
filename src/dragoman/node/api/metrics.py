"""``/metrics``: what Prometheus scrapes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dragoman.node.serving.metrics import exposition

router = Router(tags=["Service"])


@router.get("/metrics", summary="Measurements for Prometheus", operation_id="metrics")
def metrics(request: HttpRequest) -> HttpResponse:
    """Return counts and times in Prometheus' text format. Numbers only: no names, no identifiers."""
    body, kind = exposition()
    return HttpResponse(body, content_type=kind)
