"""Australia's consolidated list, an Excel workbook."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import au_dfat
from dragoman.lists.reading import Reading
from dragoman.model import parties

_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOC = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_DOC}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOC}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELS}"><Relationship Id="r1" Type="{_DOC}/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def sheet(rows: list[list[str]], more: str = "") -> str:
    def cell(column: int, row: int, value: str) -> str:
        spot = f"{chr(65 + column)}{row}"
        if value.replace(".", "").isdigit():
            return f'<c r="{spot}"><v>{value}</v></c>'
        return f'<c r="{spot}" t="inlineStr"><is><t>{value}</t></is></c>'

    lines = (
        f'<row r="{number}">{"".join(cell(column, number, value) for column, value in enumerate(row) if value)}</row>'
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}{more}</sheetData></worksheet>'


def workbook(rows: list[list[str]], more: str = "", **parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet(rows, more), **parts}.items():
            archive.writestr(name, text)
    return held.getvalue()


def line(reference: str, name: str, kind: str = "Primary Name", birth: str = "", **cells: str) -> list[str]:
    more = [cells.get(key, "") for key in ("place", "citizenship", "address", "information")]
    return [
        reference,
        name,
        cells.get("type", "Individual"),
        kind,
        birth,
        *more,
        "Listed on 1 Feb. 2020",
        "1373 (2001)",
        "2024-01-02",
    ]


ROWS = [
    list(au_dfat.COLUMNS),
    line(
        "1",
        "Anna PROBE",
        birth="1969",
        citizenship="Iraqi and Iranian",
        information="Passport no.: Iraqi passport number X1234567.",
    ),
    line("1a", "PROBA, Anja", "aka ", "a) Approximately 1955- 1958 b) 3 Mar. 1960"),
    line("1a1", "آنا", "Original script "),
    line("1b", "Ana Probe (previously listed as)", "Aka"),
    line("1c", "Nan (combat name)", "AKA"),
    line("2", "Probe Works", type="Entity "),
    line("x", "Lost"),
    line("3", "Odd", type="Comet"),
]


def read_bytes(tmp_path, content: bytes):
    path = tmp_path / "list.xlsx"
    path.write_bytes(content)
    reading = Reading()
    return list(au_dfat.read(path, reading)), reading


@pytest.fixture(scope="module")
def real(data):
    reading = Reading()
    return list(au_dfat.read(data / "lists" / "dfat_regulation8_2024-11.xlsx", reading)), reading


def test_the_real_list_gives_one_party_a_reference_and_rejects_nothing(real):
    records, reading = real
    found = list(parties(records))
    # The workbook has 3,062 primary names; 97 references such as 34c1 are aliases of aliases, not parties.
    assert Counter(party.schema for party in found) == {"Person": 2316, "Organization": 746}
    assert reading.rejects == []
    assert reading.published == "2024-11-11"
    assert len({record.id for record in records}) == len(records)


def test_every_row_of_the_real_list_states_its_name(real):
    rows = {
        known.place
        for party in parties(real[0])
        for known in party.statements
        if known.prop in ("name", "alias", "previousName")
    }
    assert all(len(party.values("name")) == 1 for party in parties(real[0]))
    assert len(rows) > 9400  # 9,553 rows, of which some print a name twice


def test_original_scripts_of_the_real_list_arrive(real):
    scripts = [
        known
        for party in parties(real[0])
        for known in party.statements
        if known.prop == "alias" and any("\u0600" <= letter <= "\u06ff" for letter in known.value)
    ]
    assert len(scripts) > 380


def test_birth_cells_of_every_kind_are_read(tmp_path, real):
    person = next(parties(read_bytes(tmp_path, workbook(ROWS))[0]))
    assert person.values("birthDate") == ["1969", "1955/1958~", "1960-03-03"]
    odd = [warning for warning in real[1].warnings if "birthDate" in warning.reason]
    assert len(odd) < 20
    assert sum(len(party.values("birthDate")) for party in parties(real[0])) > 2500


def test_rows_of_one_number_are_one_party_with_its_aliases(tmp_path):
    person, works = parties(read_bytes(tmp_path, workbook(ROWS))[0])
    assert (person.id, person.values("name")) == ("au-dfat-1", ["Anna PROBE"])
    assert person.values("alias") == ["Anja PROBA", "آنا", "Nan"]
    assert person.values("previousName") == ["Ana Probe"]
    assert person.values("nationality") == ["iq", "ir"]
    assert (works.schema, works.caption) == ("Organization", "Probe Works")


def test_a_passport_in_the_information_stands_on_the_party_and_by_itself(tmp_path):
    records, _ = read_bytes(tmp_path, workbook(ROWS))
    assert next(parties(records)).values("passportNumber") == ["X1234567"]
    passport = next(record for record in records if record.schema == "Passport")
    assert (passport.first("holder"), passport.first("country")) == ("au-dfat-1", "iq")


def test_the_listing_has_its_day_and_programme(tmp_path):
    listing = next(record for record in read_bytes(tmp_path, workbook(ROWS))[0] if record.schema == "Sanction")
    assert (listing.first("listingDate"), listing.first("program")) == ("2020-02-01", "1373 (2001)")


def test_rows_without_reference_or_of_unknown_type_are_rejected(tmp_path):
    rejects = read_bytes(tmp_path, workbook(ROWS))[1].rejects
    assert [(reject.place, reject.reason) for reject in rejects] == [
        ("list.xlsx:8", "has no reference or no name"),
        ("list.xlsx:9", "is of type 'Comet'"),
    ]


def test_columns_that_came_later_are_read_and_unknown_ones_kept(tmp_path):
    rows = [
        [*au_dfat.COLUMNS, "Alias Strength", "IMO Number", "Colour"],
        [*line("1", "Probe Star", type="Vessel"), "", "9074729", "red"],
        [*line("1a", "Star", "aka", type="Vessel"), "Weak", "", ""],
    ]
    records, reading = read_bytes(tmp_path, workbook(rows))
    ship = next(parties(records))
    assert (ship.first("imoNumber"), ship.values("weakAlias"), ship.values("notes")) == (
        "9074729",
        ["Star"],
        ["Colour: red"],
    )
    assert ["Colour" in warning.reason for warning in reading.warnings] == [True]


def test_a_truncated_or_other_workbook_is_refused(tmp_path):
    whole = workbook(ROWS)
    for content in (b"", b"PK\x03\x04", whole[: len(whole) // 2], workbook([["Name"], ["x"]]), workbook(ROWS[:1])):
        with pytest.raises(ListRefused):
            read_bytes(tmp_path, content)


def test_a_workbook_that_unpacks_to_far_too_much_is_refused(tmp_path):
    with pytest.raises(ListRefused, match="unpacks"):
        read_bytes(tmp_path, workbook(ROWS, **{"xl/more.xml": "0" * 20_000_000}))


def test_one_cell_in_the_far_corner_of_the_sheet_is_refused(tmp_path):
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(ListRefused, match="more cells"):
        read_bytes(tmp_path, workbook(ROWS, corner))


def test_an_archive_of_too_many_parts_is_refused(tmp_path):
    with pytest.raises(ListRefused, match="larger"):
        read_bytes(tmp_path, workbook(ROWS, **{f"xl/{number}.xml": "" for number in range(2100)}))


def test_only_its_own_workbook_is_recognised(tmp_path):
    for content, expected in ((workbook(ROWS), True), (workbook([["Name"], ["x"]]), False), (b"PK\x03\x04zip", False)):
        path = tmp_path / "list.xlsx"
        path.write_bytes(content)
        assert au_dfat.recognise(path, content[:65536]) is expected


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(tmp_path_factory, data):
    content = bytearray(workbook(ROWS))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DragomanError):
        read_bytes(tmp_path_factory.mktemp("list"), bytes(content))
