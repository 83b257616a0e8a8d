"""Dragoman's own records, JSON lines: nothing is lost, nothing is passed over, and an empty file is an empty list."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import records
from dragoman.lists.reading import Reading
from dragoman.lists.store import ListStore
from dragoman.model import Record, Statement

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
statements = st.builds(
    Statement,
    prop=st.sampled_from(["name", "alias", "birthDate", "notes"]),
    value=texts,
    original=st.none() | texts,
    place=st.none() | texts,
    lang=st.none() | st.just("ara"),
    quality=st.none() | st.sampled_from(["good", "low", "weak"]),
)
made = st.builds(
    Record,
    id=texts.filter(str.strip),
    schema=st.sampled_from(["Person", "Organization", "Vessel"]),
    statements=st.lists(statements, max_size=6),
    source=st.just("un-sc"),
    version=st.just("2026-01-10"),
)
GOOD = {"id": "a", "schema": "Person", "statements": [{"prop": "name", "value": "Astrid Fjellheim"}]}


def read(path: Path, lines: bytes) -> tuple[list[Record], Reading]:
    path.write_bytes(lines)
    reading = Reading()
    return list(records.read(path, reading)), reading


@given(st.lists(made, max_size=4))
def test_records_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, given_: list[Record]) -> None:
    path = tmp_path_factory.getbasetemp() / "round.records.json"
    found, reading = read(path, b"\n".join(orjson.dumps(each.to_json()) for each in given_))
    assert [(each.id, each.schema, each.statements) for each in found] == [
        (each.id, each.schema, each.statements) for each in given_
    ]
    assert not reading.rejects


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "Ghost"}, "unknown schema"),
        ({"id": " "}, "id"),
        ({"id": "x" * 300}, "id"),
        ({"more": 1}, "not a record"),
        ({"statements": {}}, "list"),
        ({"statements": [{"prop": "name"}]}, "prop and value"),
        ({"statements": [{"prop": "name", "value": 7}]}, "value"),
        ({"statements": [{"prop": "name", "value": "a\0"}]}, "NUL"),
        ({"statements": [{"prop": "name", "value": "a", "quality": "fine"}]}, "quality"),
    ],
)
def test_a_line_that_is_no_record_is_rejected_with_its_place(tmp_path: Path, change: dict, reason: str) -> None:
    lines = orjson.dumps(GOOD | {"id": "b"}) + b"\n" + orjson.dumps(GOOD | change) + b"\n{not json\n"
    found, reading = read(tmp_path / "some.records.json", lines)
    assert [each.id for each in found] == ["b"]
    assert [each.place for each in reading.rejects] == ["some.records.json:2", "some.records.json:3"]
    assert reason in reading.rejects[0].reason


def test_an_empty_file_is_an_empty_list_only_where_that_is_insisted_on(tmp_path: Path) -> None:
    store, path = ListStore.open(tmp_path / "home"), tmp_path / "empty.records.json"
    path.write_bytes(b"")
    with pytest.raises(ListRefused, match="no party"):
        store.add("from-somebody", path, records.FORMAT)
    assert store.add("from-somebody", path, records.FORMAT, force=True, empty=True).parties == 0
