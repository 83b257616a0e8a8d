"""How many events a second the journal takes and verifies, on SQLite as a node runs it.

    python benchmarks/journal.py [FOLDER]

The database is made below FOLDER (a temporary one where none is given): the speed of its disk is what is measured,
because each answer waits until its event is durable (``synchronous=FULL``).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from statistics import quantiles
from time import perf_counter

SECONDS = 3.0


def prepare(home: str) -> None:
    """Make the journal's tables below `home`."""
    os.environ["DRAGOMAN_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "dragoman.node.settings"
    import django

    django.setup()


def clients(threads: int) -> tuple[int, list[float]]:
    """Let so many threads look up for some seconds; return how many events became durable, and each wait in ms."""
    from django.db import connection

    from dragoman.node.journal.recording import look_up

    end = perf_counter() + SECONDS

    def client(number: int) -> list[float]:
        waits = []
        while (begun := perf_counter()) < end:
            look_up(f"account:{number}", "desk.hit.viewed", f"hit:{len(waits)}")
            waits.append(1000 * (perf_counter() - begun))
        connection.close()
        return waits

    with ThreadPoolExecutor(threads) as pool:
        waits = [wait for found in pool.map(client, range(threads)) for wait in found]
    return len(waits), waits


def process(home: str, threads: int) -> tuple[int, list[float]]:
    """Do the same in a process of its own."""
    prepare(home)
    return clients(threads)


def shown(what: str, count: int, seconds: float, waits: list[float] | None = None) -> None:
    """Print a line."""
    cuts = quantiles(waits, n=100) if waits else []
    more = f"   median {cuts[49]:6.1f} ms   p99 {cuts[98]:6.1f} ms" if cuts else ""
    print(f"{what:46}{count / seconds:10,.0f} events/s{more}", flush=True)


def timed(what: str, work: Callable[[], int]) -> None:
    """Time `work`, which returns how many events it was about."""
    begun = perf_counter()
    count = work()
    shown(what, count, perf_counter() - begun)


def in_transactions(size: int) -> int:
    """Record for some seconds, `size` events in each transaction."""
    from django.db import transaction

    from dragoman.node.journal.recording import record

    count, end = 0, perf_counter() + SECONDS
    while perf_counter() < end:
        with transaction.atomic():
            for number in range(size):
                record("account:1", "desk.hit.reviewed", f"hit:{number}", result="false", review=number)
        count += size
    return count


def main(home: str) -> None:
    """Print a line for each way in, and for verifying."""
    prepare(home)
    from django.core.management import call_command

    from dragoman.node.journal.group_commit import WRITER
    from dragoman.node.journal.verifying import verify

    call_command("migrate", verbosity=0)
    timed("record, a transaction each", lambda: in_transactions(1))
    timed("record, 50 in a transaction", lambda: in_transactions(50))
    for threads in (1, 4, 8, 16, 32, 64):
        count, waits = clients(threads)
        shown(f"look_up, {threads} at once", count, SECONDS, waits)
    WRITER.stop()
    with get_context("spawn").Pool(2) as pool:
        found = pool.starmap(process, [(home, 16), (home, 16)])
    shown("look_up, 2 processes with 16 at once each", sum(count for count, _ in found), SECONDS, found[0][1])

    def verified() -> int:
        verification = verify()
        verification.report.demand_sound()
        return verification.report.size

    timed("verify", verified)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(scratch)
