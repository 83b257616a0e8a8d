"""Measure a node over HTTP: how fast it serves, and how fast `/match` answers with key, journal and all middleware.

    python benchmarks/node.py LISTS [--seconds 10] [--clients 8]

LISTS is a folder of publishers' files (as in ../shared/data/lists), of which about 20,000 parties are imported into a
new home. The node runs as `dragoman serve` with SQLite and its usual worker processes (`--workers` for others), the
clients in a process of their own.
Names asked for are half listed ones, spelled anew, and half names of nobody.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

#: Which files of the folder are imported, as which list.
FILES = {
    "us-ofac-sdn": "ofac_2021-07",
    "eu-fsf": "eu_fsf_v1.0_2016-02-11.xml",
    "gb-hmt": "uk_conlist_2018-04-13.csv",
    "un-sc": "un_2026-02-27.xml",
    "us-ofac-cons": "ofac_cons_2025-12",
    "us-bis-dpl": "us_bis_dpl_2019.txt",
    "ca-sema": "ca_sema_2020-04.xml",
    "au-dfat": "dfat_regulation8_2024-11.xlsx",
}
_PREPARE = """
import json, sys
from pathlib import Path
from dragoman.node.serving.prepare import prepare, set_up
set_up()
prepare()
from dragoman.node.people.models import Account, ApiKey, Appointment, Purpose
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.search import screener
folder, files = Path(sys.argv[1]), json.loads(sys.argv[2])
for name, file in files.items():
    import_list(name, folder / file)
account = Account.objects.create(username="bench")
Appointment.objects.create(account=account, role="analyst")
key, secret = ApiKey.issue(name="bench", account=account, scopes=["screen"], per_minute=10_000_000)
key.purposes.set(Purpose.objects.filter(code="training"))
opened = screener()
names = [opened.name_text(number) for number in range(0, opened.summary.names, 37)]
print(json.dumps({"secret": secret, "parties": opened.summary.parties, "names": names}))
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(home: Path, port: int, *more: str) -> tuple[subprocess.Popen[bytes], float]:
    """Start a node; return its process, and the seconds until it answered that it is ready."""
    command = [sys.executable, "-c", "from dragoman.cli import main; main()", "serve", "--port", str(port), *more]
    began = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "DRAGOMAN_HOME": str(home)}, stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return process, time.perf_counter() - began
        except OSError:
            if process.poll() is not None:
                raise SystemExit("the node did not start") from None
        time.sleep(0.02)


def spelled_anew(name: str, chance: random.Random) -> str:
    """Return the name with its words in another order, or a letter changed."""
    words = name.split()
    if len(words) > 1 and chance.random() < 0.5:
        chance.shuffle(words)
        return " ".join(words)
    at = chance.randrange(len(name))
    return name[:at] + chance.choice("aeiou") + name[at + 1 :]


def of_nobody(chance: random.Random) -> str:
    """Return a name that no list has, of two made-up words."""
    syllables = (
        *("ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "za"),
        *("dor", "fel", "gan", "hir", "jul", "kam", "lir", "mon", "per", "sul"),
    )
    return " ".join("".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _ in range(2))


def questions(names: list[str], count: int) -> list[bytes]:
    """Return bodies of `/match`, one name each."""
    chance = random.Random(20)
    bodies = []
    for number in range(count):
        name = spelled_anew(chance.choice(names), chance) if number % 2 else of_nobody(chance)
        example = {"schema": "Person" if number % 3 else "Organization", "properties": {"name": [name]}}
        bodies.append(json.dumps({"queries": {"q": example}}).encode())
    return bodies


def ask(port: int, secret: str, bodies: list[bytes], seconds: float, clients: int) -> dict[str, float]:
    """Ask with so many clients at once for so many seconds; return rate and times (milliseconds)."""
    headers = {"Authorization": f"ApiKey {secret}", "Content-Type": "application/json"}
    times: list[list[float]] = [[] for _ in range(clients)]
    found = [0] * clients
    end = time.perf_counter() + seconds

    def run(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        number = client
        while (began := time.perf_counter()) < end:
            connection.request("POST", "/match/default", bodies[number % len(bodies)], headers)
            answer = connection.getresponse()
            content = answer.read()
            if answer.status != 200:
                raise SystemExit(f"{answer.status} {content[:300]!r}")
            times[client].append((time.perf_counter() - began) * 1000)
            found[client] += b'"score"' in content
            number += clients

    threads = [threading.Thread(target=run, args=(client,)) for client in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    every = sorted(value for each in times for value in each)
    return {
        "rate": len(every) / took,
        "p50": statistics.median(every),
        "p99": every[int(len(every) * 0.99)],
        "most": every[-1],
        "with_hits": sum(found) / len(every),
    }


def measure(lists: Path, seconds: float, clients: int, keep: Path | None, workers: int | None) -> dict[str, Any]:
    """Import the lists, start the node, and ask; return what was measured."""
    with tempfile.TemporaryDirectory(prefix="dragoman-bench-") as folder:
        home = keep or Path(folder) / "home"
        about_file = home / "bench.json"
        if not about_file.is_file():
            done = subprocess.run(
                [sys.executable, "-c", _PREPARE, str(lists), json.dumps(FILES)],
                env={**os.environ, "DRAGOMAN_HOME": str(home)}, check=True, stdout=subprocess.PIPE,
            )  # fmt: skip
            about_file.write_bytes(done.stdout.splitlines()[-1])
        about = json.loads(about_file.read_text())
        port = free_port()
        process, started = start(home, port, "--no-jobs", *(() if workers is None else ("--workers", str(workers))))
        try:
            bodies = Path(folder) / "bodies.json"
            bodies.write_text(json.dumps([body.decode() for body in questions(about["names"], 4000)]))
            command = [sys.executable, __file__, "--ask", str(port), about["secret"], str(bodies)]
            for _ in range(2):  # the first round warms up: kernels, caches
                command_now = [*command, "--seconds", str(seconds), "--clients", str(clients)]
                done = subprocess.run(command_now, check=True, stdout=subprocess.PIPE)
            single = subprocess.run([*command, "--seconds", "3", "--clients", "1"], check=True, stdout=subprocess.PIPE)
        finally:
            process.terminate()
            process.wait()
    return {
        "parties": about["parties"],
        "start": started,
        "clients": clients,
        **json.loads(done.stdout),
        "alone": json.loads(single.stdout),
    }


def main() -> None:
    """Measure, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lists", nargs="?", type=Path)
    parser.add_argument("--ask", nargs=3, metavar=("PORT", "SECRET", "BODIES"), help="only ask a node that runs")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--workers", type=int, help="processes that answer; as many as usual unless given")
    parser.add_argument("--keep", type=Path, help="keep the home here, and use it again")
    given = parser.parse_args()
    if given.ask:
        port, secret, file = given.ask
        bodies = [body.encode() for body in json.loads(Path(file).read_text())]
        print(json.dumps(ask(int(port), secret, bodies, given.seconds, given.clients)))
        return
    if given.lists is None:
        parser.error("name the folder of lists")
    found = measure(given.lists, given.seconds, given.clients, given.keep, given.workers)
    print(f"start to serving, index there      {found['start']:8.2f} s")
    print(f"/match, one name, {found['parties']:,} parties  {found['rate']:8.0f} /s at {found['clients']} clients")
    print(f"  p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms, most {found['most']:.1f} ms")
    print(f"  answers with a hit {found['with_hits']:.0%}")
    print(f"  one client alone: {found['alone']['rate']:.0f} /s, p99 {found['alone']['p99']:.1f} ms")


if __name__ == "__main__":
    main()
