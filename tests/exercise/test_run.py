"""``dragoman exercise``: made, screened with the real screener, shown with reasons, and marked."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dragoman.cli.app import app
from dragoman.exercise import mark
from dragoman.exercise.cast import Answer
from dragoman.exercise.marking import Key


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "world"


@pytest.fixture(scope="module")
def ran(world: Path) -> Result:
    environment = {"DRAGOMAN_HOME": str(world.parent / "mine"), "COLUMNS": "200"}
    return CliRunner().invoke(app, ["exercise", "run", str(world)], env=environment)


def test_everything_comes_out_as_the_answers_say(ran: Result) -> None:
    assert ran.exit_code == 0, ran.output
    assert "Answers: 64 of 64 customers came out as answers.csv says." in ran.stdout


def test_hits_near_misses_and_a_clear_one_are_shown_each_with_its_reason(ran: Result) -> None:
    hits, rest = ran.stdout.split("Near misses:")
    near, clear = rest.split("Clear: ")
    assert "Khalid Faris al-Zamraquni" in hits
    assert "The dates contradict" in hits
    assert "The document number is the same" in hits
    assert "Abu Tarfand" in near
    assert "weak" in near
    assert "Ingeborg Tjellmossen" in clear


def test_it_says_what_to_try_next_and_where_the_lists_are(ran: Result, world: Path) -> None:
    assert f"export DRAGOMAN_HOME={world / 'home'}" in ran.stdout
    assert "dragoman lists diff un-sc@2026-01-10 un-sc@2026-02-10" in ran.stdout


def test_the_users_own_lists_are_not_touched(ran: Result, world: Path) -> None:
    assert (world / "home" / "lists" / "un-sc").is_dir()
    assert not (world.parent / "mine").exists()


def test_what_is_odd_in_a_list_is_told(ran: Result) -> None:
    assert "look-alike letters" in ran.stderr


def test_running_again_finds_the_lists_unchanged(ran: Result, world: Path) -> None:
    again = CliRunner().invoke(app, ["exercise", "run", str(world)], env={"COLUMNS": "200"})
    assert again.exit_code == 0
    assert again.stderr.count("is unchanged") == 7
    assert again.stdout == ran.stdout


def test_a_screening_that_contradicts_the_answers_is_told_and_is_no_success(ran: Result, world: Path) -> None:
    from dragoman.cli.exercise_run import run_exercise

    path = world / "answers.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = next(at for at, row in enumerate(rows) if row[1] == "match")
    rows[at][1] = "clear"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    assert run_exercise(world) == 2


def test_make_alone_writes_the_files(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["exercise", "make", str(tmp_path / "there"), "--seed", "3"])
    assert done.exit_code == 0
    assert "6 lists of 163 parties, 64 customers" in done.stderr
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == [
        *("README.txt", "answers.csv", "beneficiaries.csv", "broken.csv"),
        *("customers.csv", "lists", "message-answers.csv", "messages", "pairs.csv", "travellers.ftm.json"),
    ]


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_the_answers_hold_whatever_the_crowd(tmp_path: Path, seed: int) -> None:
    done = CliRunner().invoke(app, ["exercise", "run", str(tmp_path / "world"), "--seed", str(seed)])
    assert "64 of 64 customers" in done.stdout
    assert "42 of 42 parties and texts in 12 messages" in done.stdout


# ---------------------------------------------------------------- the rules of marking


@dataclass
class Evidence:
    weight: float


@dataclass
class Found:
    score: float
    record_id: str = "a"
    source: str = "un-sc"
    features: tuple[Evidence, ...] = ()


def key(answer: Answer) -> Key:
    return Key("C1", answer, "un-sc", "a", "", "")


AGAINST = (Evidence(-2.0),)
Rule = tuple[Answer, list[Found], bool]
RULES: list[Rule] = [
    ("match", [Found(0.7)], True),
    ("match", [Found(0.69)], False),
    ("match", [], False),
    ("match", [Found(0.9, "b")], False),
    ("match", [Found(0.9, source="eu-fsf")], False),
    ("near miss", [Found(0.69)], True),
    ("near miss", [], True),
    ("near miss", [Found(0.7)], False),
    ("namesake", [Found(0.9, features=AGAINST)], True),
    ("namesake", [Found(0.9)], False),
    ("namesake", [], True),
    ("clear", [Found(0.6, "b")], True),
    ("clear", [Found(0.7, "b")], False),
]


@pytest.mark.parametrize(("answer", "hits", "agrees"), RULES)
def test_an_answer_agrees_or_says_what_was_expected(answer: Answer, hits: list[Found], agrees: bool) -> None:
    marked = mark(key(answer), hits)  # type: ignore[arg-type]
    assert marked.agrees is agrees
    assert bool(marked.fault) is not agrees


def test_the_folder_is_dragoman_exercise_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["exercise", "make"]).exit_code == 0
    assert (tmp_path / "dragoman-exercise" / "answers.csv").is_file()
