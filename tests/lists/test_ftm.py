"""FollowTheMoney entities as JSON lines."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import ftm
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties
from dragoman.model.printed_dates import read_dates

ANNA = {
    "id": "Q1",
    "caption": "Anna Probe",
    "schema": "Person",
    "datasets": ["test"],
    "properties": {
        "name": ["Anna Probe", "آنا"],
        "birthDate": ["1970", "1971-02"],
        "country": ["iq"],
        "passportNumber": ["X1"],
    },
}
LISTING = {"id": "s1", "schema": "Sanction", "properties": {"entity": ["Q1"], "program": ["Test"]}}


def lines(*entities: object) -> bytes:
    return b"".join(
        (entity if isinstance(entity, bytes) else json.dumps(entity).encode()) + b"\n" for entity in entities
    )


def read(tmp_path, content: bytes, name: str = "entities.ftm.json"):
    path = tmp_path / name
    path.write_bytes(content)
    reading = Reading()
    return list(ftm.read(path, reading)), reading


def test_each_line_is_a_record_with_its_place(tmp_path):
    records, reading = read(tmp_path, lines(ANNA, LISTING))
    assert [(record.id, record.schema) for record in records] == [("Q1", "Person"), ("s1", "Sanction")]
    assert records[0].to_ftm()["properties"] == ANNA["properties"]
    assert {known.place for known in records[0].statements} == {"entities.ftm.json:1"}
    assert (reading.rejects, reading.warnings) == ([], [])


def test_a_compressed_file_reads_as_the_plain_one_does(tmp_path):
    plain, _ = read(tmp_path, lines(ANNA), "a.json")
    zipped, _ = read(tmp_path, gzip.compress(lines(ANNA)), "a.json.gz")
    assert [record.to_ftm() for record in plain] == [record.to_ftm() for record in zipped]


def test_a_broken_line_is_rejected_with_its_number_and_the_rest_is_kept(tmp_path):
    records, reading = read(
        tmp_path, lines(ANNA, b'{"id": ', [1], {"schema": "Person"}, {**ANNA, "schema": "Comet"}, LISTING)
    )
    assert len(records) == 2
    assert [reject.place.rpartition(":")[2] for reject in reading.rejects] == ["2", "3", "4", "5"]
    assert [reject.reason for reject in reading.rejects][1:] == [
        "not a JSON object",
        "has no id",
        "unknown schema 'Comet'",
    ]


def test_a_property_that_the_schema_lacks_becomes_a_note(tmp_path):
    odd = {**ANNA, "properties": {"name": ["Anna"], "shoeSize": ["38"]}}
    (party,), reading = read(tmp_path, lines(odd))
    assert party.values("notes") == ["shoeSize: 38"]
    assert "shoeSize" in reading.warnings[0].reason


def test_nested_entities_become_their_ids(tmp_path):
    nested = {**LISTING, "properties": {"entity": [ANNA]}}
    (listing,), _ = read(tmp_path, lines(nested))
    assert listing.values("entity") == ["Q1"]


def test_statements_of_one_entity_become_one_record(tmp_path):
    row = {"canonical_id": "Q1", "entity_id": "x", "schema": "Person", "dataset": "t"}
    rows = [
        {**row, "prop": "id", "value": "checksum"},
        {**row, "prop": "name", "value": "آنا", "lang": "fas"},
        {**row, "prop": "birthDate", "value": "1970", "original_value": "circa 1970"},
        {**row, "canonical_id": "Q2", "prop": "name", "value": "Ben"},
    ]
    records, _ = read(tmp_path, lines(*rows))
    assert [(record.id, record.caption) for record in records] == [("Q1", "آنا"), ("Q2", "Ben")]
    assert records[0].statements[0].lang == "fas"
    assert records[0].statements[1].original == "circa 1970"


def test_a_wallet_alone_is_a_party(tmp_path):
    wallet = {"id": "w", "schema": "CryptoWallet", "properties": {"publicKey": ["abc"]}}
    assert [party.id for party in parties(read(tmp_path, lines(wallet))[0])] == ["w"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"not json\n",
        gzip.compress(lines(ANNA) * 50)[:-20],
        b"\x1f\x8b",
        b"{" * 10 + b"x" * (ftm.LONGEST_LINE + 5),
    ],
)
def test_a_file_without_entities_or_cut_short_is_refused(tmp_path, content):
    with pytest.raises(ListRefused):
        read(tmp_path, content)


def test_a_line_without_end_is_refused_without_unpacking_it_all(tmp_path):
    with pytest.raises(ListRefused, match="longer"):
        read(tmp_path, gzip.compress(b" " * (ftm.LONGEST_LINE + 10)))


def test_its_own_first_line_is_recognised_plain_or_compressed(tmp_path):
    path = tmp_path / "a"
    long = {**ANNA, "properties": {"name": ["x" * 80_000]}}
    for content, expected in (
        (lines(ANNA), True),
        (gzip.compress(lines(ANNA)), True),
        (lines(long)[:65536], True),
        (b'{"a": 1}\n', False),
        (b"name,birthDate\n", False),
        (b"\x1f\x8b broken", False),
        (b"", False),
    ):
        assert ftm.recognise(path, content) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "id", "birthDate", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["id", "schema", "properties", "prop", "value", "canonical_id"]), JSON),
    st.binary(max_size=60),
)
def test_any_json_and_any_bytes_are_read_or_refused(tmp_path_factory, entity, content):
    entity.setdefault("schema", "Person")
    folder = tmp_path_factory.mktemp("list")
    for held in (lines(entity, ANNA), content):
        ftm.recognise(folder / "a", held)
        try:
            read(folder, held)
        except DragomanError:
            continue


_DAYS = (
    st.dates().map(str)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True)
    | st.text("0123456789-", max_size=12)
)


@given(_DAYS | st.sampled_from(["1970-01-01 ", "1970-1-1", "2023-02-29", "19700101", "1970-W01-1", "1500-01-01"]))
def test_a_day_is_read_as_any_printed_date(text):
    record = ftm._record({"id": "a", "schema": "Person", "properties": {"birthDate": [text]}}, "1", Reading())
    expected = Record("a", "Person")
    expected.add("birthDate", next(iter(read_dates(text)[0]), text), original=text, place="1")
    assert record.statements == expected.statements
