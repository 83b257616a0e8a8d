"""The desk's chores, found by the worker."""

from __future__ import annotations

from django.db import transaction

from dragoman.node.desk import clocks, rescreening  # noqa: F401  the clocks' chore counts too
from dragoman.node.desk.models import Screening
from dragoman.node.jobs.chores import chore
from dragoman.node.jobs.models import Job
from dragoman.node.registry.models import ListVersion


@chore(seconds=10)
def look_for_new_versions() -> None:
    """Screen again what a version concerns that was put in use after something was screened; once a version.

    That a version is new is read from the tables, so that a crash between import and job leaves nothing out.
    """
    first = Screening.objects.order_by("at").values_list("at", flat=True).first()
    if first is None:
        return
    for version in ListVersion.objects.filter(state="in_use", added__gt=first).select_related("source"):
        given = {"source": version.source.name, "version": version.version}
        with transaction.atomic():
            if not Job.objects.filter(kind=rescreening.KIND, given=given).exists():
                rescreening.on_new_version(version)
