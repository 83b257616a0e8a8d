"""The exercise for two agencies: its storyline, and a score card read from what the journals say was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from dragoman.exercise.cast import load_table
from dragoman.exercise.marking import Key


@dataclass(frozen=True, slots=True)
class Sign:
    """An act in the journal of a node by which something is seen to be done; any result will do where none is named."""

    at: str
    act: str
    result: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """Something that one side or both are to do: who, where, and by what it is seen to be done."""

    id: str
    at: str
    does: str
    page: str
    title: str
    text: str
    done: tuple[Sign, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Agency:
    """One of the two: its name, and the lists that it begins with, each in its ``first`` or ``second`` version."""

    name: str
    lists: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """The storyline. `worth` is what each kind of decision counts."""

    title: str
    situation: str
    nodes: Mapping[str, Agency]
    steps: tuple[Step, ...]
    worth: Mapping[str, int]


class Judged(StrEnum):
    """What a decision on a hit was, by the answers of the exercise."""

    RIGHT = "right"
    MISSED = "missed"
    WRONGED = "wronged"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Decided:
    """How a hit stands at a node: the query's id, the list's record, the caption of the query, and the state."""

    query_id: str
    record_id: str
    caption: str
    state: str


@dataclass(frozen=True, slots=True)
class Act:
    """An event of a node's journal, as far as the score card looks at it; `at` is ISO 8601 in UTC."""

    at: str
    act: str
    result: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a node has to show: the events of its journal in order, and how the hits of its desk stand."""

    acts: Sequence[Act] = ()
    hits: Sequence[Decided] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """How a step came out: what is still to be seen, and when the last of it was; `at` is None until all is there."""

    step: Step
    missing: tuple[Sign, ...]
    at: str | None

    @property
    def points(self) -> int:
        """The points of the step, once it is done."""
        return 0 if self.missing else self.step.points


@dataclass(frozen=True, slots=True)
class Card:
    """The score card: a result for each step, a judgement for each hit."""

    story: Story
    results: tuple[Result, ...]
    decisions: tuple[tuple[Decided, Judged], ...]

    @property
    def points(self) -> int:
        """All points; decisions that wronged somebody take points away."""
        earned = sum(result.points for result in self.results)
        return earned + sum(self.story.worth.get(judged, 0) for _, judged in self.decisions)

    @property
    def most(self) -> int:
        """The most points that can be had with these hits."""
        return sum(result.step.points for result in self.results) + len(self.decisions) * self.story.worth["right"]

    def count(self, judged: Judged) -> int:
        """Return how many decisions were of that kind."""
        return sum(each is judged for _, each in self.decisions)


@cache
def story() -> Story:
    """Return the storyline."""
    found = load_table("story")
    steps = tuple(
        Step(**{**row, "text": row["text"].strip(), "done": tuple(Sign(**sign) for sign in row["done"])})
        for row in found["steps"]
    )
    nodes = {name: Agency(**row) for name, row in found["nodes"].items()}
    return Story(found["title"], found["situation"].strip(), nodes, steps, found["decisions"])


def score(told: Story, evidence: Mapping[str, Evidence], keys: Iterable[Key]) -> Card:
    """Return the score card of what the nodes have to show, by their names in the story."""
    results = tuple(_result(step, evidence) for step in told.steps)
    answers = {key.query_id: key for key in keys}
    hits = [hit for name in told.nodes for hit in evidence.get(name, Evidence()).hits if hit.query_id in answers]
    return Card(told, results, tuple((hit, judge(hit, answers[hit.query_id])) for hit in hits))


def _result(step: Step, evidence: Mapping[str, Evidence]) -> Result:
    missing, last = [], ""
    for sign in step.done:
        found = [
            each.at
            for each in evidence.get(sign.at, Evidence()).acts
            if each.act == sign.act and sign.result in (None, each.result)
        ]
        if len(found) < sign.count:
            missing.append(sign)
        else:
            last = max(last, found[sign.count - 1])
    return Result(step, tuple(missing), None if missing else last)


def judge(hit: Decided, key: Key) -> Judged:
    """Return what the decision on a hit was: only the listed party itself is a true match."""
    same = key.answer == "match" and key.record_id == hit.record_id
    if hit.state == "true":
        return Judged.RIGHT if same else Judged.WRONGED
    if hit.state in ("false", "remembered"):
        return Judged.MISSED if same else Judged.RIGHT
    return Judged.OPEN
