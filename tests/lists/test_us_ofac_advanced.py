"""OFAC's advanced XML gives the same parties as the legacy files, with parts, scripts, bounds and relations."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import ofac
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties

SAMPLE = Path(__file__).parents[1] / "fixtures" / "ofac_sdn_advanced.xml"


@pytest.fixture(scope="module")
def known() -> dict[str, Record]:
    return {record.id: record for record in ofac.read_sdn(SAMPLE, Reading())}


def test_the_sample_is_valid_by_the_publishers_schema(data: Path) -> None:
    from lxml import etree

    schema = etree.XMLSchema(etree.parse(data / "lists/schemas/ofac_sdn_advanced.xsd"))
    assert schema.validate(etree.parse(SAMPLE)), schema.error_log


def test_every_party_arrives_with_its_schema(known: dict[str, Record]) -> None:
    assert {party.id: party.schema for party in parties(known.values())} == {
        "ofac-701": "Person",
        "ofac-702": "Organization",
        "ofac-703": "Vessel",
        "ofac-704": "Airplane",
    }


def test_the_file_states_its_date() -> None:
    reading = Reading()
    list(ofac.read_sdn(SAMPLE, reading))
    assert (reading.published, reading.rejects, reading.warnings) == ("2026-03-04", [], [])


def test_names_come_in_natural_order_with_their_parts(known: dict[str, Record]) -> None:
    person = known["ofac-701"]
    assert person.caption == "Adam Quentin SAMPLE"
    assert person.statements[1].original == "SAMPLE, Adam Quentin"
    assert (person.first("firstName"), person.first("lastName")) == ("Adam", "SAMPLE")


def test_names_of_other_scripts_keep_the_order_of_their_language(known: dict[str, Record]) -> None:
    assert known["ofac-701"].values("alias") == ["آدم نموذج", "A. SPECIMEN", "样本"]


def test_a_low_quality_alias_is_weak_and_a_former_name_previous(known: dict[str, Record]) -> None:
    assert known["ofac-701"].values("weakAlias") == ["THE TEMPLATE"]
    assert known["ofac-702"].values("previousName") == ["SPECIMEN TRADING"]


def test_dates_keep_bounds_and_approximation(known: dict[str, Record]) -> None:
    assert known["ofac-701"].values("birthDate") == ["1957~", "1958-02/1960-06", "1959-03-04"]


def test_places_become_countries_addresses_and_birthplaces(known: dict[str, Record]) -> None:
    person = known["ofac-701"]
    assert person.values("nationality", "birthCountry") == ["eg"]
    assert person.values("address") == ["1 Any Street, Exampleville, 00100, Egypt"]
    assert known["ofac-702"].values("address", "country") == ["Sampletown, Egypt", "eg"]


def test_a_document_stands_on_its_holder_and_alone(known: dict[str, Record]) -> None:
    passport = known["ofac-701-passport-a123456"]
    stated = {prop: passport.first(prop) for prop in ("number", "country", "authority", "startDate", "endDate")}
    assert stated == {
        "number": "A123456",
        "country": "eg",
        "authority": "Ministry of Samples",
        "startDate": "2001-05-05",
        "endDate": "2006-03",
    }
    assert known["ofac-701"].values("passportNumber") == ["A123456"]
    assert "Passport A 123456: Fraudulent" in known["ofac-701"].values("notes")


def test_features_of_vessels_and_aircraft_arrive(known: dict[str, Record]) -> None:
    vessel = known["ofac-703"]
    assert vessel.values("imoNumber", "callSign", "type", "flag", "grossRegisteredTonnage") == [
        "9074729",
        "P3XX3",
        "Bulk Carrier",
        "mt",
        "35100",
    ]
    assert known["ofac-704"].values("registrationNumber", "model") == ["YV0000", "B737"]


def test_a_wallet_is_held_by_its_party(known: dict[str, Record]) -> None:
    wallet = next(record for record in known.values() if record.schema == "CryptoWallet")
    assert (wallet.first("holder"), wallet.first("publicKey")) == ("ofac-701", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")


def test_a_feature_of_unknown_type_is_kept_as_a_note(known: dict[str, Record]) -> None:
    assert "Favourite Colour green" in known["ofac-701"].values("notes")


def test_provisions_given_as_features_go_to_the_sanction(known: dict[str, Record]) -> None:
    assert known["ofac-701-sanction"].values("provisions") == [
        "Secondary sanctions risk: section 1(b) of Executive Order 13224, as amended"
    ]


def test_relations_keep_their_type_and_whether_they_are_over(known: dict[str, Record]) -> None:
    relation = known["ofac-relation-2"]
    assert relation.values("subject", "object", "role", "status") == [
        "ofac-701",
        "ofac-702",
        "Acting for or on behalf of",
        "former",
    ]


def test_an_entry_has_its_programme_date_and_legal_basis(known: dict[str, Record]) -> None:
    entry = known["ofac-entry-3"]
    assert [entry.first(prop) for prop in ("entity", "program", "listingDate", "reason")] == [
        "ofac-703",
        "SDGT",
        "2020-02-03",
        "Executive Order 13224 (Terrorism)",
    ]


def test_the_entries_tell_which_list_it_is(tmp_path: Path) -> None:
    head = SAMPLE.read_bytes()[:65536]
    assert ofac.recognise_sdn(SAMPLE, head)
    assert not ofac.recognise_consolidated(SAMPLE, head)
    other = tmp_path / "sdn_advanced.xml"  # the name says one thing, the content another
    other.write_text(SAMPLE.read_text(encoding="utf-8").replace('ListID="1550"', 'ListID="91243"'), encoding="utf-8")
    assert ofac.recognise_consolidated(other, other.read_bytes()[:65536])
    assert not ofac.recognise_sdn(other, other.read_bytes()[:65536])
    assert ofac.recognise_consolidated(tmp_path, b"")


def changed(tmp_path: Path, *changes: tuple[str, str]) -> tuple[dict[str, Record], Reading]:
    text, reading = SAMPLE.read_text(encoding="utf-8"), Reading()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "sdn_advanced.xml"
    path.write_text(text, encoding="utf-8")
    return {record.id: record for record in ofac.read_sdn(path, reading)}, reading


def test_what_the_file_points_to_and_lacks_is_told(tmp_path: Path) -> None:
    known, reading = changed(
        tmp_path,
        ('PartySubTypeID="2"', 'PartySubTypeID="77"'),
        ('<VersionLocation LocationID="3"/>', '<VersionLocation LocationID="333"/>'),
        ('To-ProfileID="702" RelationTypeID="15003"', 'To-ProfileID="777" RelationTypeID="15003"'),
        ("<Year>1959</Year><Month>3</Month><Day>4</Day>", "<Year>1959</Year><Month>13</Month><Day>4</Day>"),
        ("<Year>1959</Year><Month>3</Month><Day>4</Day>", "<Year>1959</Year><Month>13</Month><Day>4</Day>"),
        ("<Year>1959</Year><Month>3</Month><Day>4</Day>", "<Year>1959</Year><Month>13</Month><Day>4</Day>"),
        ("<Year>1959</Year><Month>3</Month><Day>4</Day>", "<Year>1959</Year><Month>13</Month><Day>4</Day>"),
        (">YV0000<", "><"),
    )
    assert known["ofac-704"].schema == "LegalEntity"
    assert [reject.place for reject in reading.rejects] == ["ProfileRelationship[1]"]
    assert {warning.reason for warning in reading.warnings} == {
        "PartySubType 77 is not defined in the file",
        "unknown type of party '77', read as a legal entity",
        "Location 333 is not defined in the file",
        "a date period gives no date",
        "the party has no name",
    }


def test_a_second_profile_is_a_party_of_its_own(tmp_path: Path) -> None:
    end, start = "      </Profile>\n    </DistinctParty>\n    <DistinctParty", '      <Profile ID="702"'
    known, _ = changed(tmp_path, (f'{end} FixedRef="702">\n{start}', f"      </Profile>\n{start}"))
    assert known["ofac-701-702"].caption == "SAMPLE TRADING LLC"
    assert known["ofac-entry-2"].first("entity") == "ofac-701-702"


def test_comments_false_identities_and_unreliable_features_are_noted(tmp_path: Path) -> None:
    feature = 'ID="6" FeatureTypeID="25"><FeatureVersion ID="6" ReliabilityID='
    known, _ = changed(
        tmp_path,
        (
            'ID="1001" FixedRef="701" Primary="true" False="false"',
            'ID="1001" FixedRef="701" Primary="true" False="true"',
        ),
        ('LowQuality="true"><DocumentedName', 'LowQuality="true"><Comment>told by a witness</Comment><DocumentedName'),
        (f'{feature}"1">', f'{feature}"1561"><Comment>moved away</Comment>'),
        ("<IDRegistrationNo>A 123456</IDRegistrationNo>", "<Comment>reported lost</Comment>"),
    )
    assert set(known["ofac-701"].values("notes")) >= {
        "One of the identities is false",
        "Name: told by a witness",
        "Location: moved away",
        "Passport: reported lost",
        "Passport",
    }


def test_an_entry_about_nobody_is_rejected_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sdn_advanced.xml"
    path.write_text(
        SAMPLE.read_text(encoding="utf-8").replace('ProfileID="704" L', 'ProfileID="9" L'), encoding="utf-8"
    )
    reading = Reading()
    list(ofac.read_sdn(path, reading))
    assert [(reject.place, reject.reason) for reject in reading.rejects] == [
        ("SanctionsEntry[4]", "the entry is about a party that the file lacks")
    ]


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    whole = SAMPLE.read_bytes()
    path = tmp_path / "sdn_advanced.xml"
    for size in range(0, len(whole) - 20, 1201):
        path.write_bytes(whole[:size])
        with pytest.raises(ListRefused):
            list(ofac.read_sdn(path, Reading()))


def test_another_publishers_xml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.xml"
    path.write_text("<CONSOLIDATED_LIST/>")
    with pytest.raises(ListRefused, match="not <Sanctions>"):
        list(ofac.read_sdn(path, Reading()))


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE Sanctions [<!ENTITY a "b">]><Sanctions>&a;</Sanctions>')
    with pytest.raises(ListRefused, match="DTD"):
        list(ofac.read_sdn(path, Reading()))


@settings(max_examples=150)
@given(st.data())
def test_a_file_with_a_piece_replaced_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = SAMPLE.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    path = tmp_path_factory.getbasetemp() / "broken_advanced.xml"
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=20)) + whole[start + length :])
    try:
        list(ofac.read_sdn(path, Reading()))
    except ListRefused:
        return


def many_parties(path: Path, count: int) -> None:
    """Write the sample with its second party repeated under other numbers."""
    text = SAMPLE.read_text(encoding="utf-8")
    start = text.index('    <DistinctParty FixedRef="702">')
    end = text.index("    <DistinctParty", start + 10)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text[:end])
        for number in range(10_000, 10_000 + count):
            stream.write(text[start:end].replace("702", str(number)))
        stream.write(text[end:])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="rusage counts the parent's memory too")
def test_a_big_file_is_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "sdn_advanced.xml"
    many_parties(path, 12_000)
    assert path.stat().st_size > 15_000_000
    script = (
        "import re, sys; from pathlib import Path; from dragoman.lists import ofac; "
        "from dragoman.lists.reading import Reading; "
        "print(sum(record.is_party for record in ofac.read_sdn(Path(sys.argv[1]), Reading()))); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    count, peak = map(int, done.stdout.split())
    assert count == 12_004
    assert peak * 1024 < 300_000_000
