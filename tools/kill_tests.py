"""Kill -9 at random points: nothing acknowledged is lost, nothing half-done shows, and work goes on.

    python tools/kill_tests.py                      # a campaign of 40 kills a kind, on SQLite
    python tools/kill_tests.py --kills 5 review     # some of them
    tools/with_postgres.sh python tools/kill_tests.py

A kind is a module ``tests/kills/KIND.py`` with four functions, each called in a process of its own with a home of its
own (and a database of its own, where DATABASE_URL names a PostgreSQL):

``prepare()``   makes what the work starts from
``victim()``    works, and prints a line for each act once it is acknowledged; returns when nothing is left to do
``check(told)`` looks at what is there after a kill, with the lines of all victims so far; asserts
``finish(told)``looks at what is there once a victim has ended by itself; asserts

A kind with ``FROM_NOTHING`` begins before the node has any table.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ROOT / "tests" / "kills"
READY = "ready"


@dataclass
class Round:
    """One home, the victims that died in it, and what they told."""

    kind: str
    folder: Path
    url: str | None
    told: list[str] = field(default_factory=list)

    def call(self, what: str) -> None:
        """Call a function of the kind, to its end."""
        told = json.dumps(self.told)
        command = [sys.executable, __file__, "--call", what, self.kind]
        done = subprocess.run(command, env=self._environment(), input=told, text=True, capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.kind}: {what} failed\n{done.stdout}\n{done.stderr}")

    def kill_one(self, longest: float, chance: random.Random) -> bool:
        """Run a victim and kill it after a random while; tell whether it was killed before it ended."""
        command = [sys.executable, __file__, "--call", "victim", self.kind]
        with subprocess.Popen(
            command,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as victim:
            assert victim.stdout is not None and victim.stderr is not None  # noqa: S101, PT018
            os.set_blocking(victim.stdout.fileno(), False)
            heard = b""
            deadline: float | None = None
            while victim.poll() is None and (deadline is None or time.monotonic() < deadline):
                wait = 0.2 if deadline is None else max(0.0, min(0.2, deadline - time.monotonic()))
                if select.select([victim.stdout], [], [], wait)[0]:
                    heard += victim.stdout.read() or b""
                if deadline is None and READY.encode() in heard:
                    deadline = time.monotonic() + chance.uniform(0, longest)
            killed = victim.poll() is None
            if killed:
                os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
            os.set_blocking(victim.stdout.fileno(), True)
            heard += victim.stdout.read()
            if not killed and victim.returncode:
                raise SystemExit(f"{self.kind}: the victim failed by itself\n{victim.stderr.read().decode()}")
        whole = heard.decode().rpartition("\n")[0]  # what was cut off in mid-line was not acknowledged
        self.told += [line for line in whole.split("\n") if line and line != READY]
        return killed

    def _environment(self) -> dict[str, str]:
        found = dict(os.environ, DRAGOMAN_HOME=str(self.folder), PYTHONPATH=f"{ROOT / 'src'}:{ROOT}")
        return found | ({"DATABASE_URL": self.url} if self.url else {})


def campaign(kind: str, kills: int, seed: int, longest: float) -> int:
    """Kill so many victims of a kind, in as many rounds as it takes; return how many rounds ran to their end."""
    chance, dead, ended, number = random.Random(f"{seed} {kind}"), 0, 0, 0  # noqa: S311
    while dead < kills:
        number += 1
        with tempfile.TemporaryDirectory(prefix=f"kill-{kind}-") as folder:
            turn = Round(kind, Path(folder), _database(kind, number))
            turn.call("prepare")
            while dead < kills and turn.kill_one(longest, chance):
                dead += 1
                turn.call("check")
            while turn.kill_one(1e9, chance):
                pass
            turn.call("finish")
            ended += 1
        print(f"{kind}: {dead} killed, {ended} rounds ended whole", flush=True)
    return ended


def _database(kind: str, number: int) -> str | None:
    """Make a fresh database on the PostgreSQL that DATABASE_URL names, and return its address; None for SQLite."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    import psycopg

    name = f"kill_{kind}_{os.getpid()}_{number}".replace("-", "_")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]  # a name of our own making
    head, question, options = url.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + question + options


def ready() -> None:
    """Say that the victim has begun; before that it is not killed."""
    print(READY, flush=True)


def tell(line: str) -> None:
    """Say that an act is acknowledged."""
    print(line, flush=True)


def _call(what: str, kind: str) -> None:
    from dragoman.node.serving.prepare import prepare, set_up

    set_up()
    module = import_module(f"tests.kills.{kind}")
    if what == "prepare" and not getattr(module, "FROM_NOTHING", False):
        prepare()
    told = [] if what in ("prepare", "victim") else [json.loads(sys.stdin.read())]
    getattr(module, what)(*told)


def main() -> None:
    """Run a campaign."""
    names = sorted(path.stem for path in KINDS.glob("[a-z]*.py"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(names)}; all by default")
    parser.add_argument("--kills", type=int, default=40, help="how many a kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest", type=float, default=1.5, help="seconds after which a victim is killed at the latest"
    )
    parser.add_argument("--call", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.call:
        _call(given.call, given.kinds[0])
        return
    for kind in given.kinds or names:
        if kind not in names:
            parser.error(f"there is no kind {kind}; {', '.join(names)}")
        campaign(kind, given.kills, given.seed, given.longest)


if __name__ == "__main__":
    # So that a kind that imports this module gets the very functions that run.
    sys.modules["kill_tests"] = sys.modules["__main__"]
    main()
