"""Israel's table of seized wallets: orders, people, addresses and accounts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused
from dragoman.lists import il_nbctf
from dragoman.lists.reading import Reading
from dragoman.model import Record, parties

HEADER = "שם מלא,תעודת זהות,דרכון,תאריך לידה,מספר זיהוי הארנק האלקטרוני/ יוזר,מטבע\r\n"
GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def read(tmp_path: Path, *lines: str) -> tuple[dict[str, Record], Reading]:
    reading = Reading()
    path = tmp_path / "wallets.csv"
    path.write_text(HEADER + "".join(f"{line}\r\n" for line in lines), encoding="utf-8-sig", newline="")
    return {record.id: record for record in il_nbctf.read(path, reading)}, reading


@pytest.fixture(scope="module")
def published(data: Path) -> tuple[list[Record], Reading]:
    reading = Reading()
    return list(il_nbctf.read(data / "lists/il_nbctf/wallets.csv", reading)), reading


def test_every_address_and_account_of_the_published_table_arrives(published: tuple[list[Record], Reading]) -> None:
    by_schema = Counter(record.schema for record in published[0])
    assert (by_schema["CryptoWallet"], by_schema["UserAccount"], by_schema["Person"]) == (498, 383, 287)
    assert len({record.id for record in published[0]}) == len(published[0])


def test_the_one_row_that_names_nothing_is_rejected(published: tuple[list[Record], Reading]) -> None:
    assert [reject.place for reject in published[1].rejects] == ["wallets.csv:893"]


def test_look_alikes_and_bad_checksums_of_the_published_table_are_flagged(
    published: tuple[list[Record], Reading],
) -> None:
    places = {warning.place for warning in published[1].warnings if "checksum" in warning.reason}
    assert places == {"wallets.csv:923", "wallets.csv:926"}
    assert [warning.place for warning in published[1].warnings if "look-alike" in warning.reason] == ["wallets.csv:371"]


def test_an_order_is_the_reference_of_the_rows_below_it(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", f",,,,{GENESIS},", "צ.ת - 34/23,,,,,", ",,,,105750906,")
    assert known[f"nbctf-wallet-{GENESIS}-sanction-18-26"].first("authorityId") == "צ.ת 18/26"
    assert known["nbctf-account-105750906-sanction-34-23"].first("authorityId") == "צ.ת 34/23"


def test_a_wallet_alone_is_a_party(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", f",,,,{GENESIS},")
    wallet = known[f"nbctf-wallet-{GENESIS}"]
    assert (wallet.is_party, wallet.caption, wallet.first("currency")) == (True, GENESIS, "BTC")


def test_a_person_holds_the_wallet_of_the_row(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", f"ADAM SAMPLE,000000018,A0000001,01/02/1990,{GENESIS},BTC")
    (person,) = parties(known.values())
    assert person.values("name", "idNumber", "passportNumber", "birthDate") == [
        "ADAM SAMPLE",
        "000000018",
        "A0000001",
        "1990-02-01",
    ]
    assert known[f"nbctf-wallet-{GENESIS}"].first("holder") == person.id


def test_a_user_id_is_an_account_owned_by_the_person_of_the_row(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", "ADAM SAMPLE,000000018,-,-,105750906,-")
    account = known["nbctf-account-105750906"]
    assert (account.schema, account.first("username"), account.first("owner")) == (
        "UserAccount",
        "105750906",
        "nbctf-person-000000018",
    )


def test_a_dash_and_anonymous_say_nothing(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", f"אנונימי,-,-,-,{GENESIS},BTC")
    assert {record.schema for record in known.values()} == {"CryptoWallet", "Sanction"}


def test_hebrew_labels_say_what_a_document_is(tmp_path: Path) -> None:
    known, _ = read(
        tmp_path,
        "צ.ת 18/26",
        "ADAM SAMPLE,מס' תושב (אוסטריה): 000018-005,,18.9.1992,105750906,",
        ",מס' דרכון (פלסטיני): 0000019,,,,",
    )
    person = next(record for record in known.values() if record.schema == "Person")
    assert person.values("idNumber", "passportNumber") == ["000018-005", "0000019"]
    documents = {record.schema: record.first("country") for record in known.values() if record.first("holder")}
    assert documents == {"Identification": "at", "Passport": "ps"}


def test_a_name_alone_continues_the_row_above_but_not_across_orders(tmp_path: Path) -> None:
    known, reading = read(
        tmp_path, "צ.ת 18/26", "ADAM,000000018,,,105750906,", "SAMPLE,,,,,", "צ.ת 19/26", "EVE SAMPLE,,,,,"
    )
    assert sorted(record.caption for record in known.values() if record.schema == "Person") == [
        "ADAM SAMPLE",
        "EVE SAMPLE",
    ]
    assert len(reading.warnings) == 1


def test_a_number_rounded_by_a_spreadsheet_is_no_identifier(tmp_path: Path) -> None:
    known, reading = read(tmp_path, "צ.ת 18/26", "ADAM SAMPLE,9.46108E+11,,,105750906,")
    person = next(record for record in known.values() if record.schema == "Person")
    assert person.values("idNumber", "notes") == ["Identity number 9.46108E+11"]
    assert "rounded" in reading.warnings[0].reason


def test_look_alike_letters_are_folded_and_told(tmp_path: Path) -> None:
    known, reading = read(tmp_path, "צ.ת 18/26", f",,,,{GENESIS.replace('A', 'А')},")
    assert known[f"nbctf-wallet-{GENESIS}"].first("publicKey") == GENESIS
    assert "look-alike" in reading.warnings[0].reason


def test_a_bad_checksum_is_kept_and_flagged(tmp_path: Path) -> None:
    known, reading = read(tmp_path, "צ.ת 18/26", f",,,,{GENESIS[:-1]}b,")
    wallet = known[f"nbctf-wallet-{GENESIS[:-1]}b"]
    assert "does not verify" in (wallet.first("notes") or "")
    assert "does not verify" in reading.warnings[0].reason


def test_two_addresses_in_a_cell_are_two_wallets_and_a_tag_is_a_note(tmp_path: Path) -> None:
    known, _ = read(
        tmp_path,
        "צ.ת 18/26",
        f',,,,"{GENESIS}, 0x52908400098527886E0F7030069857D2E4169EE7",',
        ",,,,rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh (Address tag 42)*,XRP",
    )
    wallets = [record for record in known.values() if record.schema == "CryptoWallet"]
    assert [wallet.first("currency") for wallet in wallets] == ["BTC", "ETH", "XRP"]
    assert wallets[2].values("publicKey", "notes") == ["rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "address tag 42"]


def test_an_account_named_in_two_orders_is_one_record_with_two_references(tmp_path: Path) -> None:
    known, _ = read(tmp_path, "צ.ת 18/26", ",,,,105750906,", "צ.ת 19/26", ",,,,105750906,")
    assert len(list(parties(known.values()))) == 1
    assert sum(record.schema == "Sanction" for record in known.values()) == 2


def test_another_table_is_refused_and_not_recognised(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,address\nA,B\n")
    with pytest.raises(ListRefused, match="header"):
        list(il_nbctf.read(path, Reading()))
    assert not il_nbctf.recognise(path, b"name,address\n")
    assert il_nbctf.recognise(path, HEADER.encode("utf-8-sig"))


def test_a_table_without_rows_and_a_cut_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ListRefused, match="no wallet"):
        read(tmp_path)
    path = tmp_path / "cut.csv"
    path.write_text(HEADER + "ADAM SAMPLE,0000", encoding="utf-8")
    with pytest.raises(ListRefused, match="middle of a row"):
        list(il_nbctf.read(path, Reading()))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any_wallets.csv"
    path.write_bytes(HEADER.encode() + content)
    try:
        list(il_nbctf.read(path, Reading()))
    except ListRefused:
        return


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=7), max_size=6))
def test_any_rows_are_read_or_accounted_for(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    import csv

    path = tmp_path_factory.getbasetemp() / "rows_wallets.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(HEADER)
        csv.writer(stream).writerows(rows)
    try:
        list(il_nbctf.read(path, Reading()))
    except ListRefused:
        return
