"""Passenger messages of the data folder against what a person read in them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from dragoman.messages import paxlst, pnrgov, pnrgov_xml
from dragoman.messages.parties import Message, Party

MODULES = {"paxlst": paxlst, "pnrgov": pnrgov, "pnrgov_xml": pnrgov_xml}
EXPECTED = {
    (kind, name): expected
    for kind in MODULES
    for name, expected in yaml.safe_load(
        (Path(__file__).parent / "expectations" / f"{kind}.yaml").read_text(encoding="utf-8")
    ).items()
}


@pytest.fixture(scope="session")
def travel(data: Path) -> Path:
    return data / "messages" / "travel"


def travellers(messages: list[Message]) -> list[Party]:
    return [party for message in messages for party in message.by_role("traveller")]


def written(party: Party) -> str:
    paper = next(iter(party.documents), None)
    first = party.record.first
    cells = (first("name"), first("birthDate"), first("nationality"), paper and paper.number, paper and paper.expiry)
    return " | ".join(cell or "-" for cell in cells)


def told(messages: list[Message]) -> set[str]:
    """Every fact, reference and statement as ``kind value``."""
    found = set()
    for message in messages:
        found |= {f"{fact.kind} {fact.value}" for fact in (*message.references, *message.texts)}
        for party in message.parties:
            found |= {f"{fact.kind} {fact.value}" for fact in party.facts}
            found |= {f"{known.prop} {known.value}" for known in party.record.statements}
            found.add(f"{party.role} {party.record.caption}")
        found |= {f"{fact.kind} {fact.value}" for way in message.journeys for leg in way.legs for fact in leg.facts}
    return found


@pytest.mark.parametrize(("kind", "name"), EXPECTED)
def test_the_file_is_read_as_a_person_reads_it(travel, kind, name):
    expected: dict[str, Any] = EXPECTED[kind, name]
    module: ModuleType = MODULES[kind]
    path = travel / kind / name
    assert module.recognise(path.read_bytes()[:65536])
    messages = list(module.read(path))
    found = travellers(messages)
    assert len(messages) == expected.get("bookings", 1)
    assert len(found) == expected["travellers"]
    assert sum(party.record.first("birthDate") is not None for party in found) == expected["births"]
    assert {*expected["people"]} <= {written(party) for party in found}
    legs = [leg for message in messages for way in message.journeys for leg in way.legs]
    if isinstance(expected["legs"], int):
        assert len(legs) == expected["legs"]
    else:
        plain = [f"{leg.origin}-{leg.destination} {leg.carrier}{leg.number} {(leg.departs or '')[:16]}" for leg in legs]
        assert plain == expected["legs"]
    known = told(messages)
    for fact in expected.get("facts", ()):
        assert any(each.startswith(fact) for each in known), fact
    problems = [problem.expected for message in messages for problem in message.problems]
    for problem in expected["problems"]:
        assert any(problem in each for each in problems), problem
    assert bool(problems) == bool(expected["problems"])


def test_no_file_of_the_folder_is_left_out(travel):
    found = {(path.parent.name, path.name) for path in travel.glob("*/*")}
    assert found == set(EXPECTED)


def test_the_five_lists_hold_282_travellers_each_with_a_birth(travel):
    found = [party for path in (travel / "paxlst").iterdir() for party in travellers(list(paxlst.read(path)))]
    assert len(found) == 282
    assert all(party.record.first("birthDate") for party in found)


@pytest.mark.parametrize(("kind", "name"), EXPECTED)
def test_no_other_reader_takes_the_file_for_its_own(travel, kind, name):
    head = (travel / kind / name).read_bytes()[:65536]
    assert [each for each, module in MODULES.items() if module.recognise(head)] == [kind]


@pytest.mark.parametrize(("kind", "name"), EXPECTED)
def test_no_card_number_is_shown_whole(travel, kind, name):
    for fact in told(list(MODULES[kind].read(travel / kind / name))):
        if fact.startswith("payment_card"):
            account = fact.split()[2]
            assert len(account.replace("X", "")) <= 10
