"""Every payment message of the data folder says what a person reads in it: expectations written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dragoman.messages import iso20022, swift_mt
from dragoman.messages.parties import Message, Party

EXPECTATIONS = Path(__file__).parent / "expectations"
SHORT = {
    "swiftBic": "bic",
    "leiCode": "lei",
    "idNumber": "number",
    "taxNumber": "tax",
    "birthDate": "birth",
    "birthPlace": "birth_place",
    "birthCountry": "birth_country",
}


def expectations(name: str) -> dict[str, list[dict[str, Any]]]:
    text = (EXPECTATIONS / name).read_text(encoding="utf-8")
    plain: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return plain


ISO, MT = expectations("payments_iso20022.yaml"), expectations("payments_swift_mt.yaml")


def in_short(party: Party) -> dict[str, Any]:
    """A party in the words of the expectations; account numbers come from the accounts, not from the record."""
    parts: dict[str, list[str]] = {}
    for known in party.record.statements:
        if known.prop not in ("iban", "accountNumber"):
            parts.setdefault(SHORT.get(known.prop, known.prop), []).append(known.value)
    for account in party.accounts:
        kind = {"other": "account", "proxy": "proxy"}.get(account.kind, "iban" if account.valid else "bad_iban")
        parts.setdefault(kind, []).append(account.number)
    for fact in party.facts:
        if fact.kind == "clearing_member":
            parts.setdefault("clearing", []).append(fact.value)
    return {"role": party.role} | {
        key: values[0] if len(values) == 1 else sorted(values) for key, values in parts.items()
    }


def seen(message: Message) -> dict[str, Any]:
    return {
        "format": message.format,
        "id": message.id,
        "parties": [in_short(party) for party in message.parties],
        "amounts": [f"{amount.kind} {amount.value} {amount.currency}" for amount in message.amounts],
        "texts": [f"{text.kind}: {text.value}" for text in message.texts],
    }


def expected(wanted: dict[str, Any]) -> dict[str, Any]:
    parties = [
        {key: str(value) if key == "birth" else value for key, value in each.items()} for each in wanted["parties"]
    ]
    return wanted | {"parties": parties}


@pytest.mark.parametrize("name", sorted(ISO))
def test_an_iso_20022_message_yields_all_its_parties_with_role_account_and_amount(data: Path, name: str) -> None:
    source = data / "messages" / "payments" / name
    assert iso20022.recognise(source.read_bytes()[:65536])
    assert not swift_mt.recognise(source.read_bytes()[:65536])
    messages = list(iso20022.read(source))
    assert [seen(message) for message in messages] == [expected(wanted) for wanted in ISO[name]]
    assert not any(message.problems for message in messages)


@pytest.mark.parametrize("name", sorted(MT))
def test_a_swift_mt_message_yields_all_its_parties_with_role_account_and_amount(data: Path, name: str) -> None:
    source = data / "messages" / "payments" / name
    assert swift_mt.recognise(source.read_bytes()[:65536])
    assert not iso20022.recognise(source.read_bytes()[:65536])
    messages = list(swift_mt.read(source))
    assert [seen(message) for message in messages] == [expected(wanted) for wanted in MT[name]]
    assert not any(message.problems for message in messages)


def test_there_is_an_expectation_for_each_of_the_44_files(data: Path) -> None:
    files = {path.name for path in (data / "messages" / "payments").iterdir()} - {"MANIFEST.csv"}
    assert len(files) == 44
    assert files == ISO.keys() | MT.keys()


def test_every_party_and_every_statement_says_where_it_stands(data: Path) -> None:
    source = data / "messages" / "payments" / "cbpr_pacs008_p212_B_C.xml"
    (message,) = iso20022.read(source)
    (creditor,) = message.by_role("creditor")
    assert creditor.place == "cbpr_pacs008_p212_B_C.xml: FIToFICstmrCdtTrf/CdtTrfTxInf[1]/Cdtr"
    places = {known.prop: known.place for known in creditor.record.statements}
    assert places["name"] == f"{creditor.place}/Nm"
    assert places["accountNumber"] == f"{creditor.place}Acct/Id"


def test_free_text_is_kept_as_it_was_written_beside_what_was_made_of_it(data: Path) -> None:
    (message,) = swift_mt.read(data / "messages" / "payments" / "MT103_a_2014.txt")
    (creditor,) = message.by_role("creditor")
    assert [fact.value for fact in creditor.facts] == ["SHASHU LANXI SHANYE\nMACHINERY CO LTD\nMACHINERY CO LTD"]
