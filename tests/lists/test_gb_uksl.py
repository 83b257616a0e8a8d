"""The UK Sanctions List, XML and CSV, on invented designations."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import gb_uksl
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties

PERSON = """<Designation>
 <LastUpdated>02/03/2026</LastUpdated><DateDesignated>01/02/2020</DateDesignated><UniqueID>TST0001</UniqueID>
 <OFSIGroupID>99001</OFSIGroupID><UNReferenceNumber>XXi.001</UNReferenceNumber>
 <Names>
  <Name><Name6>Nana</Name6><NameType>Alias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name>
  <Name><Name1>Anna</Name1><Name2>Maria</Name2><Name6>PROBE</Name6><NameType>Primary Name</NameType></Name>
  <Name><Name1>Ana</Name1><Name6>PROBE</Name6><NameType>Primary Name Variation</NameType></Name>
  <Name><Name1>Anja</Name1><Name6>PROBA</Name6><NameType>Alias</NameType>
   <AliasStrength>Good quality a.k.a</AliasStrength></Name>
 </Names>
 <NonLatinNames><NonLatinName><NameNonLatinScript>آنا پروبه</NameNonLatinScript>
  <NonLatinScriptType>Arabic</NonLatinScriptType>
  <NonLatinScriptLanguage>Persian</NonLatinScriptLanguage></NonLatinName></NonLatinNames>
 <Titles><Title>Dr</Title></Titles>
 <RegimeName>The Testland (Sanctions) Regulations 2020</RegimeName>
 <IndividualEntityShip>Individual</IndividualEntityShip>
 <DesignationSource>UK</DesignationSource><SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>
 <SanctionsImposedIndicators><AssetFreeze>true</AssetFreeze><ArmsEmbargo>false</ArmsEmbargo></SanctionsImposedIndicators>
 <OtherInformation>Invented.</OtherInformation><UKStatementofReasons>For testing.</UKStatementofReasons>
 <Addresses><Address><AddressLine1>1 Probe Street</AddressLine1><AddressPostalCode>T1</AddressPostalCode>
  <AddressCountry>Iraq</AddressCountry></Address></Addresses>
 <PhoneNumbers><PhoneNumber>+000 1</PhoneNumber></PhoneNumbers>
 <EmailAddresses><EmailAddress>a@example.test; b@example.test</EmailAddress></EmailAddresses>
 <ShoeSizes><ShoeSize>38</ShoeSize></ShoeSizes>
 <IndividualDetails><Individual>
  <DOBs><DOB>dd/mm/1950</DOB><DOB>27/08/1955</DOB></DOBs>
  <BirthDetails><Location><TownOfBirth>Basra</TownOfBirth><CountryOfBirth>Iraq</CountryOfBirth></Location></BirthDetails>
  <Genders><Gender>Female</Gender></Genders><Nationalities><Nationality>Iraq</Nationality></Nationalities>
  <Positions><Position>Probe</Position></Positions>
  <PassportDetails><Passport><PassportNumber>X 1234567</PassportNumber>
   <PassportAdditionalInformation>Iraqi passport</PassportAdditionalInformation></Passport></PassportDetails>
  <NationalIdentifierDetails><NationalIdentifier><NationalIdentifierNumber>555-666-7</NationalIdentifierNumber>
   </NationalIdentifier></NationalIdentifierDetails>
 </Individual></IndividualDetails>
</Designation>"""
ENTITY = """<Designation><UniqueID>TST0002</UniqueID>
 <Names><Name><Name6>PROBE WORKS</Name6><NameType>Primary Name</NameType>
 </Name></Names><IndividualEntityShip>Entity</IndividualEntityShip><EntityDetails><Entity>
 <TypeOfEntities><TypeOfEntity>Works</TypeOfEntity></TypeOfEntities>
 <BusinessRegistrationNumbers>
 <BusinessRegistrationNumber>12 345</BusinessRegistrationNumber></BusinessRegistrationNumbers>
 <ParentCompanies><ParentCompany>PROBE HOLDING</ParentCompany></ParentCompanies>
 </Entity></EntityDetails></Designation>"""
SHIP = """<Designation><UniqueID>TST0003</UniqueID>
 <Names><Name><Name6>PROBE STAR</Name6><NameType>Primary Name</NameType>
 </Name></Names><IndividualEntityShip>Ship</IndividualEntityShip><ShipDetails><Ship>
 <IMONumbers><IMONumber>IMO9074729</IMONumber></IMONumbers>
 <CurrentOwnerOperators><CurrentOwnerOperator>Probe Lines</CurrentOwnerOperator></CurrentOwnerOperators>
 <CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Panama</CurrentBelievedFlagOfShip></CurrentBelievedFlagOfShips>
 <PreviousFlags><PreviousFlag>India</PreviousFlag></PreviousFlags><TypeOfShipDetails><TypeOfShip>Tanker</TypeOfShip>
 </TypeOfShipDetails><YearsBuilt><YearBuilt>2011</YearBuilt></YearsBuilt></Ship></ShipDetails></Designation>"""
NAMELESS = "<Designation><UniqueID>TST0004</UniqueID><IndividualEntityShip>Entity</IndividualEntityShip></Designation>"
XML = (
    '<?xml version="1.0" encoding="utf-8"?><Designations><DateGenerated>08/10/2026</DateGenerated>'
    f"{PERSON}{ENTITY}{SHIP}{NAMELESS}</Designations>"
)
COLUMNS = [
    *(
        "Last Updated",
        "Unique ID",
        "OFSI Group ID",
        "UN Reference Number",
        "Name 6",
        "Name 1",
        "Name 2",
        "Name 3",
        "Name 4",
    ),
    *("Name 5", "Name type", "Alias strength", "Title", "Name non-latin script", "Non-latin script type"),
    *("Non-latin script language", "Regime Name", "Designation Type", "Designation source", "Sanctions Imposed"),
    *("Other Information", "UK Statement of Reasons", "Address Line 1", "Address Postal Code", "Address Country"),
    *("Date Designated", "D.O.B", "Nationality(/ies)", "Passport number", "Passport additional information"),
    *("Town of birth", "Country of birth", "IMO number", "Shoe size"),
]


def line(**cells: str) -> str:
    known = {name.replace(" ", "_").replace(".", ""): text for name, text in cells.items()}
    names = [name.replace(" ", "_").replace(".", "").replace("(/ies)", "").replace("-", "_") for name in COLUMNS]
    assert known.keys() <= set(names)
    return ",".join('"' + known.get(name, "") + '"' for name in names)


ANNA = {"Unique_ID": "TST0001", "Designation_Type": "Individual", "Regime_Name": "Testland"}
CSV = "\r\n".join(
    [
        "Report Date: 23-Sep-2026",
        ",".join(COLUMNS),
        line(Name_6="PROBE", Name_1="Anna", Name_type="Primary Name", DOB="dd/mm/1950", Shoe_size="38", **ANNA),
        line(
            Unique_ID="TST0003",
            Name_6="PROBE STAR",
            Name_type="Primary Name",
            Designation_Type="Ship",
            IMO_number="9074728",
        ),
        line(
            Name_6="PROBA", Name_1="Anja", Name_type="Alias", DOB="27/08/1955", Nationality="(1) Iraq (2) Iran", **ANNA
        ),
        line(Name_6="LOST", Name_type="Alias"),
        "",
    ]
)


def read(tmp_path, text: str, name: str = "UK-Sanctions-List.xml") -> tuple[list[Record], Reading]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    reading = Reading()
    assert gb_uksl.recognise(path, text.encode()[:65536])
    return list(gb_uksl.read(path, reading)), reading


def test_each_designation_of_the_xml_is_a_party(tmp_path):
    records, reading = read(tmp_path, XML)
    found = [(party.id, party.schema, party.caption) for party in parties(records)]
    assert found == [
        ("gb-uksl-tst0001", "Person", "Anna Maria PROBE"),
        ("gb-uksl-tst0002", "Organization", "PROBE WORKS"),
        ("gb-uksl-tst0003", "Vessel", "PROBE STAR"),
    ]
    assert reading.published == "2026-10-08"
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [("Designation[4]", "has no name")]


def test_names_keep_their_type_their_strength_and_their_script(tmp_path):
    person = next(parties(read(tmp_path, XML)[0]))
    names = {(known.prop, known.value, known.quality) for known in person.statements if known.value in person.names}
    assert names == {
        ("name", "Anna Maria PROBE", "good"),
        ("alias", "Ana PROBE", "good"),
        ("alias", "Anja PROBA", "good"),
        ("weakAlias", "Nana", "low"),
        ("alias", "آنا پروبه", "good"),
    }
    assert next(known.lang for known in person.statements if known.value == "آنا پروبه") == "fas"
    assert (person.first("firstName"), person.first("lastName")) == ("Anna", "PROBE")


def test_a_person_has_births_nationality_documents_and_contacts(tmp_path):
    records, _ = read(tmp_path, XML)
    person = next(parties(records))
    assert person.values("birthDate") == ["1950", "1955-08-27"]
    assert person.values("birthPlace") == ["Basra, Iraq"]
    assert (person.first("nationality"), person.first("gender"), person.first("birthCountry")) == ("iq", "female", "iq")
    assert (person.first("passportNumber"), person.first("idNumber")) == ("X1234567", "555-666-7")
    assert person.values("email") == ["a@example.test", "b@example.test"]
    assert person.values("address") == ["1 Probe Street, T1, Iraq"]
    passport = next(record for record in records if record.schema == "Passport")
    assert (passport.first("holder"), passport.first("country")) == (person.id, "iq")


def test_the_listing_has_its_references_dates_and_measures(tmp_path):
    listing = next(record for record in read(tmp_path, XML)[0] if record.schema == "Sanction")
    assert (listing.first("authorityId"), listing.first("recordId"), listing.first("unscId")) == (
        "TST0001",
        "99001",
        "XXi.001",
    )
    assert (listing.first("listingDate"), listing.first("modifiedAt")) == ("2020-02-01", "2026-03-02")
    assert listing.values("provisions") == ["Asset freeze", "Travel Ban"]
    assert listing.values("reason") == ["For testing."]


def test_an_element_that_is_not_known_is_kept_as_a_note_and_warned_of_once(tmp_path):
    records, reading = read(tmp_path, XML)
    assert "ShoeSize: 38" in next(parties(records)).values("notes")
    assert [warning.reason for warning in reading.warnings] == ["unknown element 'ShoeSize'; kept as a note"]


def test_ships_and_entities_have_their_numbers(tmp_path):
    _, entity, ship = parties(read(tmp_path, XML)[0])
    assert (entity.first("registrationNumber"), entity.first("legalForm")) == ("12 345", "Works")
    assert "Parent company: PROBE HOLDING" in entity.values("notes")
    assert (ship.first("imoNumber"), ship.first("flag"), ship.first("pastFlags")) == ("9074729", "pa", "in")
    assert (ship.first("type"), ship.first("buildDate")) == ("Tanker", "2011")
    assert "Current owner or operator: Probe Lines" in ship.values("notes")


def test_rows_of_the_csv_with_one_unique_id_are_one_party(tmp_path):
    records, reading = read(tmp_path, CSV, "UK-Sanctions-List.csv")
    person, ship = parties(records)
    assert person.values("name", "alias") == ["Anna PROBE", "Anja PROBA"]
    assert person.values("birthDate") == ["1950", "1955-08-27"]
    assert person.values("nationality") == ["iq", "ir"]
    assert "Shoe size: 38" in person.values("notes")
    assert ship.schema == "Vessel"
    assert reading.published == "2026-09-23"
    assert [reject.reason for reject in reading.rejects] == ["has no unique id"]


def test_an_imo_number_that_does_not_verify_is_kept_and_warned_of(tmp_path):
    records, reading = read(tmp_path, CSV, "UK-Sanctions-List.csv")
    assert [party.first("imoNumber") for party in parties(records)][1] == "9074728"
    assert any("IMO" in warning.reason for warning in reading.warnings)


def test_xml_and_csv_give_a_party_the_same_id(tmp_path):
    ids = [
        {party.id for party in parties(read(tmp_path, text, name)[0])}
        for text, name in ((XML, "a.xml"), (CSV, "a.csv"))
    ]
    assert ids[1] <= ids[0]


@pytest.mark.parametrize("size", [0, 60, 400, len(XML) - 3])
def test_a_truncated_xml_is_refused(tmp_path, size):
    path = tmp_path / "cut.xml"
    path.write_text(XML[:size], encoding="utf-8")
    with pytest.raises(ListRefused):
        list(gb_uksl.read(path, Reading()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Report Date: 1\r\n",
        "a,b\r\n1,2\r\n",
        CSV.replace("Name 6", "Name"),
        '<?xml version="1.0"?><Designations/>',
        '<!DOCTYPE d [<!ENTITY a "b">]><Designations><Designation>&a;</Designation></Designations>',
    ],
)
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "other"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ListRefused):
        list(gb_uksl.read(path, Reading()))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters='<&>"'), max_size=80))
def test_any_text_in_any_field_is_read_or_refused(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("list")
    for printed, name in ((XML, "a.xml"), (CSV, "a.csv")):
        for old in ("27/08/1955", "PROBE", "Iraq", "TST0001", "38"):
            with contextlib.suppress(DragomanError):
                read(folder, printed.replace(old, text), name)
