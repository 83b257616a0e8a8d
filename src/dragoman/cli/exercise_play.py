"""Playing the exercise for two agencies through its pages, as two good desks would."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dragoman.cli.exercise_nodes import HANDED, NEXT_VERSION, PASSENGERS, WORLD, Node, password_of
from dragoman.cli.exercise_visitor import Visitor, plain
from dragoman.cli.output import say
from dragoman.errors import StepRefused
from dragoman.exercise.making import ANSWERS
from dragoman.exercise.marking import read_answers
from dragoman.exercise.story import story

#: How long is waited for something that the nodes do by themselves (seconds).
_PATIENCE = 180
MISTAKEN = "Abdul Muizz Tarkawandi"
#: On the second version of the list only.
NEW = "Marwan Idris al-Quendari"


class Play:
    """The desks of both agencies; `step` does what the storyline asks for."""

    def __init__(self, nodes: dict[str, Node], folder: Path) -> None:
        self._folder = folder
        self._password = password_of(folder)
        self._fiu, self._border = nodes["fiu"], nodes["border"]
        self._nodes = (self._fiu, self._border)

    def step(self, name: str) -> None:
        """Do a step of the storyline."""
        doers: dict[str, Callable[[], None]] = {
            "keys": self._keys,
            "agreement": self._agreement,
            "give": self._give,
            "screen": self._screen,
            "decide": self._decide,
            "match": self._match,
            "request": self._request,
            "delta": self._delta,
            "recall": self._recall,
            "audit": self._audit,
        }
        doers[name]()

    def _as(self, node: Node, role: str) -> Visitor:
        return Visitor(node.url, role, self._password)

    def _keys(self) -> None:
        for here, there in (self._nodes, self._nodes[::-1]):
            with self._as(there, "liaison") as visitor:
                card = re.search(r'<pre[^>]*id="card"[^>]*>(.*?)</pre>', visitor.page("/partners/"), re.S)
            with self._as(here, "liaison") as visitor:
                visitor.send("/partners/", "/partners/add", card=html.unescape(card[1]) if card else "")
                visitor.send("/partners/1", "/partners/1/confirm")

    def _agreement(self) -> None:
        with self._as(self._fiu, "liaison") as visitor:
            visitor.send("/partners/1/draft", "/partners/1/draft", **_draft())
            visitor.send("/partners/agreements/1", "/partners/agreements/1/act", act="sign")
        self._wait(self._border, "liaison", "/partners/1", "/partners/agreements/1")
        with self._as(self._border, "liaison") as visitor:
            visitor.send("/partners/agreements/1", "/partners/agreements/1/act", act="sign")
        for node in self._nodes:
            self._wait(node, "liaison", "/partners/agreements/1", "In force")

    def _give(self) -> None:
        with self._as(self._fiu, "liaison") as visitor:
            page = "/partners/agreements/1"
            visitor.send(page, f"{page}/share", source="un-sc", tlp="AMBER", purpose="border-control", code="H1")
        self._wait(self._border, "analyst", "/lists/", "from-fiu-example")

    def _screen(self) -> None:
        with self._as(self._border, "analyst") as visitor:
            page = "/screenings/upload/"
            visitor.send(page, page, {"document": self._folder / HANDED / PASSENGERS}, threshold="0.7", limit="5")
        self._wait(self._border, "analyst", "/screenings/", "Done")

    def _decide(self) -> None:
        """Decide by the answers: the listed party's own record is a true match, and everybody else is not."""
        answers = {key.query_id: key for key in read_answers(self._folder / WORLD / ANSWERS)}
        hits = self._border.inside("evidence")["hits"]
        with self._as(self._border, "reviewer") as first, self._as(self._border, "supervisor") as second:
            for number, (query_id, record_id, _, _) in enumerate(hits, 1):
                key = answers[query_id]
                true = key.answer == "match" and key.record_id == record_id
                for visitor in (first, second) if true else (first,):
                    code, kind = ("facts-agree", "true") if true else ("name-only", "false")
                    visitor.send(f"/hits/{number}/", f"/hits/{number}/decide/", disposition=kind, code=code)

    def _match(self) -> None:
        with self._as(self._fiu, "liaison") as visitor:
            page = "/partners/matching"
            fields: dict[str, Any] = {"agreement": "1", "source": "un-sc", "tlp": "AMBER", "purpose": "border-control"}
            visitor.send(page, f"{page}/offer", **fields, kind=["name-day", "document"])
        asked = "Nobody Atall;1901-01-01\nKhalid Faris al-Zamraquni;1971-03-14\nAnother Nobody;1990-02-03"
        with self._as(self._border, "analyst") as visitor:
            end = time.monotonic() + _PATIENCE
            while "un-sc of" not in visitor.send(page, f"{page}/refresh"):
                _pause(end, "the list that is offered for matching")
            visitor.send(page, page, list="1", text=asked)

    def _request(self) -> None:
        page = "/partners/requests"
        with self._as(self._border, "liaison") as visitor:
            visitor.send(
                f"{page}/new",
                f"{page}/new",
                step="send",
                agreement="1",
                data_class="list_entries",
                purpose="border-control",
                urgency="urgent",
                tlp="AMBER",
                schema="Person",
                name="Khalid Faris al-Zamraquni",
                birthDate="1971-03-14",
                question="Is the man on the ferry the listed one? What can be held against his passport?",
            )
        self._wait(self._fiu, "liaison", page, f"{page}/1")
        with self._as(self._fiu, "liaison") as visitor:
            visitor.send(f"{page}/1", f"{page}/1/answer", step="received")
            text = "The listed one was born on 14 March 1971 and travels on passport ZZ4410327."
            visitor.send(f"{page}/1", f"{page}/1/answer", step="answered", text=text, tlp="AMBER")
        self._wait(self._border, "liaison", f"{page}/1", "travels on passport")
        with self._as(self._border, "liaison") as visitor:
            visitor.send(f"{page}/1", f"{page}/1/follow", step="feedback", word="lead", text="")

    def _delta(self) -> None:
        with self._as(self._fiu, "supervisor") as visitor:
            visitor.send("/lists/add", "/lists/add", {"file": self._folder / HANDED / NEXT_VERSION}, name="un-sc")
        self._wait(self._border, "analyst", f"/lists/from-fiu-example/?q={NEW}", NEW)

    def _recall(self) -> None:
        with self._as(self._fiu, "liaison") as visitor:
            page = visitor.page("/partners/disclosures", q=MISTAKEN)
            found = re.findall(r'name="object" value="([^"]+)"', page)
            reason = "The entry is of another man of this name"
            visitor.send(
                "/partners/disclosures", "/partners/disclosures/recall", object=found, kind="recall", reason=reason
            )
        self._wait(self._fiu, "liaison", "/partners/notices", "done")

    def _audit(self) -> None:
        for node in self._nodes:
            with self._as(node, "auditor") as visitor:
                visitor.send("/journal/", "/journal/verify/")

    def _wait(self, node: Node, role: str, path: str, text: str) -> None:
        """Wait until a page shows a text, or leads to an address, while letters and lists travel."""
        end = time.monotonic() + _PATIENCE
        with self._as(node, role) as visitor:
            while text not in (visitor.page(path) if text.startswith("/") else plain(visitor.page(path))):
                _pause(end, f"{text!r} on {path}")
                for each in self._nodes:
                    each.exchange()


def _pause(end: float, what: str) -> None:
    if time.monotonic() > end:
        raise StepRefused(f"{what} did not come within {_PATIENCE} s", remedy="see said.log in the homes of the nodes")
    time.sleep(0.5)


def _draft() -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "title": "Watch lists for the ferry",
        "memorandum": "Memorandum of Understanding of the exercise",
        "reference": "Exercise 1",
        "signed": (today - timedelta(days=30)).isoformat(),
        "desk": "Duty desk",
        "their_desk": "Liaison desk",
        "give_classes": ["list_entries"],
        "give_purposes": ["border-control"],
        "give_actions": ["disclose", "match", "ask"],
        "give_tlp": "AMBER",
        "take_tlp": "AMBER",
        "codes": ["H1"],
        "onward": "leave",
        "authors": "stripped",
        "retention": "365",
        "quota": "100",
        "starts": (today - timedelta(days=1)).isoformat(),
        "ends": (today + timedelta(days=365)).isoformat(),
    }


def play_through(nodes: dict[str, Node], folder: Path) -> None:
    """Play every step of the storyline. Raises StepRefused where a page does not do what the story says."""
    play = Play(nodes, folder)
    for number, step in enumerate(story().steps, 1):
        say(f"{number}. {step.title}")
        play.step(step.id)
