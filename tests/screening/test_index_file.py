"""The index is one file: whole or refused, swapped at once, shared by any number of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.errors import IndexUnusable
from dragoman.model import Record
from dragoman.screening import Screener, build_index, file

NAMES = ("Zubaydullah Khorasgani", "Qirmizi Tarkhan", "Oleksandr Vyshnevetsky")


def records(*names: str) -> list[Record]:
    found = []
    for number, name in enumerate(names):
        record = Record(f"r{number}", "Person", source="list", version="1")
        record.add("name", name)
        found.append(record)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build_index(tmp_path / "index", records(*NAMES), {"list": "2026-02-27"})
    return tmp_path / "index"


def test_an_index_says_what_it_holds(path: Path) -> None:
    summary = Screener.open(path).summary
    assert (summary.parties, summary.names, summary.tokens >= 6) == (3, 3, True)
    assert summary.lists == Screener.open(path).lists == {"list": "2026-02-27"}
    assert summary.bytes == path.stat().st_size
    assert summary.built.endswith("Z")


def test_building_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[int] = []
    build_index(tmp_path / "index", records(*NAMES), {"list": "1"}, told.append)
    assert told == [1, 2, 3]


def test_what_describes_a_party_is_no_party(tmp_path: Path) -> None:
    passport = Record("doc", "Passport", source="list", version="1")
    passport.add("holder", "r0")
    passport.add("number", "KL412907")
    assert build_index(tmp_path / "index", [passport, *records(*NAMES)], {"list": "1"}).parties == 3


def test_a_missing_index_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable) as refused:
        Screener.open(tmp_path / "none")
    assert "dragoman index build" in str(refused.value.remedy)
    assert str(tmp_path) in str(refused.value.place)


def test_a_folder_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable):
        Screener.open(tmp_path)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_an_index_cut_short_anywhere_is_refused(path: Path, data: st.DataObject) -> None:
    whole = path.read_bytes()
    short = path.with_name("short")
    short.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(IndexUnusable):
        Screener.open(short)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.booleans())
def test_any_other_file_is_refused(tmp_path: Path, content: bytes, claims: bool) -> None:
    other = tmp_path / "other"
    other.write_bytes((b"DRAGOMAN" if claims else b"") + content)
    with pytest.raises(IndexUnusable):
        Screener.open(other)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 250), st.integers(1, 255))
def test_a_damaged_head_is_refused(path: Path, at: int, flip: int) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[at] ^= flip
    other = path.with_name("damaged")
    other.write_bytes(damaged)
    with pytest.raises(IndexUnusable):
        Screener.open(other)


def test_an_index_with_something_after_it_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(IndexUnusable):
        Screener.open(path)


def test_an_index_of_another_format_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "format_digest", lambda: "another")
    with pytest.raises(IndexUnusable) as refused:
        Screener.open(path)
    assert "dragoman index build" in str(refused.value.remedy)


def test_arrays_come_back_as_they_were_and_cannot_be_written(tmp_path: Path) -> None:
    arrays = {"a": np.arange(7, dtype=np.int32), "b": np.zeros((0, 3), np.float32), "c": np.ones((2, 2), np.uint64)}
    file.write(tmp_path / "file", arrays, {"said": "this"})
    found, about = file.read(tmp_path / "file")
    assert about["said"] == "this"
    for name, array in arrays.items():
        assert np.array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    with pytest.raises(ValueError, match="read-only"):
        found["a"][0] = 1


def test_a_build_that_fails_leaves_the_old_index_and_nothing_else(path: Path) -> None:
    before = path.read_bytes()

    def broken() -> object:
        yield from records("New Name")
        raise RuntimeError("the list broke off")

    with pytest.raises(RuntimeError):
        build_index(path, broken(), {"list": "2"})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        file.write(path, {"a": np.arange(3)}, {"unwritable": object()})
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["index"]


def test_a_write_that_breaks_off_leaves_the_old_index(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        build_index(path, records("New Name"), {"list": "2"})
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["index"]


def test_who_has_the_old_index_open_keeps_it_while_a_new_one_is_swapped_in(path: Path) -> None:
    old = Screener.open(path)
    build_index(path, records("Somebody New"), {"list": "2"})
    assert [hit.record_id for hit in old.screen(NAMES[1])] == ["r1"]
    new = Screener.open(path)
    assert new.screen(NAMES[1]) == []
    assert [hit.caption for hit in new.screen("Somebody New")] == ["Somebody New"]


def test_the_same_records_give_the_same_index_but_for_the_time(path: Path) -> None:
    other = path.with_name("other")
    build_index(other, records(*NAMES), {"list": "2026-02-27"})
    one, two = file.read(path)[0], file.read(other)[0]
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one)


ASK = """
import sys
from dragoman.screening import Screener
screener = Screener.open(sys.argv[1])
print([hit.record_id for hit in screener.screen("Qirmizi Tarkan")])
print(sorted(name for name in ("numba", "followthemoney", "lxml", "pandas", "rigour") if name in sys.modules))
"""


def ask(path: Path) -> list[str]:
    command = [sys.executable, "-c", ASK, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()


def test_several_processes_open_one_index_and_the_first_answer_needs_no_compiler(path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, [path] * 3)) == [["['r1']", "[]"]] * 3
