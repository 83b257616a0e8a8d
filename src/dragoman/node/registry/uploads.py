"""Lists that are handed in through the console: kept first, then read by a job."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dragoman.lists.versions import check_name
from dragoman.node.access import Principal
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job
from dragoman.node.journal.recording import record

KIND = "list-import"


def begin(principal: Principal, name: str, file: Any) -> Job:
    """Keep an uploaded file and put its reading into the queue. Raises UsageError on a name that no list may bear."""
    check_name(name)
    folder = settings.NODE_HOME / "handed-in"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(dir=folder))
    target = place / _plain(file.name)
    with target.open("xb") as stream:
        for chunk in file.chunks():
            stream.write(chunk)
    with transaction.atomic():
        job = queue.start(principal, KIND, {"name": name, "folder": place.name, "file": target.name})
        record(principal, "registry.list.handed_in", f"job:{job.pk}", list=name)
    return job


def _plain(name: str) -> str:
    """Return the file's name without anything that could lead out of its folder."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in Path(name).name)
    return kept.lstrip(".")[-120:] or "list"


def take_in(given: dict[str, Any], by: str) -> dict[str, Any]:
    """Read what `begin` kept and put it in use; return what a page tells of it."""
    from dragoman.node.registry.importing import import_list

    place = settings.NODE_HOME / "handed-in" / Path(given["folder"]).name
    version = import_list(given["name"], place / Path(given["file"]).name, by=by)
    shutil.rmtree(place, ignore_errors=True)
    return {"list": given["name"], "version": version.version, "parties": version.parties, "rejects": version.rejects}
