"""Bulk screening: nothing doubled, nothing lost, nothing dropped in silence."""

from __future__ import annotations

import io
import os
import select
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dragoman.errors import InputError
from dragoman.messages.sources import Limits
from dragoman.node.desk import bulk
from dragoman.node.desk.documents import download, shown_name
from dragoman.node.desk.models import Hit, Query, Remark, Screening
from dragoman.node.desk.searchers import Searchers
from dragoman.node.jobs import queue
from dragoman.node.jobs.models import Job
from dragoman.node.journal.models import Event

pytestmark = pytest.mark.django_db


def rows(count: int) -> bytes:
    """Return a CSV in which every fifth row is a hit and every seventh cannot be screened."""
    lines = ["id,name,birthDate"]
    for number in range(count):
        name = "Anwar Belhadi Tazmart" if number % 5 == 0 else f"Quorvex Nilbano{number}"
        lines.append(f"C-{number},{'' if number % 7 == 3 else name},")
    return "\n".join(lines).encode()


def upload(content: bytes, name: str = "customers.csv") -> SimpleUploadedFile:
    """Return an upload."""
    return SimpleUploadedFile(name, content)


def outcome(kept: Screening) -> tuple[Any, ...]:
    """Return all that a screening brought forth."""
    kept.refresh_from_db()
    hits = Hit.objects.filter(screening=kept).order_by("pk")
    return (
        (kept.queries, kept.with_hits, kept.hits, kept.refused),
        [(hit.query.asked_id, hit.query.number, hit.record_id, round(hit.score, 4)) for hit in hits],
        list(Remark.objects.filter(screening=kept).order_by("number").values_list("number", "kind", "place", "text")),
    )


def test_a_table_is_screened_with_every_row_accounted_for(lists: Any, people: Any, principal_of: Any) -> None:
    kept = bulk.start(principal_of(people.analyst), upload(rows(40)), bulk.Wanted())
    queue.run(kept.job_id)
    counts, hits, remarks = outcome(kept)
    assert counts == (34, 7, 7, 6)
    assert [hit[0] for hit in hits] == ["C-0", "C-5", "C-15", "C-20", "C-25", "C-30", "C-35"]
    assert sum(remark[1] == "refused" for remark in remarks) == 6
    assert (Job.objects.get().trouble, Job.objects.get().state) == ("", "done")
    assert Event.objects.get(act="desk.document.screened").details["queries"] == 34


@pytest.mark.parametrize("died_after", [1, 2, 3])
def test_a_screening_that_died_goes_on_to_the_very_same_outcome(
    died_after: int, lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_STEP", 10)
    principal = principal_of(people.analyst)
    whole = bulk.start(principal, upload(rows(60)), bulk.Wanted())
    queue.run(whole.job_id)
    broken = bulk.start(principal, upload(rows(60)), bulk.Wanted())
    write, steps = bulk._write, []

    def die(*given: Any) -> None:
        write(*given)
        steps.append(1)
        if len(steps) > died_after:
            raise KeyboardInterrupt

    monkeypatch.setattr(bulk, "_write", die)
    with pytest.raises(KeyboardInterrupt):
        bulk.run(queue._claim(broken.job_id))
    assert Screening.objects.get(pk=broken.pk).queries == 10 * died_after
    monkeypatch.setattr(bulk, "_write", write)
    Job.objects.filter(pk=broken.job_id).update(state="waiting")
    queue.run(broken.job_id)
    assert outcome(broken) == outcome(whole)


def test_cancelling_keeps_what_was_screened_and_says_so(
    lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_STEP", 10)
    principal = principal_of(people.analyst)
    kept = bulk.start(principal, upload(rows(60)), bulk.Wanted())
    screen = bulk._screen

    def cancel(*given: Any) -> Any:
        if Screening.objects.get(pk=kept.pk).queries == 20:
            queue.cancel(principal, kept.job)
        return screen(*given)

    monkeypatch.setattr(bulk, "_screen", cancel)
    queue.run(kept.job_id)
    kept.refresh_from_db()
    assert (kept.job.state, kept.queries) == ("cancelled", 20)


def test_a_list_that_the_person_does_not_see_is_not_screened(lists: Any, people: Any, principal_of: Any) -> None:
    kept = bulk.start(principal_of(people.analyst), upload(rows(5)), bulk.Wanted())
    queue.run(kept.job_id)
    assert set(Hit.objects.values_list("source", flat=True)) == {"harbour"}


def test_an_archive_of_a_table_is_looked_into(lists: Any, people: Any, principal_of: Any) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("day/customers.csv", rows(10))
        archive.writestr("../../etc/escape.csv", rows(10))
    kept = bulk.start(principal_of(people.analyst), upload(packed.getvalue(), "day.zip"), bulk.Wanted())
    queue.run(kept.job_id)
    assert Query.objects.count() == 2
    assert any("escape" in remark.place for remark in Remark.objects.filter(kind="refused"))


def test_a_zip_bomb_is_refused_and_the_rest_goes_on(
    lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "Limits", lambda: Limits(free=1 << 12, ratio=3))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"name\n" + b"Anwar Belhadi Tazmart\n" * 4_000)
    kept = bulk.start(principal_of(people.analyst), upload(packed.getvalue(), "bomb.zip"), bulk.Wanted(threshold=1.0))
    queue.run(kept.job_id)
    assert kept.job_id
    assert Remark.objects.filter(kind="refused").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04[Content_Types].xml xl/workbook.xml"])
def test_nothing_and_spreadsheets_are_refused_before_a_job_is_made(
    content: bytes, lists: Any, people: Any, principal_of: Any
) -> None:
    with pytest.raises(InputError) as refused:
        bulk.start(principal_of(people.analyst), upload(content), bulk.Wanted())
    assert refused.value.remedy
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\list.csv", "list.csv"),
        ("a\r\nSet-Cookie: x.csv", "a__Set-Cookie_ x.csv"),
        ("<script>.svg", "_script_.svg"),
        ("...", "document"),
        ("رمز.csv", "رمز.csv"),
    ],
)
def test_no_part_of_a_file_name_is_a_path_or_a_header(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_a_document_is_handed_out_as_an_attachment_only(lists: Any, people: Any, principal_of: Any) -> None:
    kept = bulk.start(principal_of(people.analyst), upload(b"name\n<svg onload=x>\n", "x.svg"), bulk.Wanted())
    response = download(kept.document)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for close in response._resource_closers:  # its own ``close`` would end the connection, too
        close()


@pytest.fixture
def searched_by_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a short document is searched by two processes."""
    monkeypatch.setattr(bulk, "_STEP", 10)
    monkeypatch.setattr(bulk, "_ALONE", 20)
    monkeypatch.setattr(bulk, "processors", lambda: 2)


def test_several_processes_find_what_one_finds_with_the_very_same_evidence(
    lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch, searched_by_processes: None
) -> None:
    principal = principal_of(people.analyst)
    parted = bulk.start(principal, upload(rows(60)), bulk.Wanted())
    queue.run(parted.job_id)
    monkeypatch.setattr(bulk, "processors", lambda: 1)
    whole = bulk.start(principal, upload(rows(60)), bulk.Wanted())
    queue.run(whole.job_id)
    assert outcome(parted) == outcome(whole)
    first, second = (list(Hit.objects.filter(screening=each).order_by("pk")) for each in (parted, whole))
    assert [(hit.score, hit.features) for hit in first] == [(hit.score, hit.features) for hit in second]


def test_no_searcher_outlives_a_cancelled_job(
    lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch, searched_by_processes: None
) -> None:
    started: list[Any] = []
    start, principal = Searchers._start, principal_of(people.analyst)
    kept = bulk.start(principal, upload(rows(200)), bulk.Wanted())

    def cancel(self: Searchers) -> None:
        start(self)
        started.append(self._all[-1])
        if len(started) == 2:
            queue.cancel(principal, kept.job)

    monkeypatch.setattr(Searchers, "_start", cancel)
    queue.run(kept.job_id)
    kept.refresh_from_db()
    assert (kept.job.state, kept.queries) == ("cancelled", 0)
    assert [each.returncode for each in started] == [-9, -9]


def test_a_searcher_that_was_killed_stops_the_job_which_goes_on_to_the_same_outcome(
    lists: Any, people: Any, principal_of: Any, monkeypatch: pytest.MonkeyPatch, searched_by_processes: None
) -> None:
    principal, start = principal_of(people.analyst), Searchers._start
    whole, broken = (bulk.start(principal, upload(rows(60)), bulk.Wanted()) for _ in range(2))
    queue.run(whole.job_id)

    def killed(self: Searchers) -> None:
        start(self)
        self._all[-1].kill()
        self._all[-1].wait()

    monkeypatch.setattr(Searchers, "_start", killed)
    queue.run(broken.job_id)
    broken.refresh_from_db()
    assert (broken.job.state, "has ended" in broken.job.trouble) == ("failed", True)
    monkeypatch.setattr(Searchers, "_start", start)
    queue.again(principal, Job.objects.get(pk=broken.job_id))
    queue.run(broken.job_id)
    assert outcome(broken) == outcome(whole)


def test_a_searcher_ends_when_the_process_that_started_it_is_killed(index: Path) -> None:
    lines = (
        "import os, sys, time",
        "from pathlib import Path",
        "from dragoman.node.desk.searchers import Searchers",
        "with Searchers(Path(sys.argv[1]), threshold=0.7, limit=5, lists=('harbour',), number=2) as found:",
        "    print(*(each.pid for each in found._all), flush=True)",
        "    sys.stdin.read()",
    )
    command = [sys.executable, "-c", "\n".join(lines), str(index)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        searchers = [int(number) for number in parent.stdout.readline().split()]
        parent.kill()
        parent.wait()
    for number in searchers:
        with suppress(ProcessLookupError):  # it has ended already
            ended = select.select([os.pidfd_open(number)], [], [], 60)[0]
            assert ended, f"searcher {number} still lives"
