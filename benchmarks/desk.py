"""The desk's numbers: bulk screening end to end with hits stored, its memory, and pages of a long queue.

    python benchmarks/desk.py                       # 1,000,000 names against 20,000 parties, 100,000 open hits
    python benchmarks/desk.py --names 100000

Against the 20,000 parties of `worlds.small_world` and customers of `worlds.customers`, in a home of its own (SQLite, or
what DATABASE_URL names). Screening runs in one process, as `dragoman worker` runs it; reading the file, the search,
the memory of false matches, storing of queries, hits and remarks, and the journal are in the time, so are commits.
Pages are asked of Django with all middleware, without a network.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from worlds import customers, lists_of, small_world


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--hits", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as home:
        os.environ["DRAGOMAN_HOME"] = home
        from dragoman.node.serving.prepare import prepare, set_up

        set_up()
        prepare()
        print(json.dumps(screening(Path(home), given.names), indent=1), flush=True)
        print(json.dumps(queue_pages(given.hits), indent=1))


def _principal() -> Any:
    from dragoman.node.access import Principal
    from dragoman.node.people.models import Account, Appointment

    account, made = Account.objects.get_or_create(username="bench")
    if made:
        Appointment.objects.create(account=account, role="analyst")
    return Principal(account, None, account.roles, purpose="training")


def _index(home: Path) -> None:
    from dragoman.node.desk import screening as desk
    from dragoman.node.registry.models import Source
    from dragoman.screening import Screener, build_index

    records = small_world()
    build_index(home / "bench.index", records, lists_of(records))
    Source.objects.bulk_create(Source(name=name, title=name) for name in lists_of(records))
    opened = Screener.open(home / "bench.index")
    next(opened.screen_batch(["Somebody", "Nobody"]))  # the kernels are compiled before the clock runs
    desk.screener = lambda: opened


def screening(home: Path, count: int) -> dict[str, Any]:
    """Screen a file of so many names as a job."""
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from dragoman.node.desk import bulk
    from dragoman.node.jobs import queue

    distinct = min(count, 50_000)
    names = customers(distinct).plain
    path = home / "customers.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("id,name\n")
        stream.writelines(f'C-{n},"{names[n % distinct]}"\n' for n in range(count))
    del names
    _index(home)
    upload = TemporaryUploadedFile("customers.csv", "text/csv", path.stat().st_size, None)
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            upload.write(chunk)
    upload.seek(0)
    before, begun = time.perf_counter(), time.process_time()
    kept = bulk.start(_principal(), upload, bulk.Wanted())
    queue.run(kept.job_id)
    seconds, work = time.perf_counter() - before, time.process_time() - begun
    kept.refresh_from_db()
    assert kept.job.state == "done", kept.job.trouble
    return {
        "names": kept.queries,
        "with_hits": kept.with_hits,
        "hits_stored": kept.hits,
        "names_per_second": round(kept.queries / seconds),
        "names_per_processor_second": round(kept.queries / work),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


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
