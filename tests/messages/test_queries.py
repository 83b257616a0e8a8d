"""Files of queries: what is read, what is told of, and what is never passed over in silence."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, InputError, QueryRefused
from dragoman.messages import Account
from dragoman.messages.inputs import read_queries
from dragoman.messages.values import build_query


class Read:
    """The queries of a text, and what was told on the way."""

    def __init__(self, content: str | bytes, encoding: str | None = None) -> None:
        self.told: list[tuple[str, str, str]] = []
        self.account = Account(tell=lambda remark: self.told.append((remark.kind, remark.place, remark.text)))
        stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
        self.queries = list(read_queries(stream, "in", self.account, encoding=encoding))

    @property
    def plain(self) -> list[dict]:
        return [query.to_json() for query in self.queries]

    @property
    def names(self) -> list[list[str]]:
        return [query.record.names for query in self.queries]

    def of(self, kind: str) -> list[str]:
        return [f"{place} {text}" for told, place, text in self.told if told == kind]


def test_property_names_are_headers():
    read = Read("id,name,birthDate,nationality,passportNumber,schema\n7,Jane Roe,1957-03,Iraq,A 12,Person\n")
    assert read.plain == [
        {
            "id": "7",
            "schema": "Person",
            "properties": {
                "name": ["Jane Roe"],
                "birthDate": ["1957-03"],
                "nationality": ["iq"],
                "passportNumber": ["A 12"],
            },
        }
    ]
    assert read.told == []


def test_other_spellings_are_understood_and_reported():
    read = Read("Customer ID,Full Name,DOB,shoe size\n7,Jane Roe,1957,39\n")
    assert read.plain[0] == {"id": "7", "schema": "Person", "properties": {"name": ["Jane Roe"], "birthDate": ["1957"]}}
    assert read.of("columns") == [
        "in:1 columns read by another spelling: Customer ID as id, Full Name as name, DOB as birthDate",
        "in:1 columns not used: shoe size",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_header(delimiter):
    read = Read(delimiter.join(["id", "name", "country"]) + "\n" + delimiter.join(["1", "Jane Roe", "iq"]) + "\n")
    assert read.plain[0]["properties"] == {"name": ["Jane Roe"], "country": ["iq"]}


def test_one_column_needs_no_delimiter():
    assert Read("name\nJane Roe\nJohn Doe\n").names == [["Jane Roe"], ["John Doe"]]


def test_several_names_in_a_cell_are_several_names():
    assert Read('id,name\n1,Jane Roe; J. Roe | Jane Doe\n2,"one\nname"\n').names == [
        ["Jane Roe", "J. Roe", "Jane Doe"],
        ["one name"],
    ]


def test_parts_of_a_name_are_screened_together():
    assert Read("first name,last name,alias\nJane,Roe,JR\n").names == [["JR", "Jane Roe"]]


def test_a_row_without_an_id_is_named_by_its_place():
    assert [query.record.id for query in Read("id,name\n,A\n1,B\n").queries] == ["in:2", "1"]


def test_the_column_named_id_is_the_id():
    read = Read("reference,id,name\nr,7,Jane\n")
    assert read.queries[0].record.id == "7"
    assert read.of("columns") == ["in:1 columns not used: reference"]


@pytest.mark.parametrize(
    ("header", "cell", "schema"),
    [
        ("country", "iq", "Thing"),
        ("birthDate", "1957", "Person"),
        ("passportNumber", "A12", "Person"),
        ("imoNumber", "9074729", "Thing"),
        ("publicKey", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "Thing"),
    ],
)
def test_without_a_schema_only_what_persons_alone_have_makes_a_person(header, cell, schema):
    assert Read(f"name,{header}\nX Y,{cell}\n").plain[0]["schema"] == schema


def test_a_schema_may_be_called_what_people_call_it():
    assert Read("name,type\nX Y,individual\n").plain[0]["schema"] == "Person"


def test_an_unknown_schema_is_told_of_and_the_row_screened():
    read = Read("name,schema\nX Y,Goblin\n")
    assert read.names == [["X Y"]]
    assert read.plain[0]["unread"][0]["value"] == "Goblin"


def test_a_slashed_date_that_can_be_read_both_ways_is_read_both_ways():
    assert Read("name,dob\nX,3/4/1957\nY,3.4.1957\nZ,13/4/1957\n").plain[0]["properties"]["birthDate"] == [
        "1957-04-03",
        "1957-03-04",
    ]


def test_a_value_that_is_not_understood_is_left_out_told_of_and_echoed():
    read = Read("name,dob,nationality\nX,soon,Atlantis\n")
    assert [each["value"] for each in read.plain[0]["unread"]] == ["soon", "Atlantis"]
    assert read.of("unread") == [
        "in:2 birthDate 'soon' is left out: it is no date",
        "in:2 nationality 'Atlantis' is left out: it is no country that is known",
    ]
    assert read.account.unread == 2


def test_words_for_nothing_are_nothing_but_a_person_may_be_called_null():
    read = Read("name,birthDate,gender\nNull,n/a,unknown\n")
    assert read.plain[0]["properties"] == {"name": ["Null"]}
    assert read.told == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",1957", "no name and no identifier"),
        ("...,1957", "no name and no identifier"),
        ("A,1957,extra", "3 cells"),
        ('"A"B,1957', "not CSV"),
        ("x" * 20_000 + ",1957", "longer than"),
    ],
)
def test_a_bad_row_is_named_and_the_rest_goes_on(row, reason):
    read = Read(f"name,dob\nFirst,1950\n{row}\nLast,1951\n")
    assert read.names == [["First"], ["Last"]]
    (told,) = read.of("refused")
    assert told.startswith("in:3 ")
    assert reason in told
    assert read.account.refused == 1


def test_a_row_that_is_not_utf8_spoils_only_itself():
    read = Read(b"name\nFirst\nM\xfcller\nLast\n")
    assert read.names == [["First"], ["Last"]]
    assert "--encoding" in read.of("refused")[0]


def test_the_encoding_can_be_stated():
    assert Read("name\nMüller\n".encode("cp1252"), "cp1252").names == [["Müller"]]
    assert Read("name\nMüller\n".encode("utf-16-le"), "utf-16-le").names == [["Müller"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_header(encoding):
    assert Read("name\nMüller\n".encode(encoding)).names == [["Müller"]]


@pytest.mark.parametrize("encoding", ["utf-32", "klingon", "ascii"])
def test_a_wrong_encoding_is_an_error_and_not_a_guess(encoding):
    with pytest.raises(InputError, match="not"):
        Read("name\nMüller\nX\n", encoding)


def test_a_quote_that_is_never_closed_swallows_few_lines_and_says_which():
    rows = "\n".join(f"Name {number}" for number in range(200))
    read = Read(f'name\n"Open\n{rows}\n')
    assert "in:2-52" in read.of("refused")[0]
    assert read.account.queries == 150


def test_every_line_is_a_query_refused_or_blank():
    content = 'name,dob\nA,1\n\n"B\nb",1957\n,\nC,2,3\n"D'
    read = Read(content)
    assert (read.account.queries, read.account.refused) == (2, 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"name,dob\n",
        b"colour,size\nred,5\n",
        b"id,schema\n1,Person\n",
        b"PK\x03\x04rest",
        b"%PDF-1.7",
        b"\x1f\x8b\x08",
        b"<?xml version='1.0'?>",
        b"[{}]",
        b"{}\n" * 0 + b" \n",
    ],
)
def test_what_holds_no_queries_is_refused_with_a_remedy(content):
    with pytest.raises(InputError) as caught:
        Read(content)
    assert caught.value.remedy


def test_entities_are_read_as_they_are():
    read = Read('{"id": "a", "schema": "Person", "properties": {"name": ["A; B"], "birthDate": "1957"}}\n')
    assert read.plain == [{"id": "a", "schema": "Person", "properties": {"name": ["A; B"], "birthDate": ["1957"]}}]


def test_a_document_is_screened_as_what_its_holder_would_bear():
    read = Read('{"id": "d", "schema": "Passport", "properties": {"number": ["A1"], "holder": ["p"]}}\n')
    assert read.plain == [{"id": "d", "schema": "Person", "properties": {"passportNumber": ["A1"]}}]


@pytest.mark.parametrize(
    "line",
    ["{not json", "[1]", "3", '{"id": 1}', '{"properties": []}', '{"properties": {"name": [{}]}}',
     '{"schema": "Sanction", "properties": {"program": ["X"]}}', '{"properties": {"birthDate": ["1957"]}}'],
)  # fmt: skip
def test_a_line_that_is_no_entity_of_a_party_is_named_and_the_rest_goes_on(line):
    good = '{"id": "a", "properties": {"name": ["A"]}}'
    read = Read(f"{good}\n{line}\n\n{good}\n")
    assert read.names == [["A"], ["A"]]
    assert read.of("refused")[0].startswith("in:2 ")


def test_reading_asks_for_no_more_than_it_needs():
    """A pipe that is still being written gives its first queries at once."""

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.lines = itertools.chain([b"name\n"], itertools.repeat(b"Jane Roe\n"))

        def readline(self, size: int | None = -1) -> bytes:
            return next(self.lines)

    queries = read_queries(Endless(), "pipe", Account())  # type: ignore[arg-type]
    assert len(list(itertools.islice(queries, 5))) == 5


def test_a_query_without_anything_to_screen_by_is_refused():
    with pytest.raises(QueryRefused):
        build_query("q", None, [("birthDate", "1957")], "here")


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    try:
        read = Read(content)
    except DragomanError:
        return
    assert read.account.queries + read.account.refused > 0


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16"]))
def test_any_text_below_a_header_is_read_or_refused(text, encoding):
    try:
        Read(("name,dob,country\n" + text).encode(encoding, "surrogatepass"))
    except DragomanError:
        return


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=5))
def test_quoted_names_arrive_whole(names):
    import csv

    out = io.StringIO()
    csv.writer(out).writerows([["id", "name"], *([f"r{number}", name] for number, name in enumerate(names))])
    read = Read(out.getvalue())
    assert len(read.queries) + read.account.refused == len(names)
    for query in read.queries:
        printed = names[int(query.record.id[1:])]
        parts = [" ".join(part.split()) for part in printed.replace("|", ";").split(";")]
        assert set(query.record.names) <= set(parts)
