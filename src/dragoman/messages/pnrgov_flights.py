"""The flights of PNRGOV messages (segment TVL)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from dragoman.messages.edifact import Segment
from dragoman.messages.journeys import arrival_day, flight, local_time, read_day
from dragoman.messages.parties import Fact, Leg, Problem

#: No day, clock or place is longer.
_LONGEST = 60


@dataclass(slots=True)
class Flight:
    """One leg while it is read."""

    place: str
    origin: str | None
    destination: str | None
    departs: str | None
    arrives: str | None
    carrier: str | None
    number: str | None
    facts: list[Fact] = field(default_factory=list)

    def leg(self, called: str) -> Leg:
        """Return it as a leg of a journey."""
        ends = (self.origin, self.destination, self.departs, self.arrives, self.carrier, self.number)
        return Leg(*ends, place=f"{called}: {self.place}", facts=tuple(self.facts))


def read_flight(segment: Segment, near: date | None, problems: list[Problem]) -> Flight:
    """Read TVL: ``270918:1420:280918:0531+ADD+FRA+UA:LH+8749:B``; what cannot be is told in `problems`."""
    origin, destination = segment.get(1)[:_LONGEST] or None, segment.get(2)[:_LONGEST] or None
    stated = tuple(segment.get(0, place)[:_LONGEST] for place in range(4))
    departs, arrives, wrong = _times(stated, origin, destination, near)
    problems += [Problem(segment.place, "a day DDMMYY and a time HHMM", text) for text in wrong]
    carrier, number = flight(segment.get(4), segment.get(3))
    found = Flight(segment.place, origin, destination, departs, arrives, carrier, number)
    if operating := segment.get(3, 1):
        found.facts.append(Fact("operating_carrier", operating, segment.place))
    if booked := segment.get(4, 1):
        found.facts.append(Fact("booking_class", booked, segment.place))
    return found


@lru_cache(maxsize=16384)  # the bookings of a message are for the same flights
def _times(
    stated: tuple[str, ...], origin: str | None, destination: str | None, near: date | None
) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Return departure and arrival as ISO 8601, and which of the two is wrong as written."""
    left, leaves, day, clock = stated
    if len(day) == 4 and not clock:  # the day is left out together with its separator
        day, clock = "", day
    first = read_day(left, "DDMMYY", near=near)
    last = read_day(day, "DDMMYY", near=near) if day else None
    if not day and clock:
        last = arrival_day(first, leaves, origin, clock, destination)
    departs, arrives = local_time(first, leaves, origin), local_time(last, clock, destination)
    wrong = []
    for text, time, moment in ((left, leaves, departs), (day, clock, arrives)):
        if ((text or time) and moment is None) or (time and moment and len(moment) == 10):
            wrong.append(f"{text}:{time}")
    return departs, arrives, tuple(wrong)
