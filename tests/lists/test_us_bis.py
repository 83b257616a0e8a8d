"""The denied persons list is read row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import us_bis
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties

HEADER = (
    '"Name"\t"Street_Address"\t"City"\t"State"\t"Country"\t"Postal_Code"\t"Effective_Date"\t"Expiration_Date"\t'
    '"Standard_Order"\t"Last_Update"\t"Action"\t"FR_Citation"\n'
)


def row(name: str, *, state: str = "TX", country: str = "", expires: str = "10/13/2020") -> str:
    cells = [
        name,
        "1 ANY STREET",
        "SAMPLETOWN",
        state,
        country,
        "00100",
        "02/03/2017",
        expires,
        "Y",
        "2017-10-23",
        "NEW",
    ]
    return "\t".join(f'"{cell}"' for cell in [*cells, "82 F.R. 1"]) + "\n"


def read(path: Path, text: str) -> tuple[list[Record], Reading]:
    reading = Reading()
    path.write_text(text, encoding="utf-8")
    return list(us_bis.read(path, reading)), reading


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dpl.txt"


def test_every_row_of_the_published_list_is_a_party(data: Path) -> None:
    reading = Reading()
    records = list(us_bis.read(data / "lists/us_bis_dpl_2019.txt", reading))
    assert len(list(parties(records))) == 546
    assert len({record.id for record in records}) == len(records)
    assert reading.rejects == []
    twice = [warning.row for warning in reading.warnings if "more than once" in warning.reason]
    assert twice == ["DAQING ZHOU", "DAVOUD BANIAMERI", "NEI-CHIEN CHU"]
    assert [warning.row for warning in reading.warnings if "no date" in warning.reason] == ["3017-08-22"]


def test_an_order_has_its_dates_and_citation(path: Path) -> None:
    records, _ = read(path, HEADER + row("JOHN SAMPLE"))
    order = records[1]
    stated = {prop: order.first(prop) for prop in ("startDate", "endDate", "reason", "provisions")}
    assert stated == {
        "startDate": "2017-02-03",
        "endDate": "2020-10-13",
        "reason": "82 F.R. 1",
        "provisions": "standard denial order",
    }


def test_a_state_without_country_is_one_of_the_united_states(path: Path) -> None:
    records, _ = read(path, HEADER + row("JOHN SAMPLE") + row("JANE SAMPLE", state="CY"))
    assert [party.values("country") for party in parties(records)] == [["us"], []]


@pytest.mark.parametrize(
    ("printed", "schema", "names"),
    [
        ("FUYI SAMPLE A/K/A FRANK SAMPLE", "LegalEntity", ["FUYI SAMPLE", "FRANK SAMPLE"]),
        ("PEARL (A.K.A. NEI SAMPLE) LI", "LegalEntity", ["PEARL LI", "NEI SAMPLE"]),
        ("SAMPLE, ADAM", "LegalEntity", ["ADAM SAMPLE"]),
        ("ADAM SAMPLE, JR.", "LegalEntity", ["ADAM SAMPLE JR."]),
        ("SAMPLE FIBERS, LLC", "Organization", ["SAMPLE FIBERS, LLC"]),
        ("SAMPLE AIRLINES", "Organization", ["SAMPLE AIRLINES"]),
    ],
)
def test_names_and_aliases_are_parted(path: Path, printed: str, schema: str, names: list[str]) -> None:
    party = read(path, HEADER + row(printed))[0][0]
    assert (party.schema, party.names) == (schema, names)


def test_ids_stay_when_only_the_expiry_changes(path: Path) -> None:
    before = read(path, HEADER + row("JOHN SAMPLE"))[0][0].id
    assert read(path, HEADER + row("JOHN SAMPLE", expires="10/13/2030"))[0][0].id == before


def test_a_row_without_a_name_is_rejected(path: Path) -> None:
    _, reading = read(path, HEADER + row("") + row("JOHN SAMPLE"))
    assert [reject.place for reject in reading.rejects] == ["dpl.txt:2"]


def test_a_truncated_file_is_refused(path: Path) -> None:
    with pytest.raises(ListRefused, match="middle of a row"):
        read(path, HEADER + row("JOHN SAMPLE") + row("JANE SAMPLE")[:60])


def test_a_table_of_other_columns_is_refused_and_not_recognised(path: Path) -> None:
    with pytest.raises(ListRefused, match="lacks the column"):
        read(path, "Name\tCity\nA\tB\n")
    assert not us_bis.recognise(path, b"Name\tCity\nA\tB\n")
    assert us_bis.recognise(path, HEADER.encode())


def test_an_empty_list_is_refused(path: Path) -> None:
    with pytest.raises(ListRefused, match="no party"):
        read(path, HEADER)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any_dpl.txt"
    path.write_bytes(HEADER.encode() + content)
    try:
        list(us_bis.read(path, Reading()))
    except ListRefused:
        return
