"""Damaged messages of every format: read or refused, in bounded work. The long run is ``make fuzz``."""

from __future__ import annotations

import importlib.util
import tracemalloc
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from dragoman.errors import DragomanError
from dragoman.messages.sources import FORMATS, recognise

TOOL = Path(__file__).parents[2] / "tools" / "fuzz.py"
FOLDER = Path(__file__).parents[3] / "shared" / "data" / "messages"
COUNT = 200
MOST_MEMORY = 64 << 20


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known(fuzz: ModuleType) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = fuzz.samples(FOLDER if FOLDER.is_dir() else None)
    fuzz.warm_up(found)
    return found


@pytest.mark.parametrize("parser", FORMATS)
def test_the_undamaged_samples_are_recognised_and_read(
    fuzz: ModuleType, known: dict[str, list[bytes]], parser: str
) -> None:
    assert recognise(known[parser][-1]) == parser
    assert fuzz.try_input(parser, known[parser][-1])


@pytest.mark.parametrize("parser", FORMATS)
def test_damaged_messages_are_read_or_refused_in_bounded_work(
    fuzz: ModuleType, known: dict[str, list[bytes]], parser: str
) -> None:
    read = sum(fuzz.try_input(parser, fuzz.damaged(parser, seed, known)) > 0 for seed in range(COUNT))
    assert read > COUNT // 10, "the damage is so great that nothing is tried"


@pytest.mark.parametrize("parser", FORMATS)
def test_damaged_messages_need_no_more_memory_than_their_size_allows(
    fuzz: ModuleType, known: dict[str, list[bytes]], parser: str
) -> None:
    tracemalloc.start()
    try:
        for seed in range(COUNT, COUNT + 10):
            with suppress(DragomanError):
                fuzz.try_input(parser, fuzz.damaged(parser, seed, known))
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


def test_the_same_seed_gives_the_same_input(fuzz: ModuleType, known: dict[str, list[bytes]]) -> None:
    assert [fuzz.damaged("mrz", seed, known) for seed in range(5)] == [
        fuzz.damaged("mrz", seed, known) for seed in range(5)
    ]


def test_a_parser_that_works_without_end_is_caught(fuzz: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from dragoman.messages import mrz

    def endless(*_: object) -> None:
        while True:
            len("")

    monkeypatch.setattr(mrz, "read", endless)
    with pytest.raises(fuzz.TooMuchWork):
        fuzz.try_input("mrz", b"")
