"""The messages of an EDIFACT stream: what stands between UNH and UNT, with what is wrong around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from dragoman.messages.edifact import Segment, tokenize
from dragoman.messages.journeys import read_day
from dragoman.messages.parties import Problem

_SERVICE = frozenset(("UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"))


@dataclass(slots=True)
class Envelope:
    """One message: `type` is what UNH names (``PAXLST``), `version` its version and release (``D.02B``).

    `id` is the sender's reference, `prepared` the day of the interchange, `sender` who sent it. `segments` are those
    between UNH and UNT.
    """

    number: int
    type: str = ""
    version: str = ""
    id: str | None = None
    prepared: date | None = None
    sender: str = ""
    segments: list[Segment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ended: bool = False


class _Reading:
    def __init__(self) -> None:
        self.held: Envelope | None = None
        self.count = 0
        self.prepared: date | None = None
        self.sender = ""
        self.interchange = False
        self.in_group = 0
        self.loose: list[Problem] = []
        self.since_head = 0

    def problem(self, problem: Problem) -> None:
        (self.held.problems if self.held else self.loose).append(problem)

    def open(self, segment: Segment) -> Envelope:
        """Begin a message at UNH, or at whatever stands where UNH should."""
        self.count += 1
        self.held = Envelope(self.count, prepared=self.prepared, sender=self.sender)
        self.held.problems += self.loose
        self.loose = []
        self.since_head = segment.number
        return self.held


def envelopes(stream: BinaryIO) -> Iterator[Envelope]:
    """Yield the messages of a stream one by one; one that lacks its UNH or UNT too, with the problem told.

    A message is yielded when the next begins or the interchange ends, so that what is wrong behind it is told with
    it. What is wrong where there is no message at all comes as an envelope without segments.
    """
    reading = _Reading()
    for token in tokenize(stream):
        if isinstance(token, Problem):
            reading.problem(token)
        elif token.tag == "UNH" or (token.tag == "UNB" and reading.held):
            if reading.held:
                _close(reading, token)
                yield reading.held
                reading.held = None
            _unh(reading, token) if token.tag == "UNH" else _unb(reading, token)
        else:
            _take(reading, token)
    if reading.held:
        _close(reading, None)
        yield reading.held
    elif reading.loose:
        yield Envelope(reading.count + 1, problems=reading.loose)


def _take(reading: _Reading, segment: Segment) -> None:
    if segment.tag == "UNB":
        _unb(reading, segment)
    elif segment.tag == "UNT":
        _unt(reading, segment)
    elif segment.tag in ("UNG", "UNE"):
        pass  # groups hold nothing that is screened
    elif segment.tag == "UNZ":
        _count(reading, segment)
    else:
        held = reading.held
        if held is None:
            held = reading.open(segment)
            held.problems.append(Problem(segment.place, "UNH before the first segment of a message", segment.tag))
        elif held.ended:
            held.ended = False
            held.problems.append(Problem(segment.place, "UNH or UNZ after UNT", segment.tag))
        held.segments.append(segment)


def _unb(reading: _Reading, segment: Segment) -> None:
    reading.interchange = True
    reading.sender = segment.get(1)
    reading.prepared = read_day(segment.get(3), "YYMMDD")


def _unh(reading: _Reading, segment: Segment) -> None:
    held = reading.open(segment)
    if not reading.interchange:
        held.problems.append(Problem(segment.place, "UNB before the first message", "UNH"))
    held.id = segment.get(0) or None
    held.type = segment.get(1)
    held.version = ".".join(part for part in (segment.get(1, 1), segment.get(1, 2)) if part)


def _unt(reading: _Reading, segment: Segment) -> None:
    held = reading.held
    if held is None:
        reading.loose.append(Problem(segment.place, "UNH before UNT", segment.text))
        return
    held.ended = True
    read = segment.number - reading.since_head + 1
    stated = "".join(segment.get(0).split())
    if stated.isdecimal() and int(stated) != read:
        held.problems.append(Problem(segment.place, f"{stated} segments, as UNT counts", f"{read}"))
    reference = segment.get(1)
    if held.id and reference and reference.lstrip("0").replace(" ", "") != held.id.lstrip("0").replace(" ", ""):
        held.problems.append(Problem(segment.place, f"the reference of UNH, {held.id}", reference))


def _count(reading: _Reading, segment: Segment) -> None:
    stated = segment.get(0)
    if stated.isdecimal() and int(stated) != reading.count and reading.count:
        # With groups UNZ counts those; one is right for any number of messages in a single group.
        reading.problem(
            Problem(segment.place, f"{stated} messages or groups, as UNZ counts", f"{reading.count} messages")
        )


def _close(reading: _Reading, following: Segment | None) -> None:
    held = reading.held
    if held and not held.ended:
        place = following.place if following else "the end"
        held.problems.append(Problem(place, "UNT at the end of the message", following.tag if following else "the end"))
