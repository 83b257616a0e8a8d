"""The messages of the exercise: written as their senders write them, read whole, screened, and marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dragoman.cli.app import app
from dragoman.errors import InputError
from dragoman.exercise import make
from dragoman.exercise.making import ANSWERS, MESSAGE_ANSWERS, MESSAGES
from dragoman.exercise.marking import read_message_answers
from dragoman.messages.parties import Message
from dragoman.messages.sources import Source, sources

FORMATS = {
    "bookings.edi": {"PNRGOV"},
    "passengers.edi": {"PAXLST"},
    "passports.txt": {"TD3"},
    "transfers.xml": {"pacs.008.001.08"},
    "wires.txt": {"MT103"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("messages") / "world").folder


@pytest.fixture(scope="module")
def ran(world: Path) -> Result:
    return CliRunner().invoke(app, ["exercise", "run", str(world)], env={"COLUMNS": "200"})


def messages(world: Path) -> dict[str, list[Message]]:
    parts = sources([world / MESSAGES], recursive=True)
    return {Path(part.name).name: list(part.messages()) for part in parts if isinstance(part, Source)}


def test_every_file_is_recognised_and_read_without_a_problem(world: Path) -> None:
    read = messages(world)
    assert {name: {message.format for message in some} for name, some in read.items()} == FORMATS
    assert not [problem for some in read.values() for message in some for problem in message.problems]


def test_every_zone_has_the_check_digits_that_its_fields_demand(world: Path) -> None:
    from dragoman.messages.mrz import read_mrz

    zones = (world / MESSAGES / "passports.txt").read_text().strip().split("\n\n")
    assert [read_mrz(zone).valid for zone in zones] == [True, True]


def test_passports_begin_with_letters_that_no_state_uses(world: Path) -> None:
    texts = [path.read_text() for path in (world / MESSAGES).iterdir()]
    numbers = {number for text in texts for number in re.findall(r"\b[A-Z]{2}\d{7}", text)}
    assert numbers
    assert {number[:2] for number in numbers} == {"ZZ"}


def test_matches_are_planted_in_every_role_that_the_issue_names() -> None:
    from dragoman.exercise.cast import load_table

    planted = [
        (table, known["role"])
        for table, rows in load_table("messages").items()
        for row in rows
        for known in row["answers"]
        if known["answer"] == "match"
    ]
    assert {("transfers", "debtor"), ("transfers", "creditor"), ("transfers", "remittance")} <= set(planted)
    assert {("wires", "creditor"), ("passengers", "traveller"), ("bookings", "traveller")} <= set(planted)
    assert ("documents", "traveller") in planted


def test_the_run_finds_who_was_planted_and_nobody_else(ran: Result) -> None:
    assert ran.exit_code == 0, ran.output
    assert "Messages: 42 of 42 parties and texts in 12 messages came out as message-answers.csv says." in ran.stdout
    shown = ran.stdout.split("Messages: hits among")[1].split("Messages: 42")[0]
    for listed in ("QUENDAR KESTREL", "Dariush Mehrvazgan", "Lorvath Sea Lines GmbH", "Natalya Borisovna"):
        assert listed in shown
    assert "Tjellmossen" not in shown


def test_a_party_that_no_message_names_is_told_and_is_no_success(ran: Result, world: Path) -> None:
    from dragoman.cli.exercise_run import run_exercise

    path = world / MESSAGE_ANSWERS
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept + "wires.txt,debtor,NOBODY AT ALL,clear,,,,lost\n", encoding="utf-8")
    try:
        assert run_exercise(world) == 2
    finally:
        path.write_text(kept, encoding="utf-8")


def test_an_answer_key_of_customers_is_none_of_messages(world: Path) -> None:
    with pytest.raises(InputError, match="no answer key"):
        read_message_answers(world / ANSWERS)
