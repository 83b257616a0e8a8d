"""The crowd around the cast: parties and customers with drawn names, so that the lists are no mere handful."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from dragoman.exercise.cast import Customer, Party, World, load_table

#: How many persons and groups of the crowd stand on each list.
_PERSONS, _GROUPS = 24, 5
_CUSTOMERS = 40
_LISTS = {
    "un-sc": "Exercise",
    "us-ofac-sdn": "EXERCISE",
    "eu-fsf": "EXR",
    "gb-uksl": "Exercise",
    "partners": "Exercise",
}


def crowd(seed: int) -> World:
    """Draw the crowd's parties and customers. The same seed gives the same crowd, whatever the machine."""
    draw = random.Random(seed)  # noqa: S311  a made-up world is no secret
    parties = tuple(party for name, programme in _LISTS.items() for party in _parties(draw, name, programme))
    return World(parties, tuple(_customers(draw)))


def _cultures() -> list[dict[str, Any]]:
    return [table for table in load_table("crowd").values() if isinstance(table, dict)]


def _person(draw: random.Random, culture: dict[str, Any], places: str) -> tuple[str, str, str, str]:
    """Draw a given name, a family name, both in the culture's script (empty where it is Latin), and the place."""
    given = draw.choice(culture["given"])
    place = draw.choice(culture[places])
    before, after = culture["before"], culture["after"]
    family = f"{before[0]}{place[0]}{after[0]}"
    native = f"{given[1]} {before[1]}{place[1]}{after[1]}" if place[1] else ""
    return given[0], family, native, place[0]


def _born(draw: random.Random) -> str:
    day = f"{draw.randint(1940, 1999)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    return day if draw.random() < 0.7 else day[:4]


def _parties(draw: random.Random, name: str, programme: str) -> Iterator[Party]:
    table = load_table("crowd")
    for number in range(_PERSONS):
        culture = draw.choice(_cultures())
        given, family, native, place = _person(draw, culture, "listed")
        yield Party(
            key=f"{name}-person-{number}",
            list=name,
            schema="Person",
            given=given,
            family=family,
            native=native if draw.random() < 0.5 else "",
            born=_born(draw),
            place=place,
            country=draw.choice(culture["countries"]),
            programme=programme,
        )
    for number, form in enumerate(table["groups"][:_GROUPS]):
        culture = table["western"]
        title = form.format(draw.choice(culture["listed"])[0])
        country = draw.choice(culture["countries"])
        key = f"{name}-group-{number}"
        yield Party(key=key, list=name, schema="Organization", name=title, country=country, programme=programme)


def _customers(draw: random.Random) -> Iterator[Customer]:
    for _ in range(_CUSTOMERS):
        culture = draw.choice(_cultures())
        given, family, native, _ = _person(draw, culture, "clear")
        yield Customer(
            answer="clear",
            why="of the crowd, and on no list",
            name=native if native and draw.random() < 0.3 else f"{given} {family}",
            born=_born(draw),
            country=draw.choice(culture["countries"]),
        )
