"""The desk's numbers: bulk screening end to end with hits stored, its memory, and pages of a long queue.

    python benchmarks/desk.py                       # 1,000,000 names against 20,000 parties, 100,000 open hits
    python benchmarks/desk.py --names 100000

Against the 20,000 parties of `worlds.small_world` and customers of `worlds.customers`, in a home of its own (SQLite, or
what DATABASE_URL names). Screening runs as `dragoman worker` runs it, with its searchers; reading the file, the search,
the memory of false matches, storing of queries, hits and remarks, and the journal are in the time, so are commits and
the start of the searchers. Memory is that of worker and searchers together.
Pages are asked of Django with all middleware, without a network.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from worlds import customers, lists_of, small_world


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--no-pages", action="store_true", help="screening only")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as home:
        os.environ["DRAGOMAN_HOME"] = home
        from dragoman.node.serving.prepare import prepare, set_up

        set_up()
        prepare()
        print(json.dumps(screening(Path(home), given.names), indent=1), flush=True)
        if not given.no_pages:
            print(json.dumps(queue_pages(given.hits), indent=1))


def _principal() -> Any:
    from dragoman.node.access import Principal
    from dragoman.node.people.models import Account, Appointment

    account, made = Account.objects.get_or_create(username="bench")
    if made:
        Appointment.objects.create(account=account, role="analyst")
    return Principal(account, None, account.roles, purpose="training")


def _worlds(home: Path, count: int) -> None:
    """Make the index and the file, in a process of their own, whose memory is not the worker's.

    No name comes twice: those beyond the first 50,000 have the head of one of these and the tail of another.
    """
    from dragoman.screening import Screener, build_index

    records = small_world()
    build_index(home / "bench.index", records, lists_of(records))
    (home / "bench.lists").write_text(json.dumps(sorted(lists_of(records))), encoding="utf-8")
    next(Screener.open(home / "bench.index").screen_batch(["Somebody", "Nobody"]))  # the kernels are compiled
    distinct = min(count, 50_000)
    names = customers(distinct).plain
    with (home / "customers.csv").open("w", encoding="utf-8") as stream:
        stream.write("id,name\n")
        for number in range(count):
            turn, at = divmod(number, distinct)
            name = names[at]
            if turn:
                name = f"{name.rpartition(' ')[0]} {names[(at + 7919 * turn) % distinct].rpartition(' ')[2]}"
            stream.write(f'C-{number},"{name}"\n')


def screening(home: Path, count: int) -> dict[str, Any]:
    """Screen a file of so many names as a job."""
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from dragoman.node.desk import bulk
    from dragoman.node.desk import screening as desk
    from dragoman.node.jobs import queue
    from dragoman.node.registry.models import Source
    from dragoman.screening import Screener

    making = get_context("spawn").Process(target=_worlds, args=(home, count))
    making.start()
    making.join()
    path = home / "customers.csv"
    names = json.loads((home / "bench.lists").read_text(encoding="utf-8"))
    Source.objects.bulk_create(Source(name=name, title=name) for name in names)
    opened = Screener.open(home / "bench.index")
    desk.screener = lambda: opened
    with TemporaryUploadedFile("customers.csv", "text/csv", path.stat().st_size, None) as upload:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                upload.write(chunk)
        upload.seek(0)
        load, before, begun = os.getloadavg()[0], time.perf_counter(), _processor_seconds()
        kept = bulk.start(_principal(), upload, bulk.Wanted())
        with watched_memory() as peak:
            queue.run(kept.job_id)
        seconds, work = time.perf_counter() - before, _processor_seconds() - begun
        kept.refresh_from_db()
        assert kept.job.state == "done", kept.job.trouble
    return {
        "names": kept.queries,
        "with_hits": kept.with_hits,
        "hits_stored": kept.hits,
        "names_per_second": round(kept.queries / seconds),
        "names_per_processor_second": round(kept.queries / work),
        "seconds": round(seconds, 1),
        "processor_seconds": round(work, 1),
        "load_before_and_after": [round(load, 1), round(os.getloadavg()[0], 1)],
        "peak_memory_mb": peak["together"] // 1024,
    }


def _processor_seconds() -> float:
    """Return the processor time of this process and of those it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextmanager
def watched_memory() -> Iterator[dict[str, int]]:
    """Watch the memory of this process and of its searchers together, once a second, in kilobytes.

    Proportional set size: pages that they share, as those of the index, are counted once.
    """
    peak = {"together": 0}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1.0):  # more often, and the watching itself would be measured
            processes = [os.getpid(), *map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())]
            used = sum(map(_proportional, processes))
            peak["together"] = max(used, peak["together"])

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        ended.set()
        watching.join()


def _proportional(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def queue_pages(count: int) -> dict[str, Any]:
    """Time pages of a queue of at least so many open hits."""
    from django.test import Client

    from dragoman.node.desk.models import Hit, Query
    from dragoman.node.people.principals import PURPOSE

    principal = _principal()
    query = Query.objects.order_by("pk").first()
    assert query is not None
    missing = max(0, count - Hit.objects.filter(state="open").count())
    for first in range(0, missing, 5000):
        Hit.objects.bulk_create(
            Hit(
                query=query,
                screening_id=query.screening_id,
                origin="upload",
                source="un-sc" if number % 2 else "us-ofac-sdn",
                record_id=f"B-{number}",
                caption=f"Party {number}",
                schema="Person",
                score=0.7 + (number * 7919 % 30_000) / 100_000,
                version="1",
            )
            for number in range(first, min(first + 5000, missing))
        )
    from dragoman.node.registry.models import Source

    for name in ("un-sc", "us-ofac-sdn"):
        Source.objects.get_or_create(name=name, defaults={"title": name})
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(principal.account)
    session = client.session
    session[PURPOSE] = "training"
    session.save()
    from dragoman.node.people.models import NodeSettings

    NodeSettings.objects.update_or_create(pk=1, defaults={"second_factor": False})
    found: dict[str, Any] = {"open_hits": Hit.objects.filter(state="open").count()}
    middle = Hit.objects.filter(state="open").order_by("-score", "pk")[count // 2]
    pages = {
        "first": "/hits/",
        "middle": f"/hits/?after={middle.score!r}:{middle.pk}",
        "list": "/hits/?list=un-sc",
        "score": "/hits/?score=0.9",
        "age": "/hits/?age=30",
        "mine": "/hits/?mine=yes",
    }
    for name, url in pages.items():
        times, work = [], []
        for _ in range(12):
            before, begun = time.perf_counter(), time.process_time()
            answer = client.get(url)
            times.append((time.perf_counter() - before) * 1000)
            work.append((time.process_time() - begun) * 1000)
            assert answer.status_code == 200, (url, answer.status_code)
        found[f"queue_{name}_ms"] = round(statistics.median(times[2:]), 1)
        found[f"queue_{name}_processor_ms"] = round(statistics.median(work[2:]), 1)
    return found


if __name__ == "__main__":
    main()
