"""PNRGOV: bookings as airlines send them to governments in EDIFACT (IATA PNRGOV, versions 10.1 to 15.1).

A message tells of one flight and holds many bookings; each booking is one `Message`, so that its travellers are each
other's companions. The flight reported on is its reference ``reported_flight``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dragoman.messages.edifact import Segment, looks_like_edifact
from dragoman.messages.envelopes import Envelope, envelopes
from dragoman.messages.parties import Fact, Journey, Message, Problem, opened, refusal
from dragoman.messages.pnrgov_booking import Booking
from dragoman.messages.pnrgov_flights import Flight, read_flight


def recognise(head: bytes) -> bool:
    """Tell whether the input is an EDIFACT interchange of PNRGOV messages."""
    return b"PNRGOV" in head[:4096] and looks_like_edifact(head)


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield the bookings of an interchange; see `dragoman.messages.parties` for what is refused."""
    with opened(source, name) as (stream, called):
        count = 0
        for envelope in envelopes(stream):
            place = f"{called}: message {envelope.number}"
            if envelope.type != "PNRGOV" and not any(segment.tag == "TIF" for segment in envelope.segments):
                found = f"a {envelope.type} message" if envelope.type else _first_problem(envelope)
                if not count:
                    raise refusal(called, "a PNRGOV message", found, count)
                problem = Problem(place, "a PNRGOV message", found)
                yield Message(envelope.type or "EDIFACT", envelope.id, place, problems=(problem, *envelope.problems))
                continue
            for message in _bookings(envelope, called, place):
                yield message
                count += 1
        if not count:
            raise refusal(called, "a PNRGOV message", "no message", count)


def _first_problem(envelope: Envelope) -> str:
    return envelope.problems[0].found if envelope.problems else "no message"


def _bookings(envelope: Envelope, called: str, place: str) -> Iterator[Message]:
    """Yield the bookings of a message. What is wrong with the message as a whole is told with the first."""
    problems = list(envelope.problems)
    reported, rest = _header(envelope, problems)
    booking: Booking | None = None
    number = 0
    for segment in rest:
        if segment.tag == "SRC" or booking is None:
            if booking is not None:
                yield _message(booking, envelope, reported, called, problems)
                problems = []
            number += 1
            booking = Booking(number, f"{place}, booking {number}", envelope.prepared)
            if segment.tag == "SRC":
                continue
            problems.append(Problem(segment.place, "SRC before the first booking", segment.tag))
        booking.take(segment)
    if booking is None:
        problems.append(Problem(place, "a booking (SRC)", "none"))
        booking = Booking(1, place, envelope.prepared)
    yield _message(booking, envelope, reported, called, problems)


def _header(envelope: Envelope, problems: list[Problem]) -> tuple[Flight | None, list[Segment]]:
    """Read what stands before the first booking: MSG, ORG, the flight reported on, and how many bookings it has."""
    reported, seen, segments = None, set(), envelope.segments
    length = next((at for at, each in enumerate(segments) if each.tag in ("SRC", "RCI", "TIF")), len(segments))
    for segment in segments[:length]:
        if segment.tag == "TVL":
            reported = read_flight(segment, envelope.prepared, problems)
        elif segment.tag not in ("MSG", "ORG", "EQN", "BGM", "DAT", "IFT"):
            problems.append(Problem(segment.place, "the header of PNRGOV (MSG, ORG, TVL, EQN)", segment.tag))
        seen.add(segment.tag)
    for tag, what in (("MSG", "what the message is"), ("ORG", "who sends it"), ("TVL", "the flight")):
        if tag not in seen:
            problems.append(Problem(f"message {envelope.number}, before its first booking", f"{tag}: {what}", "none"))
    return reported, segments[length:]


def _message(
    booking: Booking, envelope: Envelope, reported: Flight | None, called: str, problems: list[Problem]
) -> Message:
    booking.end()
    locator = next((fact.value.split()[-1] for fact in booking.references if fact.kind == "booking"), None)
    references = list(booking.references)
    if reported is not None:
        parts = (
            f"{reported.carrier or ''}{reported.number or ''}",
            reported.origin,
            reported.destination,
            reported.departs,
        )
        references.append(Fact("reported_flight", " ".join(part for part in parts if part), reported.place))
    if envelope.id:
        references.append(Fact("message", envelope.id, booking.place))
    prefix = locator or f"{envelope.number}-{booking.number}"
    people = (*booking.travellers, *booking.others)
    legs = tuple(each.leg(called) for each in booking.flights)
    told = (*problems, *booking.problems)
    return Message(
        format="PNRGOV",
        id=locator,
        place=booking.place,
        parties=tuple(who.party(f"{prefix}-{number}", called) for number, who in enumerate(people, 1)),
        texts=tuple(booking.texts),
        references=tuple(references),
        journeys=(Journey(legs, booking.place),) if legs else (),
        problems=tuple(Problem(f"{called}: {each.place}", each.expected, each.found) for each in told),
    )
