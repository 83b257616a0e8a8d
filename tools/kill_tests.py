"""Kill -9 at random points: nothing acknowledged is lost, nothing half-done shows, and work goes on.

    python tools/kill_tests.py                      # a campaign of 40 kills a kind, on SQLite
    python tools/kill_tests.py --kills 5 review     # some of them
    tools/with_postgres.sh python tools/kill_tests.py
    tools/with_postgres.sh python tools/kill_tests.py --server   # kill the database instead of who works with it

A kind is a module ``tests/kills/KIND.py`` with four functions, each called in a process of its own with a home of its
own (and a database of its own, where DATABASE_URL names a PostgreSQL):

``prepare()``   makes what the work starts from
``victim()``    works, and prints a line for each act once it is acknowledged; returns when nothing is left to do
``check(told)`` looks at what is there after a kill, with the lines of all victims so far; asserts
``finish(told)``looks at what is there once a victim has ended by itself; asserts

A kind with ``FROM_NOTHING`` begins before the node has any table.

With ``--server`` the database server is stopped at once, as by a crash, and started again. The victim may then end
with an error of the database, or go on; after a further random while it is killed all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ROOT / "tests" / "kills"
READY = "ready"
#: Files in the home of a round: what the last process told, and what it had to say beside that.
TOLD, ERRORS = ".told", ".errors"
#: The errors that a victim may end with that lost its database, and any error at the begin of a line.
DATABASE_IS_GONE = ("OperationalError", "InterfaceError", "BackupRefused")
AN_ERROR = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Refused|Exception))\b", re.MULTILINE)


@dataclass
class Round:
    """One home, the victims that died in it, and what they told.

    Its processes are forked from a stem that has loaded Django and the kind, and has no connection and no thread.
    """

    kind: str
    folder: Path
    url: str | None
    server: str | None = None
    told: list[str] = field(default_factory=list)

    def __enter__(self) -> Round:
        environment = dict(os.environ, DRAGOMAN_HOME=str(self.folder), PYTHONPATH=f"{ROOT / 'src'}:{ROOT}")
        environment |= {"DATABASE_URL": self.url} if self.url else {}
        command = [sys.executable, __file__, "--stem", str(self.folder), self.kind]
        self.stem = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        return self

    def __exit__(self, *error: object) -> None:
        self.stem.kill()
        self.stem.wait()
        for pipe in (self.stem.stdin, self.stem.stdout):
            assert pipe is not None  # noqa: S101
            pipe.close()

    def call(self, what: str) -> None:
        """Call a function of the kind, to its end."""
        self._start(what)
        if self._ended(None):
            raise SystemExit(f"{self.kind}: {what} failed\n{self._said()}")

    def kill_one(self, longest: float, chance: random.Random) -> bool:
        """Run a victim and kill it, or its database, after a random while; tell whether that was before it ended."""
        number = self._start("victim")
        status: int | None = None
        while status is None and READY not in self._heard():
            status = self._ended(0.01)
        if status is None:
            status = self._ended(chance.uniform(0, longest))
        killed = status is None
        if killed and self.server:
            self._restart_server()
            status = self._ended(chance.uniform(0, longest))
        if status is None:
            os.killpg(number, signal.SIGKILL)
            status = self._ended(None)
        if self.url:
            _wait_for_the_last(self.url)
        excused = (
            killed and self.server and AN_ERROR.findall(self._said())[-1:] in [[name] for name in DATABASE_IS_GONE]
        )
        if status not in (0, -signal.SIGKILL) and not excused:
            raise SystemExit(f"{self.kind}: the victim failed by itself\n{self._said()}")
        whole = self._heard().rpartition("\n")[0]  # what was cut off in mid-line was not acknowledged
        self.told += [line for line in whole.split("\n") if line and line != READY]
        return killed

    def _start(self, what: str) -> int:
        assert self.stem.stdin is not None and self.stem.stdout is not None  # noqa: S101, PT018
        for name in (TOLD, ERRORS):
            (self.folder / name).write_bytes(b"")
        self.stem.stdin.write(json.dumps([what, self.told]).encode() + b"\n")
        line = self.stem.stdout.readline()
        if not line:
            raise SystemExit(f"{self.kind}: its processes cannot be started")
        return int(line)

    def _ended(self, wait: float | None) -> int | None:
        """Return the status of the process that was started, None where it goes on for so many seconds."""
        assert self.stem.stdout is not None  # noqa: S101
        if not select.select([self.stem.stdout], [], [], wait)[0]:
            return None
        return int(self.stem.stdout.readline())

    def _heard(self) -> str:
        return (self.folder / TOLD).read_text()

    def _said(self) -> str:
        return (self.folder / ERRORS).read_text(errors="replace")

    def _restart_server(self) -> None:
        assert self.server is not None  # noqa: S101
        for command in ([self.server, "stop", "-m", "immediate"], [self.server, "start"]):
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def campaign(kind: str, given: argparse.Namespace, server: str | None = None) -> int:
    """Kill victims of a kind, in as many rounds as it takes; return how many rounds ran to their end."""
    chance, dead, ended, number = random.Random(f"{given.seed} {kind}"), 0, 0, 0  # noqa: S311
    while dead < given.kills:
        number += 1
        with (
            tempfile.TemporaryDirectory(prefix=f"kill-{kind}-") as folder,
            Round(kind, Path(folder), _database(kind, number), server) as turn,
        ):
            if given.home:
                shutil.copytree(given.home, folder, dirs_exist_ok=True)
            turn.call("prepare")
            while dead < given.kills and turn.kill_one(given.longest, chance):
                dead += 1
                turn.call("check")
            turn.server = None
            while turn.kill_one(1e6, chance):
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
        connection.execute(f'CREATE DATABASE "{name}"')  # a name of our own making
        # `with_postgres.sh` trades this for speed: what is acknowledged is not yet written.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
    head, question, options = url.partition("?")
    return head.rpartition("/")[0] + f"/{name}" + question + options


def _wait_for_the_last(url: str) -> None:
    """Return once PostgreSQL has ended whatever it still did for one that was killed: it may commit after that."""
    import psycopg

    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):
            time.sleep(0.02)


def ready() -> None:
    """Say that the victim has begun; before that it is not killed."""
    print(READY, flush=True)


def tell(line: str) -> None:
    """Say that an act is acknowledged."""
    print(line, flush=True)


def _stem(folder: Path, kind: str) -> None:
    """Fork a process for each call that is asked for; tell its number, and its status once it has ended."""
    from dragoman.node.serving.prepare import set_up

    set_up()
    import_module(f"tests.kills.{kind}")
    while line := sys.stdin.readline():
        number = os.fork()
        if number == 0:
            _branch(folder, kind, *json.loads(line))
        print(number, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(number, 0)[1]), flush=True)


def _branch(folder: Path, kind: str, what: str, told: list[str]) -> None:
    """Be the process of one call: a group of its own, whose output goes to files."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    files = [os.open(folder / name, os.O_WRONLY | os.O_APPEND) for name in (TOLD, ERRORS)]
    for number, file in enumerate([nothing, *files]):
        os.dup2(file, number)
    status = 0
    try:
        _call(what, kind, told)
    except BaseException:  # noqa: BLE001  the process ends here, whatever it was
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _call(what: str, kind: str, told: list[str]) -> None:
    from dragoman.node.serving.prepare import prepare

    module = import_module(f"tests.kills.{kind}")
    if what == "prepare" and not getattr(module, "FROM_NOTHING", False):
        prepare()
    getattr(module, what)(*([] if what in ("prepare", "victim") else [told]))


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
    parser.add_argument("--server", action="store_true", help="kill the database server ($POSTGRES_CONTROL) instead")
    parser.add_argument("--home", help="begin each round with a copy of this home, which has its tables")
    parser.add_argument("--stem", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.stem:
        _stem(Path(given.stem), given.kinds[0])
        return
    server = os.environ.get("POSTGRES_CONTROL") if given.server else None
    if given.server and not server:
        parser.error("there is no database server to kill: tools/with_postgres.sh python tools/kill_tests.py --server")
    for kind in given.kinds or names:
        if kind not in names:
            parser.error(f"there is no kind {kind}; {', '.join(names)}")
        campaign(kind, given, server)


if __name__ == "__main__":
    # So that a kind that imports this module gets the very functions that run.
    sys.modules["kill_tests"] = sys.modules["__main__"]
    main()
