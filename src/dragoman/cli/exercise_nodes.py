"""The two agencies of the exercise as two nodes on this machine: made, served, asked what was done, and marked."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dragoman.cli.exercise_inside import PEOPLE
from dragoman.cli.output import console, say, table
from dragoman.errors import StoreError, UsageError
from dragoman.exercise import make
from dragoman.exercise.making import ANSWERS, CUSTOMERS, LIST_FILES
from dragoman.exercise.marking import read_answers
from dragoman.exercise.story import Act, Agency, Card, Decided, Evidence, Judged, Story, score, story

#: Where the world of the exercise stands below its folder, and what trainees are handed.
WORLD, HANDED, PASSWORD = "world", "handed-out", "password.txt"
PASSENGERS, NEXT_VERSION = "passengers.csv", Path(LIST_FILES["un-sc"][1]).name
#: How long a node may take to answer, and how long to end (seconds).
_START, _END = 120, 20
#: Browsers keep cookies by host and not by port: two names let one browser be signed in at both.
_HOSTS = ("127.0.0.1", "localhost")


@dataclass
class Node:
    """One of the two nodes: its home, its address, and the process that serves it."""

    key: str
    agency: Agency
    home: Path
    host: str
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    exchanging: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        return f"http://{self.host}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the node's processes. What the caller's shell says of another node does not hold."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DRAGOMAN_", "DATABASE_"))}
        return kept | {
            "DRAGOMAN_HOME": str(self.home.resolve()),
            "DRAGOMAN_NAME": self.agency.name,
            "DRAGOMAN_NODE": f"{self.key}.example",
        }

    def inside(self, verb: str, given: Any = None) -> Any:
        """Run `exercise_inside` in the node; return what it printed. Raises StoreError where it fails."""
        command = [sys.executable, "-m", "dragoman.cli.exercise_inside", verb]
        done = subprocess.run(  # noqa: S603  our own command
            command, env=self.environment, input=json.dumps(given), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StoreError(
                f"{self.agency.name}: {done.stderr.strip().splitlines()[-1:]}",
                place=str(self.home),
                remedy="remove the folder and begin the exercise anew",
            )
        return json.loads(done.stdout or "null")

    def exchange(self) -> None:
        """Deliver, write and poll once, without waiting for the worker. Raises StoreError where that fails."""
        said = self.home / "exchanged.log"
        if self.exchanging is None:
            command = [sys.executable, "-m", "dragoman.cli.exercise_inside", "exchange"]
            with said.open("w") as log:
                self.exchanging = subprocess.Popen(  # noqa: S603  our own command
                    command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
                )
        assert self.exchanging.stdin is not None and self.exchanging.stdout is not None  # noqa: S101, PT018
        print(file=self.exchanging.stdin, flush=True)
        if not self.exchanging.stdout.readline():
            remedy = said.read_text(errors="replace")[-500:]
            raise StoreError(f"{self.agency.name} cannot exchange", place=str(self.home), remedy=remedy)

    def start(self) -> None:
        """Serve in the background until `stop`. Raises UsageError on a port that is taken, StoreError on a failure."""
        if _answers(self.host, self.port):
            raise UsageError(f"another node serves on {self.url}", remedy="end it, or choose another --port")
        command = [sys.executable, "-c", "from dragoman.cli import main; main()", "serve", "--port", str(self.port)]
        with (self.home / "said.log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own command
                command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + _START
        while not _answers(self.host, self.port):
            if self.process.poll() is not None or time.monotonic() > end:
                said = (self.home / "said.log").read_text(errors="replace").strip().splitlines()[-1:]
                raise StoreError(f"{self.agency.name} did not start: {said}", remedy="see said.log in its home")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the node and all that it started."""
        if self.exchanging is not None:
            self.exchanging.communicate()  # it ends with its input
            self.exchanging = None
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(_END)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _answers(host: str, port: int) -> bool:
    """Tell whether a node answers there that it is well."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def nodes_of(folder: Path, port: int) -> dict[str, Node]:
    """Return the two nodes of the exercise in `folder`, on `port` and the next."""
    agencies = story().nodes.items()
    return {
        key: Node(key, agency, folder / key, _HOSTS[number % 2], port + number)
        for number, (key, agency) in enumerate(agencies)
    }


def set_up(folder: Path, seed: int, port: int) -> dict[str, Node]:
    """Make world, hand-outs and homes in `folder`, where they are not there yet; return the nodes, not served."""
    make(folder / WORLD, seed)
    handed = folder / HANDED
    handed.mkdir(exist_ok=True)
    (handed / PASSENGERS).write_bytes((folder / WORLD / CUSTOMERS).read_bytes())
    (handed / NEXT_VERSION).write_bytes((folder / WORLD / LIST_FILES["un-sc"][1]).read_bytes())
    nodes = nodes_of(folder, port)
    for node in nodes.values():
        node.home.mkdir(exist_ok=True)
        lists = {
            name: str((folder / WORLD / LIST_FILES[name][version != "first"]).resolve())
            for name, version in node.agency.lists.items()
        }
        node.inside("prepare", {"password": password_of(folder), "lists": lists})
    return nodes


def password_of(folder: Path) -> str:
    """Return everybody's password in this exercise; it is made at the first call."""
    path = folder / PASSWORD
    if not path.is_file():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(12) + "\n")
    return path.read_text().strip()


@contextmanager
def serving(nodes: dict[str, Node]) -> Iterator[None]:
    """Serve the nodes as long as the context is open."""
    try:
        for node in nodes.values():
            node.start()
        yield
    finally:
        for node in nodes.values():
            node.stop()


def card_of(folder: Path) -> Card:
    """Return the score card of the exercise in `folder`. Raises UsageError where there is none."""
    nodes = nodes_of(folder, 0)
    if not all(node.home.is_dir() for node in nodes.values()):
        raise UsageError(
            f"there is no exercise for two agencies in {folder}", remedy="begin one: dragoman exercise nodes"
        )
    evidence = {}
    for key, node in nodes.items():
        found = node.inside("evidence")
        evidence[key] = Evidence(
            [Act(*each) for each in found["acts"]], [Decided(*each) for each in found["hits"] if each[0]]
        )
    return score(story(), evidence, read_answers(folder / WORLD / ANSWERS))


def show_story(told: Story, nodes: dict[str, Node], folder: Path) -> None:
    """Print the situation, the doors, and what there is to do."""
    out = console()
    out.print(f"\n{told.title}\n\n{told.situation}\n")
    for node in nodes.values():
        out.print(f"{node.agency.name}: {node.url}", highlight=False)
    out.print(f"\nSign in as {', '.join(PEOPLE)}; the password is {password_of(folder)}", highlight=False)
    out.print(f"What you are handed is in {folder / HANDED}. The purpose is Training.\n", highlight=False)
    shown = table("", "Who", "What", "Where", "Points", right=("Points",))
    for number, step in enumerate(told.steps, 1):
        who = "Both" if step.at == "both" else told.nodes[step.at].name
        shown.add_row(str(number), f"{who},\n{step.does}", f"{step.title}\n{step.text}", step.page, str(step.points))
        shown.add_section()
    out.print(shown)


_WORDS = {
    Judged.RIGHT: "decided rightly",
    Judged.MISSED: "let pass, and was the listed party",
    Judged.WRONGED: "called a true match, and was somebody else",
    Judged.OPEN: "not decided, or not by two people",
}


def show_card(card: Card) -> None:
    """Print the score card."""
    out = console()
    shown = table("Step", "Seen at (UTC)", "Points", "Still to be seen", right=("Points",))
    for result in card.results:
        missing = ", ".join(f"{card.story.nodes[sign.at].name}: {sign.act}" for sign in result.missing)
        shown.add_row(result.step.title, (result.at or "")[11:19], f"{result.points} of {result.step.points}", missing)
    out.print(f"\n{card.story.title}: the score card\n")
    out.print(shown)
    for judged, words in _WORDS.items():
        if (count := card.count(judged)) and judged is not Judged.RIGHT:
            who = ", ".join(f"{hit.caption} ({hit.query_id})" for hit, each in card.decisions if each is judged)
            out.print(f"{count} {words}: {who}", highlight=False)
    right = card.count(Judged.RIGHT)
    out.print(f"{right} of {len(card.decisions)} hits {_WORDS[Judged.RIGHT]}.", highlight=False)
    out.print(f"{card.points} of {card.most} points.\n", highlight=False)


def run(folder: Path, seed: int, port: int, *, play: bool) -> Card:
    """Serve the exercise until it is interrupted, or play it through; return the score card."""
    folder.mkdir(parents=True, exist_ok=True)
    say("Making the two agencies; that takes half a minute.")
    nodes = set_up(folder, seed, port)
    with serving(nodes):
        show_story(story(), nodes, folder)
        if play:
            from dragoman.cli.exercise_play import play_through

            play_through(nodes, folder)
        else:
            say("Both nodes serve. Ctrl-C ends the exercise, and shows the score card.")
            _wait(nodes)
    return card_of(folder)


def _wait(nodes: dict[str, Node]) -> None:
    """Wait until somebody interrupts, or a node ends by itself."""
    try:
        while all(node.process is not None and node.process.poll() is None for node in nodes.values()):
            time.sleep(0.5)
        say("A node has ended; see said.log in its home.")
    except KeyboardInterrupt:
        say("The exercise is over.")
