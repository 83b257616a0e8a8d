"""Measurements for Prometheus: requests by route, and what waits in the node. Numbers only, never identifiers."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dragoman import __version__
from dragoman.node.serving.lineage import METRICS

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 30.0)
_Next = Callable[[HttpRequest], HttpResponseBase]

own = CollectorRegistry()
requests = Counter("dragoman_requests", "Requests answered.", ["route", "method", "status"], registry=own)
seconds = Histogram("dragoman_request_seconds", "Time to answer.", ["route"], buckets=_BUCKETS, registry=own)


class Measured:
    """Counts requests and their time by route. It answers ``/metrics`` itself where this machine may ask freely."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path == "/metrics" and _free(request):
            body, kind = exposition()
            return HttpResponse(body, content_type=kind)
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        # A path that leads nowhere is the caller's text: it must not become a label.
        route = match.view_name if match is not None else "none"
        requests.labels(route, request.method, str(response.status_code)).inc()
        seconds.labels(route).observe(time.perf_counter() - began)
        return response


def _free(request: HttpRequest) -> bool:
    """Tell whether the setting lets this caller ask without a key: from this machine, and not through a proxy."""
    if not settings.METRICS_FROM_LOOPBACK or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def exposition() -> tuple[bytes, str]:
    """Return the measurements in Prometheus' text format, and its media type."""
    state = CollectorRegistry()
    if METRICS in os.environ:
        MultiProcessCollector(state)  # type: ignore[no-untyped-call]
        counted = generate_latest(state)
    else:
        counted = generate_latest(own)
    gauges = CollectorRegistry()
    gauges.register(_State())
    return counted + generate_latest(gauges), CONTENT_TYPE_LATEST


class _State(Collector):
    """What waits in the node now, asked of the database at each scrape."""

    def describe(self) -> list[Metric]:
        """Return nothing: there is no need to ask the database when it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        from django.db.models import Count

        from dragoman.errors import StoreError
        from dragoman.node.desk import screening
        from dragoman.node.desk.models import Hit
        from dragoman.node.jobs.models import Job

        about = GaugeMetricFamily("dragoman_version", "The version that runs.", labels=["version"])
        about.add_metric([__version__], 1)
        yield about
        waiting = ("open", "second")
        hits = GaugeMetricFamily("dragoman_hits", "Hits that wait for a person.", labels=["state"])
        counts = dict(Hit.objects.filter(state__in=waiting).values_list("state").annotate(Count("pk")))
        for state in waiting:
            hits.add_metric([state], counts.get(state, 0))
        yield hits
        jobs = GaugeMetricFamily("dragoman_jobs", "Jobs by state.", labels=["state"])
        counts = dict(Job.objects.values_list("state").annotate(Count("pk")))
        for state in Job.State.values:
            jobs.add_metric([state], counts.get(state, 0))
        yield jobs
        yield from _deliveries()
        try:
            parties = screening.screener().summary.parties
        except StoreError:
            parties = 0
        yield GaugeMetricFamily("dragoman_parties", "Parties in the index.", parties)
        yield GaugeMetricFamily("dragoman_disk_free_bytes", "Room on the node's disk.", _free_bytes(settings.NODE_HOME))


def _deliveries() -> Iterator[Metric]:
    from django.db.models import Count

    from dragoman.node.webhooks.models import Delivery

    family = GaugeMetricFamily("dragoman_webhook_deliveries", "Deliveries of webhooks by state.", labels=["state"])
    counts = dict(Delivery.objects.values_list("state").annotate(Count("pk")))
    for state in (Delivery.State.WAITING, Delivery.State.DEAD):
        family.add_metric([state], counts.get(state, 0))
    yield family


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
