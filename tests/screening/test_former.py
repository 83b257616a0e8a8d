"""A build that is given the former index writes, byte for byte, what a build without it writes."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from small_worlds import facts, names, parties

from dragoman.model import Record
from dragoman.screening import build, build_index, file, former, gathering
from dragoman.screening.kernels import MAX_UNITS

_patient = settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_LONG = st.lists(names(3), min_size=MAX_UNITS // 2, max_size=MAX_UNITS + 4).map(" ".join)


@pytest.fixture(autouse=True)
def same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock: the time of the build stands in the file."""
    then = time.gmtime(0)
    monkeypatch.setattr(build.time, "gmtime", lambda: then)


@st.composite
def known_parties(draw: st.DrawFn, number: int) -> Record:
    """Return a party; few have a name of more units than the index keeps, or one that is no name at all."""
    party = draw(parties(number))
    for strange in draw(st.lists(_LONG | st.sampled_from(["---", "J. K.", "TTP"]), max_size=1)):
        party.add("alias", strange)
    return party


@st.composite
def passports(draw: st.DrawFn, number: int) -> Record:
    """Return a record that describes a party."""
    record = Record(f"d{number}", "Passport", source=draw(st.sampled_from(["north", "south"])), version="1")
    record.add("holder", f"p{draw(st.integers(0, 9))}")
    record.add("number", f"X{draw(st.integers(10_000, 99_999))}")
    return record


def copy(record: Record) -> Record:
    return Record(record.id, record.schema, list(record.statements), record.source, record.version)


@st.composite
def histories(draw: st.DrawFn) -> list[list[Record]]:
    """Return the versions of some lists: records come, go, change, come back, move, stand there twice."""
    known = [draw(known_parties(number)) for number in range(draw(st.integers(1, 8)))]
    known += [draw(passports(number)) for number in range(draw(st.integers(0, 3)))]
    found = []
    for _ in range(draw(st.integers(2, 4))):
        version = [copy(record) for record in draw(st.lists(st.sampled_from(known), max_size=10))]
        for record in draw(st.lists(st.sampled_from(version), max_size=2)) if version else []:
            match draw(st.sampled_from(["name", "weak", "less", "facts", "schema", "quality"])):
                case "name":
                    record.add("alias", draw(names()))
                case "weak":
                    record.add("weakAlias", draw(names()), quality="low")
                case "less":
                    record.statements = record.statements[1:]
                case "facts" if record.is_party:
                    draw(facts(record))
                case "schema" if record.is_party:
                    record.schema = draw(st.sampled_from(["Person", "Organization"]))
                case "quality" if record.statements:
                    at = draw(st.integers(0, len(record.statements) - 1))
                    record.statements[at] = replace(record.statements[at], quality=draw(st.sampled_from([None, "low"])))
        found.append(version)
    return found


@_patient
@given(histories())
def test_any_history_of_a_list_gives_the_bytes_of_a_whole_build(history: list[list[Record]]) -> None:
    with TemporaryDirectory() as folder:
        whole, before = Path(folder, "whole"), None
        for number, version in enumerate(history):
            lists = {"north": str(number), "south": "1"}
            build_index(whole, version, lists)
            build_index(Path(folder, str(number)), version, lists, former=before)
            before = Path(folder, str(number))
            assert before.read_bytes() == whole.read_bytes()


def records(*texts: str) -> list[Record]:
    found = [Record(f"r{number}", "Person", source="list", version="1") for number in range(len(texts))]
    for record, text in zip(found, texts, strict=True):
        record.add("name", text)
    return found


NAMES = ("Zubaydullah Khorasgani", "Qirmizi Tarkhan", "Oleksandr Vyshnevetsky")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build_index(tmp_path / "former", records(*NAMES), {"list": "1"})
    return tmp_path / "former"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tell of which records the names were made anew."""
    told: list[str] = []
    real = gathering.indexed_names

    def indexed_names(record: Record) -> list[gathering.IndexedName]:
        told.append(record.caption)
        return real(record)

    monkeypatch.setattr(gathering, "indexed_names", indexed_names)
    return told


def test_only_what_changed_is_made_anew(path: Path, made: list[str]) -> None:
    changed = records(NAMES[0], "Qirmizi Tarhan", NAMES[2], "Somebody New")
    build_index(path.with_name("new"), changed, {"list": "2"}, former=path)
    assert made == ["Qirmizi Tarhan", "Somebody New"]


def test_where_a_record_stands_is_no_change(path: Path, made: list[str]) -> None:
    moved = records(*NAMES)[::-1]
    for record in moved:
        record.version = "2"
    build_index(path.with_name("new"), moved, {"list": "2"}, former=path)
    assert made == []


def test_the_index_may_be_put_in_the_place_of_the_former_one(path: Path, made: list[str]) -> None:
    build_index(path.with_name("whole"), records(*NAMES, "Somebody New"), {"list": "2"})
    made.clear()
    build_index(path, records(*NAMES, "Somebody New"), {"list": "2"}, former=path)
    assert made == ["Somebody New"]
    assert path.read_bytes() == path.with_name("whole").read_bytes()


def built_whole(path: Path, made: list[str], caplog: pytest.LogCaptureFixture) -> bool:
    """Build upon a former index; tell whether that was passed over, and the log says so."""
    whole, new = path.with_name("whole"), path.with_name("new")
    build_index(whole, records(*NAMES, "Somebody New"), {"list": "2"})
    made.clear()
    with caplog.at_level(logging.INFO, logger="dragoman"):
        build_index(new, records(*NAMES, "Somebody New"), {"list": "2"}, former=path)
    assert new.read_bytes() == whole.read_bytes()
    return "The whole index is built" in caplog.text and made == [*NAMES, "Somebody New"]


def test_a_former_index_that_is_gone_is_passed_over(
    path: Path, made: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    path.unlink()
    assert built_whole(path, made, caplog)


def test_a_former_index_of_another_version_is_passed_over(
    path: Path, made: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "format_digest", lambda: "another")
    assert built_whole(path, made, caplog)


def test_a_former_index_made_with_another_unicode_is_passed_over(
    path: Path, made: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (former, build):
        monkeypatch.setattr(room, "made_with", lambda: "Unicode 99")
    assert built_whole(path, made, caplog)


@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 30), st.integers(1, 255))
def test_a_former_index_with_a_damaged_byte_anywhere_is_passed_over(path: Path, at: int, flip: int) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[at % len(damaged)] ^= flip
    other, new, whole = (path.with_name(name) for name in ("damaged", "new", "whole"))
    other.write_bytes(damaged)
    build_index(whole, records(*NAMES, "Somebody New"), {"list": "2"})
    build_index(new, records(*NAMES, "Somebody New"), {"list": "2"}, former=other)
    assert new.read_bytes() == whole.read_bytes()


def test_what_is_gone_from_a_list_is_gone_from_its_index(path: Path) -> None:
    build_index(path.with_name("new"), records(NAMES[0]), {"list": "2"}, former=path)
    arrays = file.read(path.with_name("new"))[0]
    assert b"Qirmizi" not in path.with_name("new").read_bytes()
    assert len(arrays["party_digest"]) == 1
    assert np.unique(arrays["names_token"]).tolist() == list(range(len(arrays["token_kind"])))
