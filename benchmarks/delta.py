"""A list of 20,000 that a partner has already changes by one in a hundred: how long until the partner screens by it.

    nice -n 10 python benchmarks/delta.py                     # about three minutes
    nice -n 10 python benchmarks/delta.py --records 2000      # smaller

Two real nodes over loopback, each a process with its home and its SQLite database, keys compared, an agreement signed
by both. The list is made: parties with the names of `worlds.large_world`, born, of a country, numbered; every second
one has a passport, a record of its own. One in a hundred changes, half as many come and as many go. Measured is what a
worker does: on the giver's side taking the new version in and writing it to the collection, on the receiver's side
reading over HTTP and putting it in use, index included. "processor" is of the processes that worked, the giver's
server included; other work on the machine does not stretch it. The start of Python is in neither. "seconds" and
"processor" of a round are without the import of the new version; "with_import" is both with it, from file to in use.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.node.exchange.nodes import Node, befriend
from tests.node.exchange.test_two_nodes import _IMPORT, agree
from worlds import DATA, large_world

#: Runs some lines in a node, and prints how long each took on the clock and on the processor.
_TIMED = """
import json, time
from pathlib import Path
from dragoman.node.partners import polling, sharing
from dragoman.node.partners.models import Agreement, Partner
from dragoman.node.registry.importing import import_list
found = {{}}
for name, line in {lines!r}:
    begun, used = time.perf_counter(), time.process_time()
    exec(line)
    found[name] = [time.perf_counter() - begun, time.process_time() - used]
print("TIMES", json.dumps(found))
"""

_SHARE = """
from dragoman.node.partners.models import Agreement
from dragoman.node.partners.sharing import share
from dragoman.node.registry.models import Source
share("service", Agreement.objects.get(), Source.objects.get(), codes=["H1"], purpose="border-control")
"""


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--data", type=Path, default=DATA)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="delta-bench-") as name:
        folder = Path(name)
        nodes = [Node(folder / each, each.upper()) for each in ("fiu", "border")]
        try:
            print(json.dumps(measure(nodes[0], nodes[1], folder, given.records, given.data), indent=1))
        finally:
            for node in nodes:
                node.stop()


def measure(fiu: Node, border: Node, folder: Path, records: int, data: Path) -> dict[str, Any]:
    """Give the list, change it, give what changed; return the times."""
    old, new = folder / "old.ftm.json", folder / "new.ftm.json"
    made = [line for number, party in enumerate(large_world(data, records)) for line in _lines(number, party)]
    old.write_text("".join(made), encoding="utf-8")
    changed = _changed(made)
    new.write_text("".join(changed), encoding="utf-8")
    for node in (fiu, border):
        node.home.mkdir()
        node.prepare()
    fiu.run(script=_IMPORT.format("made", str(old)))
    for node in (fiu, border):
        node.start()
    befriend(fiu, border)
    agree(fiu, border)
    fiu.run(script=_SHARE)
    whole = round_of(fiu, border, None)
    delta = round_of(fiu, border, new)
    return {
        "records": len(made),
        "whole": whole,
        "delta": delta,
        "objects": border.number("ReceivedObject.objects.count()"),
    }


def round_of(fiu: Node, border: Node, file: Path | None) -> dict[str, Any]:
    """Take a version in on one side and bring the other up to it; return seconds on the clock and the processor."""
    giver = [("write", "sharing.write_all()")]
    if file is not None:
        giver.insert(0, ("import", f"import_list('made', Path({str(file)!r}))"))
    before = _processor(fiu)
    times = _times(fiu, giver)
    times |= _times(
        border, [("read", "polling.poll(Agreement.objects.get())"), ("take_in", "polling.renew(Partner.objects.get())")]
    )
    served = _processor(fiu) - before
    shown = {name: [round(value, 2) for value in pair] for name, pair in times.items()}
    parts = [pair for name, pair in times.items() if name != "import"]
    return {
        **shown,
        "served": round(served, 2),
        "seconds": round(sum(pair[0] for pair in parts), 2),
        "processor": round(sum(pair[1] for pair in parts) + served, 2),
        "with_import": [
            round(sum(pair[0] for pair in times.values()), 2),
            round(sum(pair[1] for pair in times.values()) + served, 2),
        ],
    }


def _times(node: Node, lines: list[tuple[str, str]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(node.run(script=_TIMED.format(lines=lines)).partition("TIMES ")[2])
    return found


def _processor(node: Node) -> float:
    """Return the seconds of processor that a node's server and its children have used so far."""
    assert node.process is not None
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[2]) == node.process.pid:  # its process group
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _lines(number: int, party: Any) -> list[str]:
    rng = random.Random(number)
    properties: dict[str, list[str]] = {"name": [party.names[0]], "alias": party.names[1:4]}
    day = f"{rng.randrange(1940, 2005)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    properties["birthDate" if party.schema == "Person" else "incorporationDate"] = [day]
    properties["country"] = [rng.choice(["iq", "sy", "ly", "ir", "ru", "kp", "ye", "so"])]
    properties["topics"], properties["notes"] = ["sanction"], [f"Entry {number} of the list."]
    lines = [_line(f"p-{number}", party.schema, properties)]
    if number % 2 and party.schema == "Person":
        held = {"holder": [f"p-{number}"], "number": [f"X{rng.randrange(10**8)}"], "country": ["iq"]}
        lines.append(_line(f"d-{number}", "Passport", held))
    return lines


def _line(name: str, schema: str, properties: dict[str, list[str]]) -> str:
    return json.dumps({"id": name, "schema": schema, "properties": properties}) + "\n"


def _changed(made: list[str]) -> list[str]:
    """One in a hundred states something else; one in two hundred goes, and as many come."""
    found = []
    for number, line in enumerate(made):
        if number % 200 == 7:
            found.append(re.sub(r'"id": "(.)-', r'"id": "\1-new-', line, count=1))
            continue
        found.append(
            line.replace(" of the list.", " of the list, amended.").replace('"number": ["X', '"number": ["Y')
            if number % 100 == 3
            else line
        )
    return found


if __name__ == "__main__":
    main()
