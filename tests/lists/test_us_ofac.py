"""OFAC's legacy files are read whole: parties, alternates, addresses, and all that stands in the remarks."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import ofac
from dragoman.lists._assembly import Assembly, person_name
from dragoman.lists.ofac_remarks import document_of, read_remark, read_remarks, split_remarks
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties
from dragoman.model.schemata import properties

Whole = tuple[list[Record], Reading]

SDN = (
    '36,"EXAMPLE AIR","-0- ","CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"a.k.a. \'EXA\'."\r\n'
    '37,"DOE, John Q., Jr.","individual","SDGT] [IFSR","Colonel; alt. Haji",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"DOB circa 1957; alt. DOB 1958 to 1960; POB Giza, Egypt; nationality Egypt; Gender Male; Passport A 123456 '
    "(Egypt) issued 05 May 2001 expires 11 Mar 2006; Digital Currency Address - XBT 1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf"
    '"\r\n'
    '38,"EXAMPLE STAR","vessel","SDGT",-0- ,"P3XX3","Bulk Carrier","63,000","35,100","Malta","EXAMPLE AIR",'
    '"Vessel Registration Identification IMO 9074729; MMSI 256842000; Linked To: EXAMPLE AIR."\r\n'
    '39,"YV0000","aircraft","SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    '"Aircraft Model B737; Aircraft Manufacturer\'s Serial Number (MSN) 22233; Linked To: NOBODY KNOWN."\r\n\x1a'
)
ALT = '36,1,"fka","OLD EXAMPLE AIR",-0- \r\n37,2,"aka","DEAU, Jean",-0- \r\n\x1a'
ADD = '36,1,"1 Any Street","Havana","Cuba",-0- \r\n37,2,-0- ,-0- ,-0- ,-0- \r\n\x1a'
COMMENTS = '37,"Na; Linked To: EXAMPLE AIR; something OFAC says in its own words."\r\n\x1a'


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    for name, text in (("SDN.CSV", SDN), ("alt.csv", ALT), ("Add.csv", ADD), ("sdn_comments.csv", COMMENTS)):
        (tmp_path / name).write_text(text, newline="", encoding="ascii")
    return tmp_path


def read(folder: Path) -> tuple[dict[str, Record], Reading]:
    reading = Reading()
    return {record.id: record for record in ofac.read_sdn(folder, reading)}, reading


@pytest.fixture(scope="module")
def sdn(data: Path) -> Whole:
    reading = Reading()
    return list(ofac.read_sdn(data / "lists/ofac_2021-07", reading)), reading


@pytest.fixture(scope="module")
def consolidated(data: Path) -> Whole:
    reading = Reading()
    return list(ofac.read_consolidated(data / "lists/ofac_cons_2025-12", reading)), reading


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="ascii", newline="") as stream:
        return [row for row in csv.reader(stream) if len(row) > 1]


def test_every_party_of_the_sdn_list_arrives_under_its_type(sdn: Whole) -> None:
    by_schema = Counter(record.schema for record in parties(sdn[0]))
    organisations = by_schema.pop("Organization") + by_schema.pop("Company")
    assert organisations == 3673
    assert by_schema == {"Person": 4620, "Vessel": 406, "Airplane": 277}
    assert sdn[1].rejects == []


def test_every_alternate_arrives(sdn: Whole, data: Path) -> None:
    known = {record.id: record for record in parties(sdn[0])}
    alternates = rows(data / "lists/ofac_2021-07/alt.csv")
    assert len(alternates) == 11_910
    for row in alternates:
        party = known[f"ofac-{row[0]}"]
        printed = person_name(row[3]).full if party.schema == "Person" else " ".join(row[3].split())
        assert printed in party.names


def test_every_address_arrives(sdn: Whole, data: Path) -> None:
    known = {record.id: record for record in parties(sdn[0])}
    addresses = rows(data / "lists/ofac_2021-07/add.csv")
    assert len(addresses) == 13_837
    for row in addresses:
        parts = [cell.strip() for cell in row[2:5] if cell.strip() != "-0-"]
        assert not parts or ", ".join(parts) in known[f"ofac-{row[0]}"].values("address")


def test_what_only_the_remarks_say_arrives(sdn: Whole) -> None:
    records = sdn[0]
    wallets = [record for record in records if record.schema == "CryptoWallet"]
    assert len({wallet.first("holder") for wallet in wallets}) == 15
    assert len({link.first("subject") for link in records if link.schema == "UnknownLink"}) >= 2755
    assert sum(1 for party in parties(records) if party.values("weakAlias")) >= 1254
    births = [value for party in parties(records) for value in party.values("birthDate")]
    assert sum("~" in value for value in births) >= 64
    assert sum("/" in value for value in births) >= 55
    assert len([record for record in records if record.schema == "Passport"]) > 1500


def test_nearly_every_link_is_resolved_to_the_party_it_names(sdn: Whole) -> None:
    links = [record for record in sdn[0] if record.schema == "UnknownLink"]
    ids = {record.id for record in parties(sdn[0])}
    resolved = [link for link in links if link.first("object")]
    assert len(resolved) / len(links) > 0.99
    assert {link.first("object") for link in resolved} <= ids


def test_remarks_cut_inside_a_word_are_joined(sdn: Whole) -> None:
    links = [link for link in sdn[0] if link.first("subject") == "ofac-12300"]
    assert "PROMO RAIZ S.A.S." in {link.first("namesMentioned") for link in links}


def test_what_looks_wrong_in_the_sdn_list_is_told(sdn: Whole) -> None:
    assert Counter(warning.reason.split(":")[0] for warning in sdn[1].warnings) == {
        "the end mark 0x1A is missing, so the file may be cut between two rows": 1,
        "the imoNumber does not verify and is kept as printed": 1,
        "wallet address does not verify": 1,  # one digit short in the published list
    }


def test_ids_are_unique(sdn: Whole, consolidated: Whole) -> None:
    for records, _ in (sdn, consolidated):
        assert len({record.id for record in records}) == len(records)


def test_every_party_of_the_consolidated_list_arrives(consolidated: Whole, data: Path) -> None:
    found = list(parties(consolidated[0]))
    assert len(found) == 442
    assert sum(party.schema == "Person" for party in found) == 79
    assert len(rows(data / "lists/ofac_cons_2025-12/cons_alt.csv")) == 1073
    assert consolidated[1].rejects == []


def test_a_name_is_put_into_natural_order_and_kept_as_printed(sample: Path) -> None:
    known, _ = read(sample)
    person = known["ofac-37"]
    name = next(stated for stated in person.statements if stated.prop == "name")
    assert (name.value, name.original, name.place) == ("John Q. DOE Jr.", "DOE, John Q., Jr.", "SDN.CSV:2")
    assert (person.first("lastName"), person.first("firstName")) == ("DOE", "John Q.")
    assert person.values("alias") == ["Jean DEAU"]


def test_dates_keep_their_precision(sample: Path) -> None:
    assert read(sample)[0]["ofac-37"].values("birthDate") == ["1957~", "1958/1960"]


def test_titles_are_told_from_honorifics(sample: Path) -> None:
    person = read(sample)[0]["ofac-37"]
    assert (person.values("position"), person.values("title")) == (["Colonel"], ["Haji"])


def test_a_passport_stands_on_the_person_and_in_a_record_of_its_own(sample: Path) -> None:
    known, _ = read(sample)
    assert known["ofac-37"].values("passportNumber") == ["A123456"]
    passport = next(record for record in known.values() if record.schema == "Passport")
    assert (passport.first("holder"), passport.first("country")) == ("ofac-37", "eg")
    assert (passport.first("startDate"), passport.first("endDate")) == ("2001-05-05", "2006-03-11")


def test_a_wallet_cut_across_two_files_is_joined_and_held(sample: Path) -> None:
    known, reading = read(sample)
    wallet = next(record for record in known.values() if record.schema == "CryptoWallet")
    assert wallet.first("publicKey") == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    assert (wallet.first("holder"), wallet.first("currency"), wallet.is_party) == ("ofac-37", "BTC", False)
    assert reading.warnings == []


def test_programmes_in_brackets_are_parted(sample: Path) -> None:
    assert read(sample)[0]["ofac-37-sanction"].values("program") == ["SDGT", "IFSR"]


def test_a_vessel_has_its_numbers_flag_and_owner(sample: Path) -> None:
    vessel = read(sample)[0]["ofac-38"]
    stated = {prop: vessel.first(prop) for prop in ("imoNumber", "mmsi", "flag", "callSign", "tonnage", "owner")}
    assert stated == {
        "imoNumber": "9074729",
        "mmsi": "256842000",
        "flag": "mt",
        "callSign": "P3XX3",
        "tonnage": "63000",
        "owner": "ofac-36",
    }


def test_an_aircraft_has_its_tail_number_model_and_serial_number(sample: Path) -> None:
    aircraft = read(sample)[0]["ofac-39"]
    assert aircraft.values("registrationNumber", "model", "serialNumber") == ["YV0000", "B737", "22233"]


def test_what_a_publisher_may_yet_print_is_read_and_told(sample: Path) -> None:
    cells = ",-0- " * 6
    more = (
        f'50,"EXAMPLE STATION","space station","SDGT",-0- {cells},"Phone Number 97000000000; ISIN RU0009177331"\r\n'
        f'51,"EXAMPLE ENERGY","","SDGT","Lead sponsor","C1","Tug","12","10","Nowhere","NOBODY KNOWN",'
        '"ISIN RU0009177331; '
        "Equity Ticker EXA RU; Issuer Name Example Energy PJSC; Legal Entity Number 5493001KJTIIGC8Y1R12; "
        "Legal Entity Number 851; SWIFT/BIC XX; Listing Date (EO 14024 Directive 3): 24 Feb 2022; Gender Unknown; "
        'Passport (Iraq); nationality Nowhere; DOB unknown; Vessel Owner NOBODY KNOWN; POB Nowhere"\r\n'
        f'52,"DOE, Jane","individual","SDGT",-0- {cells},"{"x" * 1000}"\r\n'
        f'53," ","individual","SDGT",-0- {cells},"DOB 31 Jul 1964; alt. DOB 31 Jul 1964; Gender Unknown"\r\n'
    )
    (sample / "SDN.CSV").write_text(SDN.replace("\x1a", more), newline="")
    (sample / "alt.csv").write_text('51,9,"dba","EXA",-0- \r\n51,8,"aka"," ",-0- \r\n52,7,"aka","EVE","disputed"\r\n')
    (sample / "Add.csv").write_text('51,9,"1 Any Street",-0- ,-0- ,"until 2020"\r\n999,1,-0- ,-0- ,"Cuba",-0- \r\n')
    known, reading = read(sample)
    energy = known["ofac-51"]
    assert energy.schema == "Company"
    assert energy.values("isinCode", "ticker", "leiCode", "registrationNumber") == [
        "RU0009177331",
        "EXA RU",
        "5493001KJTIIGC8Y1R12",
        "851",
    ]
    assert known["ofac-51-sanction"].values("listingDate") == ["2022-02-24"]
    assert {"Gender Unknown", "Passport (Iraq)", "Vessel Owner NOBODY KNOWN", "POB Nowhere"} <= set(
        energy.values("notes")
    )
    assert known["ofac-50"].schema == "LegalEntity"
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [
        ("Add.csv:2", "belongs to no party of the list"),
        ("alt.csv:2", "the alternate has no name"),
    ]
    told = " ".join(warning.reason for warning in reading.warnings)
    for reason in ("type of party", "type of alternate", "are cut", "no name", "swiftBic", "0x1A"):
        assert reason in told


def test_a_list_without_its_comments_is_read_and_told(sample: Path) -> None:
    (sample / "sdn_comments.csv").unlink()
    _, reading = read(sample)
    assert "no sdn_comments.csv" in reading.warnings[0].reason


def test_a_folder_with_the_advanced_xml_is_read_by_that(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "fixtures/ofac_sdn_advanced.xml").read_text(encoding="utf-8")
    (tmp_path / "SDN_ADVANCED.XML").write_text(text, encoding="utf-8")
    assert "ofac-701" in read(tmp_path)[0]


def test_a_link_to_a_name_that_the_list_lacks_keeps_the_name(sample: Path) -> None:
    link = read(sample)[0]["ofac-39-link-1"]
    assert (link.first("object"), link.first("namesMentioned")) == (None, "NOBODY KNOWN")


def test_weak_aliases_are_marked_as_weak(sample: Path) -> None:
    weak = [stated for stated in read(sample)[0]["ofac-36"].statements if stated.prop == "weakAlias"]
    assert [(stated.value, stated.quality) for stated in weak] == [("EXA", "weak")]


def test_a_former_name_is_a_previous_name(sample: Path) -> None:
    assert read(sample)[0]["ofac-36"].values("previousName") == ["OLD EXAMPLE AIR"]


def test_what_no_property_is_made_for_is_kept_as_a_note(sample: Path) -> None:
    assert "something OFAC says in its own words" in read(sample)[0]["ofac-37"].values("notes")


def test_files_in_the_other_delimited_layouts_are_read_too(sample: Path) -> None:
    (sample / "SDN.CSV").rename(sample / "sdn.pip")
    (sample / "sdn.pip").write_text('36|"EXAMPLE AIR"|-0- |"CUBA"|' + "-0- |" * 7 + "-0- \r\n\x1a", newline="")
    for name in ("alt.csv", "Add.csv", "sdn_comments.csv"):
        (sample / name).write_text("\x1a")
    assert list(read(sample)[0]) == ["ofac-36", "ofac-36-sanction"]


def test_concatenated_files_with_end_marks_inside_are_read(sample: Path) -> None:
    other = SDN.replace("\x1a", "").replace("36,", "99,", 1).split("\r\n")[0]
    (sample / "SDN.CSV").write_text(f"{SDN}{other}\r\n\x1a", newline="")
    known, reading = read(sample)
    assert "ofac-99" in known
    assert reading.rejects == []


def test_a_number_given_twice_is_rejected_by_name(sample: Path) -> None:
    (sample / "SDN.CSV").write_text(SDN.replace("39,", "38,"), newline="")
    _, reading = read(sample)
    assert [reject.place for reject in reading.rejects] == ["SDN.CSV:4"]


def test_a_row_with_cells_missing_is_rejected_and_the_rest_kept(sample: Path) -> None:
    (sample / "SDN.CSV").write_text('1,"SHORT"\r\n' + SDN, newline="")
    known, reading = read(sample)
    assert len(list(parties(known.values()))) == 4
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [
        ("SDN.CSV:1", "2 cells where 12 are expected")
    ]


def test_a_list_without_its_alternates_is_refused(sample: Path) -> None:
    (sample / "alt.csv").unlink()
    with pytest.raises(ListRefused, match=r"lacks alt\.csv"):
        read(sample)


def test_a_party_file_alone_is_refused_with_the_remedy(sample: Path) -> None:
    (sample / "alt.csv").unlink()
    with pytest.raises(ListRefused, match="give the folder"):
        read(sample / "SDN.CSV")


def test_a_truncated_file_is_refused(sample: Path, data: Path) -> None:
    whole = (data / "lists/ofac_2021-07/sdn.csv").read_bytes()
    for name in ("alt.csv", "add.csv", "sdn_comments.csv"):
        (sample / name.replace("add", "Add")).write_bytes((data / "lists/ofac_2021-07" / name).read_bytes())
    (sample / "SDN.CSV").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ListRefused, match="middle of a row"):
        read(sample)
    between = whole[: whole.index(b"\r\n", len(whole) // 2) + 2]
    (sample / "SDN.CSV").write_bytes(between)
    with pytest.raises(ListRefused, match="belong to no party"):
        read(sample)


def test_the_two_lists_are_told_apart(sample: Path, data: Path) -> None:
    head = SDN[:200].encode()
    assert ofac.recognise_sdn(sample, b"")
    assert not ofac.recognise_consolidated(sample, b"")
    assert ofac.recognise_sdn(sample / "SDN.CSV", head)
    assert not ofac.recognise_sdn(sample / "SDN.CSV", b"name,birthDate\n")
    assert ofac.recognise_consolidated(data / "lists/ofac_cons_2025-12", b"")
    assert not ofac.recognise_sdn(data / "lists/ofac_cons_2025-12", b"")
    assert not ofac.recognise_sdn(data / "lists/ofac_2025-12", b"")


@pytest.mark.parametrize(
    ("printed", "label", "kind", "value"),
    [
        ("alt. DOB 1958", "DOB", "date", "1958"),
        ("(Linked To: EXAMPLE AIR)", "Linked To:", "link", "EXAMPLE AIR"),
        ("National ID No. 7201105 (Israel)", "National ID No.", "document", "7201105 (Israel)"),
        ("ISIN CND100020NC4", "ISIN", "document", "CND100020NC4"),
        ("Nationality of Registration Russia", "Nationality of Registration", "country", "Russia"),
        ("Ruritanian Tax Number R-1", "Ruritanian Tax Number", "document", "R-1"),
        ("Passports are not said", "", "note", "Passports are not said"),
    ],
)
def test_a_remark_is_known_by_its_label(printed: str, label: str, kind: str, value: str) -> None:
    remark = read_remark(printed)
    assert (remark.label, remark.kind, remark.value) == (label, kind, value)


def test_the_country_of_a_document_is_the_last_in_brackets() -> None:
    document = document_of("File Number", "7136946 (Delaware) (United States)")
    assert (document.number, document.country, document.kind) == ("7136946", "us", "File")


@pytest.mark.parametrize(
    ("printed", "number", "kind"),
    [
        ("CNIC: 35202-0000000-9 (Pakistan)", "35202-0000000-9", "National ID CNIC"),
        ("No.: 0310857, Eritrea, Issue Date 21 August 2006", "0310857", "National ID"),
        ("OR801168 and Kuwaiti National ID No. 2810", "OR801168", "National ID"),
        ("D000000483, Diplomatic (Syria)", "D000000483", "National ID"),
        ("21-438991-02 (Medellin)", "21-438991-02", "National ID"),
        ("Booklet A5250088 (Pakistan)", "A5250088", "National ID Booklet"),
        ("(5777731)", "5777731", "National ID"),
        ("AO 2879097 (Italy) expires 30 Oct 2012", "AO 2879097", "National ID"),
        ("BE 454,419,759", "BE 454,419,759", "National ID"),
        ("660000 73767", "660000 73767", "National ID"),
    ],
)
def test_the_number_of_a_document_is_told_from_what_stands_around_it(printed: str, number: str, kind: str) -> None:
    document = document_of("National ID No.", printed)
    assert (document.number, document.kind, document.printed) == (number, kind, printed)


def test_remarks_are_split_at_semicolons_alone() -> None:
    assert split_remarks("DOB 1962; POB Shati; Linked To: A, B. C.A..") == [
        "DOB 1962",
        "POB Shati",
        "Linked To: A, B. C.A.",
    ]


@given(st.text(max_size=300))
def test_any_remarks_are_taken_and_nothing_of_them_is_lost(text: str) -> None:
    assembly = Assembly.begin("x", "Person", Reading(), "here")
    links = read_remarks(text, assembly)
    pieces = split_remarks(text)
    assert bool(pieces) == bool(assembly.party.statements or links.linked or len(assembly.sanction.statements) > 1)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    for name in ("sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"):
        (folder / name).write_bytes(content)
    try:
        list(ofac.read_sdn(folder, Reading()))
    except ListRefused:
        return


def test_every_statement_is_one_that_its_schema_has(sdn: Whole, consolidated: Whole) -> None:
    for record in (*sdn[0], *consolidated[0]):
        assert {stated.prop for stated in record.statements} <= set(properties(record.schema))
