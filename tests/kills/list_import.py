"""Import: the worker is killed while it reads a list; the version in use stays whole until the next one is, at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from dragoman.node.desk.screening import screen_now
from dragoman.node.jobs import work
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.worker import Worker
from dragoman.node.journal.models import Event
from dragoman.node.registry import indexing, uploads
from dragoman.node.registry.models import ListVersion, Record, Statement
from tests.kills._node import analyst, set_up

#: Releases handed in one after another, each with some names gone, some new and some written otherwise.
RELEASES = 3
#: Parties of a release: more than the writer writes at once.
PARTIES = 2_400
#: What two releases following each other do not share.
MOVED = 400


def release(number: int) -> dict[str, str]:
    """Return the names of a release by id; every seventh is written otherwise in each."""
    first = number % 2 * MOVED  # the third brings back what the second left out
    return {f"Q-{n}": _name(n, number if n % 7 == 0 else 0) for n in range(first, first + PARTIES)}


def _name(number: int, version: int) -> str:
    return f"{_word(number * 7919 + 11)} {_word(number * 104_729 + version * 31_337)}"


def _word(number: int) -> str:
    syllables = (
        f"{'bdfgklmnprstvz'[number // 50**place % 14]}{'aeiou'[number // 7 // 50**place % 5]}" for place in range(4)
    )
    return "".join(syllables).capitalize()


def prepare() -> None:
    """Make a node with another list in use."""
    set_up()


def victim() -> None:
    """Hand in the next release, work until it is read, and so on; tell what was handed in, written and put in use."""
    from kill_tests import ready, tell

    step = work.Work.finish

    def told(self: work.Work, state: Job.State, trouble: str = "") -> None:
        step(self, state, trouble)
        if self.job.kind == uploads.KIND:
            tell(f"ended {self.job.pk}")

    work.Work.finish = told  # type: ignore[method-assign]
    ready()
    for number in range(Job.objects.filter(kind=uploads.KIND).count(), RELEASES + 1):
        Worker(once=True, interval=0.05).run()  # also what another victim left
        if number < RELEASES:
            rows = "\n".join(f"{id_},Person,{name}" for id_, name in release(number).items())
            file = SimpleUploadedFile("quay.csv", f"id,schema,name\n{rows}".encode())
            tell(f"handed {uploads.begin(analyst(), 'quay', file).pk}")


def check(told: list[str]) -> None:
    """What shows is one release and no mixture: rows, statements, index and search; what was told is so."""
    jobs = list(Job.objects.filter(kind=uploads.KIND).order_by("pk"))
    numbers = {job.pk: number for number, job in enumerate(jobs)}
    handed = {int(line.split()[1]) for line in told if line.startswith("handed")}
    assert handed <= set(numbers), handed - set(numbers)
    ended = {int(line.split()[1]) for line in told if line.startswith("ended")}
    assert not [job for job in jobs if job.pk in ended and job.state not in (Job.State.DONE, Job.State.FAILED)]
    assert not [job.trouble for job in jobs if job.state == Job.State.FAILED and "handed in later" not in job.trouble]
    done = [numbers[job.pk] for job in jobs if job.state == Job.State.DONE]
    records = Record.objects.filter(source__name="quay", gone=False)
    shown = dict(records.values_list("record_id", "caption"))
    used = ListVersion.objects.filter(source__name="quay").exclude(state=ListVersion.State.IMPORTING)
    assert used.exists() == bool(shown)
    assert shown in [release(n) for n in range(max(done), len(jobs))] if done else not shown or shown == release(0)
    statements = Statement.objects.filter(record__in=records, gone=False, prop="name")
    stated = Counter(statements.values_list("record__record_id", "value"))
    assert stated == Counter(shown.items()), (stated - Counter(shown.items()), Counter(shown.items()) - stated)
    assert indexing.screener().lists == indexing.versions_in_use()
    assert ("quay" in indexing.versions_in_use()) == bool(shown)
    _searched(shown)


def _searched(shown: dict[str, str]) -> None:
    """What stands at the edges of the releases is found where it is listed in this one, and as it is written there."""
    edges = (0, MOVED, PARTIES, PARTIES + MOVED)
    probes = [n for edge in edges for n in range(max(0, edge - 8), edge + 8)]
    names = [_name(n, version) for n in probes for version in range(1 if n % 7 else RELEASES)]
    for name, hits in zip(names, screen_now(analyst(), names, lists=None, threshold=0.9, limit=50), strict=True):
        exact = {hit.caption for hit in hits if hit.source == "quay" and hit.caption == name}
        assert bool(exact) == (name in shown.values()), name


def finish(told: list[str]) -> None:
    """All releases were read, the last is in use, and nothing is left of what died."""
    check(told)
    jobs = Job.objects.filter(kind=uploads.KIND).order_by("pk")
    assert jobs.count() == RELEASES
    assert jobs[RELEASES - 1].state == Job.State.DONE
    assert [job.result["parties"] for job in jobs if job.state == Job.State.DONE] == [PARTIES] * jobs.filter(
        state=Job.State.DONE
    ).count()
    assert dict(Record.objects.filter(source__name="quay", gone=False).values_list("record_id", "caption")) == release(
        RELEASES - 1
    )
    versions = ListVersion.objects.filter(source__name="quay")
    assert versions.filter(state=ListVersion.State.IN_USE).count() == 1
    assert not versions.filter(state=ListVersion.State.IMPORTING).exists()
    assert not Record.objects.filter(gone=True, removed=None, last_seen=versions.get(state="in_use").version).exists()
    # Each was put in use once, and is journalled once.
    put = Event.objects.filter(act="registry.version.in_use").count()
    assert put + Event.objects.filter(act="registry.version.kept").count() == 1 + versions.count()
    assert len(list(indexing.folder().glob("*.idx"))) == 1
    folder = Path(settings.HOME) / "lists"
    assert not list((folder / ".adding").glob("*"))
    left = {job.given["folder"] for job in jobs if job.state == Job.State.FAILED}  # to be tried again, or not
    assert {path.name for path in (settings.NODE_HOME / "handed-in").iterdir()} == left
