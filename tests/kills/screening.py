"""Bulk screening: the worker is killed; its job goes on to the very same outcome."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from dragoman.node.desk import bulk
from dragoman.node.desk.models import Hit, Query, Screening
from dragoman.node.jobs import work
from dragoman.node.jobs.models import Job
from dragoman.node.jobs.worker import Worker
from dragoman.node.journal.models import Event
from tests.kills._node import LISTED, analyst, set_up

#: Enough that further processes search.
ROWS = 8_000
#: Every so many rows names somebody listed.
EVERY = 40


def prepare() -> None:
    """Put a file into the queue."""
    set_up()
    rows = (f"C-{n},{LISTED[n // EVERY % 200] if n % EVERY == 0 else f'Ostrin Belquave{n}'}" for n in range(ROWS))
    content = "id,name\n" + "\n".join(rows)
    bulk.start(analyst(), SimpleUploadedFile("customers.csv", content.encode()), bulk.Wanted(limit=1))


def victim() -> None:
    """Work until nothing waits, and tell every step that was written."""
    from kill_tests import ready, tell

    step, bulk._STEP = work.Work.step, 256

    def told(self: work.Work) -> object:
        return _Told(step(self), self)

    class _Told:
        def __init__(self, inner: object, at: work.Work) -> None:
            self.inner, self.at = inner, at

        def __enter__(self) -> None:
            ready()  # from the first step on: before it, searchers start, and nothing can be lost
            self.inner.__enter__()  # type: ignore[attr-defined]

        def __exit__(self, *error: object) -> object:
            found = self.inner.__exit__(*error)  # type: ignore[attr-defined]
            tell(str(self.at.done))
            return found

    work.Work.step = told  # type: ignore[method-assign, assignment]
    Worker(once=True, interval=0.05).run()


def check(told: list[str]) -> None:
    """What is marked, what is counted and what is there are one, and no less than was told."""
    kept, job = Screening.objects.get(), Job.objects.get()
    least = max(map(int, told), default=0)
    assert kept.queries == job.done == job.mark.get("queries", 0) >= least, (kept.queries, job.done, job.mark, least)
    expected = list(range(0, kept.queries, EVERY))
    assert list(Query.objects.order_by("number").values_list("number", flat=True)) == expected
    assert Hit.objects.count() == kept.hits == len(expected)


def finish(told: list[str]) -> None:
    """All is screened, once."""
    check(told)
    job = Job.objects.get()
    assert (job.state, job.done) == ("done", ROWS), (job.state, job.done, job.trouble)
    assert Event.objects.filter(act="desk.document.screened").count() == 1
