"""Reading delimited text in whatever encoding it came."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists._table import detect_encoding, read_records, read_rows
from dragoman.lists.reading import Reading


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_out(source: Path, encoding: str, expected: str) -> None:
    source.write_text("name,town\nJosé,Orléans\n", encoding=encoding)
    assert detect_encoding(source) == expected
    assert list(read_records(source, Reading())) == [("list.csv:2", {"name": "José", "town": "Orléans"})]


def test_a_place_is_the_first_line_of_the_row(source: Path) -> None:
    source.write_text('top line\na,"x\ny"\n\nb,z\n')
    assert list(read_rows(source, skip=1)) == [("list.csv:2", ["a", "x\ny"]), ("list.csv:5", ["b", "z"])]


def test_a_row_of_another_width_is_rejected_and_the_rest_kept(source: Path) -> None:
    source.write_text("a,b\n1,2\n3\n4,5\n6,7,8\n")
    reading = Reading()
    assert [row["a"] for _, row in read_records(source, reading)] == ["1", "4"]
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [
        ("list.csv:3", "1 cells where the header has 2"),
        ("list.csv:5", "3 cells where the header has 2"),
    ]


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n4,5", 'a,b,c\n1,2,3\n4,"5,6\n7,8,9\n'])
def test_a_file_that_breaks_off_is_refused(source: Path, text: str) -> None:
    source.write_text(text)
    with pytest.raises(ListRefused, match="ends in the middle"):
        list(read_records(source, Reading()))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"a,b\n1,\x002\n", "NUL"),
        (b"a,a\n1,2\n", "twice"),
        (b"a,b\n1,\x81\n", "not written in cp1252"),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "not delimited text"),
    ],
)
def test_what_is_no_table_is_refused(source: Path, content: bytes, reason: str) -> None:
    source.write_bytes(content)
    with pytest.raises(ListRefused, match=reason):
        list(read_records(source, Reading()))


def test_a_missing_file_is_refused(source: Path) -> None:
    with pytest.raises(ListRefused, match="cannot be opened"):
        list(read_rows(source))


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    path.write_bytes(noise)
    with suppress(ListRefused):
        list(read_records(path, Reading()))
