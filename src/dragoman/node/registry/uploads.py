"""Lists that are handed in through the console: kept first, then read by a job."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dragoman.errors import ListRefused
from dragoman.lists.catalogue import recognise
from dragoman.lists.durable import sync_tree
from dragoman.lists.store import ListStore
from dragoman.lists.versions import check_name
from dragoman.node.access import Principal
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.work import Work
from dragoman.node.journal.recording import record
from dragoman.node.registry import importing

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
    sync_tree(place)
    with transaction.atomic():
        job = queue.start(principal, KIND, {"name": name, "folder": place.name, "file": target.name})
        record(principal, "registry.list.handed_in", f"job:{job.pk}", list=name)
    return job


def _plain(name: str) -> str:
    """Return the file's name without anything that could lead out of its folder."""
    kept = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in Path(name).name)
    return kept.lstrip(".")[-120:] or "list"


def take_in(work: Work) -> None:
    """Read what `begin` kept and put it in use; the job's result is what a page tells of it.

    As soon as the file is kept as a version, the job marks which: when it goes on after a crash, it is that very
    version, though another was put in use meanwhile. Raises what `ListStore.add` raises, and ListRefused where a file
    of the list that was handed in after this one was read before it.
    """
    given, store = work.job.given, ListStore.open(settings.HOME)
    if "version" not in work.mark:
        _check_order(work.job)
        path = _place(given) / Path(given["file"]).name
        account = store.add(given["name"], path, recognise(path))
        with work.step():
            work.mark = {"version": account.version}
    account = store.version(f"{given['name']}@{work.mark['version']}")
    version = importing.take_in(store, account, by=f"account:{work.job.by_id}")
    with work.step():
        work.result = {
            "list": given["name"],
            "version": version.version,
            "parties": version.parties,
            "rejects": version.rejects,
        }
    _clear(given)


def _check_order(job: Job) -> None:
    """Refuse a file that another one overtook: a list without dates would go back to it."""
    others = Job.objects.filter(kind=KIND, given__name=job.given["name"], state=Job.State.DONE)
    if others.filter(pk__gt=job.pk).exists():
        raise ListRefused(
            "a file of this list that was handed in later is in use already",
            remedy="hand it in again if it is the newer one",
        )


def _clear(given: dict[str, Any]) -> None:
    """Remove what `begin` kept."""
    shutil.rmtree(_place(given), ignore_errors=True)


def sweep() -> None:
    """Remove what was handed in while the node died before there was a job for it."""
    folder: Path = settings.NODE_HOME / "handed-in"
    long_ago = time.time() - 24 * 3600
    known = {given.get("folder") for given in Job.objects.filter(kind=KIND).values_list("given", flat=True)}
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.name not in known and place.stat().st_mtime < long_ago:
            shutil.rmtree(place, ignore_errors=True)


def _place(given: dict[str, Any]) -> Path:
    place: Path = settings.NODE_HOME / "handed-in" / Path(given["folder"]).name
    return place
