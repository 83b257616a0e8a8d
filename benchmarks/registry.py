"""The registry's numbers: taking in a list, and its pages over a million records and ten million statements.

    tools/with_postgres.sh python benchmarks/registry.py                    # PostgreSQL, about twenty minutes
    tools/with_postgres.sh python benchmarks/registry.py --records 100000   # smaller
    python benchmarks/registry.py --records 0                               # only the real lists, on SQLite

Lists are real: the UN's of November 2025 and its successor of February 2026, OFAC's of July 2021. The million is made:
of ten records, four are parties with names from `worlds.large_world`, four are sanctions, two are passports, ten
statements each on average; every fiftieth party owns another, every tenth is judged the same as one of another list.
They are written by COPY, so that the time of the pages is measured, not that of filling. Pages are asked of Django
with all middleware, without a network; "worst" is the slowest of many different pages. "processor" is this process's
share, which other work on the machine does not stretch; the database's is not in it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from worlds import DATA, large_world

#: The made lists, and how the records are shared out among them.
LISTS = {"made-north": 4, "made-south": 3, "made-east": 2, "made-west": 1}
VERSION = "2026-01-01"
COUNTRIES = ["iq", "sy", "ly", "ir", "ru", "kp", "ye", "so", "lb", "de", "fr", "us", "gb", "ae", "tr"]
#: Pages of a kind that are asked.
PAGES = 40


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as home:
        os.environ["DRAGOMAN_HOME"] = home
        from dragoman.node.serving.prepare import prepare, set_up

        set_up()
        prepare()
        if given.records:
            show(fill(given.records, given.data))
            show(index(given.records, given.data))
            show(pages())
        show(lists(given.data))


def show(found: dict[str, Any]) -> None:
    """Print what was measured so far."""
    print(json.dumps(found, indent=1), flush=True)


# ---------------------------------------------------------------- filling


def parties(records: int, data: Path) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the parties: number, list, schema, names."""
    shares = [name for name, share in LISTS.items() for _ in range(share)]
    for number, party in enumerate(large_world(data, max(records * 4 // 10, 25_000))):
        schema = "Person" if number % 10 < 7 or party.schema == "LegalEntity" else party.schema
        yield number, shares[number % len(shares)], schema, party.names[:6]


def stated(number: int, schema: str, names: list[str], rng: random.Random) -> list[tuple[str, str]]:
    """Return what is stated of a party: property and value."""
    rows = [("name" if at == 0 else "alias", name) for at, name in enumerate(names)]
    date = "birthDate" if schema == "Person" else "incorporationDate"
    rows += [(date, f"{rng.randrange(1940, 2005)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}")]
    place = "nationality" if schema == "Person" else "country"
    rows += [(place, code) for code in rng.sample(COUNTRIES, 2)]
    rows += [("address", f"Street {rng.randrange(900)}, town {rng.randrange(5000)}") for _ in range(3)]
    rows += [(prop, f"{rng.randrange(10**8)}") for prop in ("phone", "taxNumber", "postalCode")]
    rows += [("notes", f"Listed under entry {number}, see also {rng.randrange(10**6)}."), ("topics", "sanction")]
    return [*rows, ("idNumber", f"N{rng.randrange(10**9)}"), ("registrationNumber", f"R{number}")]


def fill(records: int, data: Path) -> dict[str, Any]:
    """Write so many records of parties, sanctions and passports, with ten statements each on average."""
    from dragoman.node.people.models import Account
    from dragoman.node.registry.models import ListVersion, Source

    account = Account.objects.create(username="bench")
    for name in LISTS:
        source = Source.objects.create(name=name, title=name)
        ListVersion.objects.create(source=source, version=VERSION, state="in_use", parties=0)
    ids = dict(Source.objects.values_list("name", "pk"))
    begun = time.perf_counter()
    counts = _copy(parties(records, data), ids, account.pk)
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("registry_record", "registry_statement"):
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
        cursor.execute("ANALYZE")
    return counts | {"filled_seconds": round(time.perf_counter() - begun)}


_RECORD = ["id", "source", "record_id", "schema", "caption", "content", "is_party", "gone", "first_seen", "last_seen"]
_STATEMENT = ["record", "prop", "value", "place", "first_seen", "last_seen", "gone"]
_JUDGEMENT = ["left", "right", "verdict", "reason", "by", "at"]


def _copy(found: Iterator[tuple[int, str, str, list[str]]], ids: dict[str, int], by: int) -> dict[str, Any]:
    from dragoman.node.registry.bulk import insert
    from dragoman.node.registry.models import Judgement, Record, Statement

    rng, pk, made = random.Random(1), 0, 0
    last: dict[str, int] = {}
    while batch := list(islice(found, 20_000)):
        rows: list[tuple[Any, ...]] = []
        statements: list[tuple[Any, ...]] = []
        judgements: list[tuple[Any, ...]] = []
        for number, name, schema, names in batch:
            party = f"p-{number}"
            described = _described(number, party, rng)
            for at, (key, kind, content) in enumerate(
                [(party, schema, stated(number, schema, names, rng)), *described]
            ):
                pk += 1
                digest = f"{pk:032x}"
                rows.append((pk, ids[name], key, kind, names[0] if at == 0 else key, digest, at == 0, False, *_SEEN))
                statements += [(pk, prop, value, f"line {number}", *_SEEN, False) for prop, value in content]
                if at == 0:
                    if number % 10 == 0 and last and (other := next(iter(last.values()))) != pk:
                        judgements.append((other, pk, "same", "made", by, "2026-01-01T00:00:00Z"))
                    last = {name: pk}
        made += len(statements)
        insert(Record, _RECORD, rows)
        insert(Statement, _STATEMENT, statements)
        insert(Judgement, _JUDGEMENT, judgements)
    return {"records": pk, "statements": made}


_SEEN = (VERSION, VERSION)


def _described(number: int, party: str, rng: random.Random) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what describes a party: a sanction, every second time a passport, sometimes what it owns."""
    day = f"{rng.randrange(2001, 2026)}-{rng.randrange(1, 13):02}-05"
    sanction = [("entity", party), ("authority", "Made"), ("program", f"P{number % 40}"), ("listingDate", day)]
    sanction += [("startDate", day), ("reason", f"Entry {number}"), ("country", "us"), ("provisions", "freeze")]
    found = [(f"s-{number}", "Sanction", sanction)]
    if number % 2:
        passport = [("holder", party), ("number", f"X{rng.randrange(10**8)}"), ("country", rng.choice(COUNTRIES))]
        found.append((f"d-{number}", "Passport", [*passport, ("type", "passport"), ("summary", f"of {party}")]))
    if number % 50 == 0:
        owned = [("owner", party), ("asset", f"p-{max(0, number - 10)}"), ("percentage", "60"), ("startDate", day)]
        found.append((f"o-{number}", "Ownership", owned))
    return found


def index(records: int, data: Path) -> dict[str, Any]:
    """Build the index of the parties and put it in use, so that the search boxes answer."""
    from dragoman.model import Record
    from dragoman.node.registry import indexing
    from dragoman.screening import build_index

    def found() -> Iterator[Record]:
        for number, name, schema, names in parties(records, data):
            record = Record(f"p-{number}", schema, source=name, version=VERSION)
            for at, each in enumerate(names):
                record.add("name" if at == 0 else "alias", each)
            yield record

    begun = time.perf_counter()
    indexing.folder().mkdir(parents=True, exist_ok=True)
    lists = dict.fromkeys(LISTS, VERSION)
    build_index(indexing.folder() / "bench.idx", found(), lists)
    indexing.put_in_use("bench.idx", lists)
    for _ in range(2):  # a node loads the kernels when it starts
        indexing.screener().screen({"schema": "Person", "name": "Nemo Nihil"})
    return {"index_seconds": round(time.perf_counter() - begun)}


# ---------------------------------------------------------------- pages


def pages() -> dict[str, Any]:
    """Time the pages, each over many different objects."""
    from dragoman.node.registry.models import Record

    client, rng = _client(), random.Random(2)
    top = Record.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    some = list(Record.objects.filter(is_party=True, pk__in=[rng.randrange(1, top) for _ in range(20 * PAGES)])[:PAGES])
    judged = _judged(PAGES)
    middle = [f"/lists/made-north/?after={rng.randrange(1, top)}" for _ in range(PAGES)]
    kinds = {
        "lists": ["/lists/"] * 10,
        "list_first": [f"/lists/{name}/" for name in LISTS],
        "list_middle": middle,
        "list_search": [f"/lists/made-north/?q={each.caption}" for each in some],
        "record": [f"/lists/records/{each.pk}" for each in some],
        "subject": [f"/lists/subjects/{pk}" for pk in judged],
        "subject_search": [f"/lists/subjects/{pk}?q={each.caption}" for pk, each in zip(judged, some, strict=False)],
        "graph": [f"/lists/subjects/{pk}/graph?subject=yes" for pk in judged],
        "subjects": ["/lists/subjects"] * 10,
    }
    return {name: _timed(client, urls) for name, urls in kinds.items()}


def _judged(count: int) -> list[int]:
    from dragoman.node.registry.models import Judgement

    return list(Judgement.objects.order_by("-pk").values_list("right", flat=True)[: 50 * count : 50])


def _client() -> Any:
    from django.test import Client

    from dragoman.node.people.models import Account, Appointment, NodeSettings
    from dragoman.node.people.principals import PURPOSE

    account = Account.objects.get(username="bench")
    Appointment.objects.get_or_create(account=account, role="analyst")
    NodeSettings.objects.update_or_create(pk=1, defaults={"second_factor": False})
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(account)
    session = client.session
    session[PURPOSE] = "training"
    session.save()
    return client


def _timed(client: Any, urls: list[str]) -> dict[str, float]:
    times, work = [], []
    for url in [urls[0], *urls]:  # the first is asked twice: templates are compiled before the clock runs
        begun, worked = time.perf_counter(), time.process_time()
        answer = client.get(url)
        times.append((time.perf_counter() - begun) * 1000)
        work.append((time.process_time() - worked) * 1000)
        assert answer.status_code == 200, (url, answer.status_code)
        if os.environ.get("BENCH_QUERIES"):
            _explain(client, url)
    return {
        "median_ms": round(statistics.median(times[1:]), 1),
        "worst_ms": round(max(times[1:]), 1),
        "processor_ms": round(statistics.median(work[1:]), 1),
    }


def _explain(client: Any, url: str) -> None:
    """Print the statements of a page that take longest."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    slow = sorted(caught.captured_queries, key=lambda each: -float(each["time"]))[:2]
    for each in slow:
        if float(each["time"]) > 0.03:
            print(url, each["time"], each["sql"][:600], file=sys.stderr)


# ---------------------------------------------------------------- real lists


def lists(data: Path) -> dict[str, Any]:
    """Take in real lists: the first version, its successor, and the same files again."""
    from dragoman.node.registry.importing import import_list
    from dragoman.node.registry.models import IndexInUse, ListVersion

    ListVersion.objects.filter(source__name__in=LISTS).update(state="superseded")  # no files are kept of them
    IndexInUse.objects.all().delete()
    found: dict[str, Any] = {}
    for title, name, path in (
        ("un_first", "un-sc", data / "lists/un_2025-11-20.xml"),
        ("un_successor", "un-sc", data / "lists/un_2026-02-27.xml"),
        ("un_again", "un-sc", data / "lists/un_2026-02-27.xml"),
        ("ofac_first", "us-ofac-sdn", data / "lists/ofac_2021-07"),
    ):
        begun, worked = time.perf_counter(), time.process_time()
        version = import_list(name, path)
        found[title] = {
            "parties": version.parties,
            "seconds": round(time.perf_counter() - begun, 1),
            "processor_seconds": round(time.process_time() - worked, 1),
        }
    return found


if __name__ == "__main__":
    main()
