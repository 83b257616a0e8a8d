"""Payments that are made up, written and read: the same parties, accounts, amounts and texts come back."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.messages import iso20022, ivms101, swift_mt
from dragoman.messages._iso20022_table import table
from dragoman.messages.parties import Message

NAMES = st.from_regex(r"[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}", fullmatch=True)
NUMBERS = st.from_regex(r"[1-9][0-9]{5,13}", fullmatch=True)
AMOUNTS = st.tuples(st.integers(1, 10**9), st.integers(0, 99)).map(lambda parts: f"{parts[0]}.{parts[1]:02d}")
CURRENCIES = st.sampled_from(["EUR", "USD", "PEN", "JPY"])
BICS = st.from_regex(r"[A-Z]{4}(?:DE|PE|GB)[A-Z2-9]{2}(?:XXX)?", fullmatch=True)
BIRTHS = st.dates().filter(lambda day: day.year >= 1900).map(str)
QUICK = settings(max_examples=30)

#: Type, element of the message, path to one transaction, its amount, and the two parties with their roles.
ISO = [
    ("pacs.003", "FIToFICstmrDrctDbt", "DrctDbtTxInf", "IntrBkSttlmAmt", "settlement"),
    ("pacs.008", "FIToFICstmrCdtTrf", "CdtTrfTxInf", "IntrBkSttlmAmt", "settlement"),
    ("pacs.009", "FICdtTrf", "CdtTrfTxInf", "IntrBkSttlmAmt", "settlement"),
    ("pacs.004", "PmtRtr", "TxInf", "RtrdIntrBkSttlmAmt", "returned_settlement"),
    ("pain.001", "CstmrCdtTrfInitn", "PmtInf/CdtTrfTxInf", "Amt/InstdAmt", "instructed"),
    ("pain.008", "CstmrDrctDbtInitn", "PmtInf/DrctDbtTxInf", "InstdAmt", "instructed"),
    ("pain.013", "CdtrPmtActvtnReq", "PmtInf/CdtTrfTxInf", "Amt/InstdAmt", "instructed"),
    ("camt.052", "BkToCstmrAcctRpt", "Rpt/Ntry/NtryDtls/TxDtls", "Amt", "transaction"),
    ("camt.053", "BkToCstmrStmt", "Stmt/Ntry/NtryDtls/TxDtls", "Amt", "transaction"),
    ("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn/Ntry/NtryDtls/TxDtls", "Amt", "transaction"),
]


def wrapped(path: str, inside: str) -> str:
    for element in reversed(path.split("/")):
        inside = f"<{element}>{inside}</{element}>"
    return inside


def party(role: str, name: str, birth: str, number: str) -> str:
    person = wrapped("Id/PrvtId", f"<DtAndPlcOfBirth><BirthDt>{birth}</BirthDt></DtAndPlcOfBirth>"
                     f"<Othr><Id>{number}</Id><SchmeNm><Cd>CCPT</Cd></SchmeNm></Othr>")  # fmt: skip
    return f"<{role}><Nm>{name}</Nm>{person}</{role}><{role}Acct><Id><Othr><Id>{number}</Id></Othr></Id></{role}Acct>"


def known(message: Message, role: str) -> tuple[Any, ...]:
    (found,) = message.by_role(role)
    first = found.record.first
    return first("name"), first("birthDate"), first("passportNumber"), *(each.number for each in found.accounts)


def test_the_types_that_are_tried_are_those_of_the_table() -> None:
    assert {(kind, root) for kind, root, *_ in ISO} <= {(kind, root) for root, kind in table().messages.items()}


@pytest.mark.parametrize(("kind", "root", "path", "amount", "called"), ISO)
@given(st.lists(st.tuples(NAMES, NAMES, BIRTHS, NUMBERS, AMOUNTS, CURRENCIES), min_size=1, max_size=3),
       st.integers(1, 14))  # fmt: skip
@settings(max_examples=10)
def test_an_iso_20022_message_of_any_type_and_version_comes_back(
    kind: str, root: str, path: str, amount: str, called: str, rows: list[tuple[str, ...]], version: int
) -> None:
    *outer, transaction = path.split("/")
    inside = ""
    for one, two, birth, number, value, currency in rows:
        *levels, last = amount.split("/")
        money = f"<{last} Ccy='{currency}'>{value}</{last}>"
        parties = party("Dbtr", one, birth, number) + party("Cdtr", two, birth, number)
        if kind.startswith("camt"):
            parties = f"<RltdPties>{parties}</RltdPties>"
        inside += wrapped(transaction, (wrapped("/".join(levels), money) if levels else money) + parties)
    body = wrapped("/".join([root, *outer]), inside)
    text = f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}.001.{version:02d}'>{body}</Document>"
    messages = list(iso20022.read(io.BytesIO(text.encode()), "x"))
    assert [each.format for each in messages] == [f"{kind}.001.{version:02d}"] * len(rows)
    for message, (one, two, birth, number, value, currency) in zip(messages, rows, strict=True):
        assert known(message, "debtor") == (one, birth, number, number)
        assert known(message, "creditor") == (two, birth, number, number)
        assert [(each.kind, each.value, each.currency) for each in message.amounts] == [(called, value, currency)]
        assert not message.problems


def mt(kind: str, *fields: str) -> str:
    text = "\r\n".join(fields)
    return f"{{1:F01AAAADEFFAXXX0000000000}}{{2:I{kind}BBBBFRPPXXXXN}}{{4:\r\n{text}\r\n-}}"


def read_mt(text: str) -> list[Message]:
    return list(swift_mt.read(io.BytesIO(text.encode()), "x"))


@given(NAMES, NAMES, BIRTHS, NUMBERS, AMOUNTS, CURRENCIES)
@QUICK
def test_an_mt103_comes_back(one: str, two: str, birth: str, number: str, value: str, currency: str) -> None:
    debtor = f":50F:/{number}\r\n1/{one}\r\n3/PE/LIMA\r\n4/{birth.replace('-', '')}"
    creditor = f":59F:/{number}\r\n1/{two}\r\n3/GB/LEEDS"
    (message,) = read_mt(mt("103", ":20:R", f":32A:240501{currency}{value.replace('.', ',')}", debtor, creditor))
    assert known(message, "debtor") == (one, birth, None, number)
    assert known(message, "creditor") == (two, None, None, number)
    assert [(each.value, each.currency) for each in message.amounts] == [(value, currency)]
    assert not message.problems


@given(BICS, BICS, NAMES, NAMES, AMOUNTS)
@QUICK
def test_an_mt202_cover_comes_back(one: str, two: str, debtor: str, creditor: str, value: str) -> None:
    fields = (":20:R", ":21:S", f":32A:240501EUR{value.replace('.', ',')}", f":52A:{one}", f":58A:{two}")
    (message,) = read_mt(mt("202", *fields, f":50F:/1\r\n1/{debtor}", f":59F:/2\r\n1/{creditor}"))
    assert [message.by_role(role)[0].record.first("swiftBic") for role in ("debtor", "creditor")] == [one, two]
    assert message.by_role("underlying_debtor")[0].record.names == [debtor]
    assert message.by_role("underlying_creditor")[0].record.names == [creditor]
    assert [each.value for each in message.amounts] == [value]


@given(NAMES, st.lists(st.tuples(NAMES, NUMBERS, AMOUNTS), min_size=1, max_size=4))
@QUICK
def test_the_transactions_of_an_mt101_come_back(debtor: str, rows: list[tuple[str, str, str]]) -> None:
    fields = [":20:R", ":28D:1/1", f":50F:/1\r\n1/{debtor}", ":30:240501"]
    for number, (creditor, account, value) in enumerate(rows):
        fields += [
            f":21:T{number}",
            f":32B:EUR{value.replace('.', ',')}",
            f":59F:/{account}\r\n1/{creditor}",
            ":71A:SHA",
        ]
    messages = read_mt(mt("101", *fields))
    assert [known(each, "debtor")[0] for each in messages] == [debtor] * len(rows)
    assert [(*known(each, "creditor")[::3], each.amounts[0].value) for each in messages] == rows


@given(NAMES, NAMES, BIRTHS, NUMBERS)
@QUICK
def test_an_ivms101_transfer_comes_back(person: str, company: str, birth: str, number: str) -> None:
    given_name, family = person.split()
    identifier = {"primaryIdentifier": family, "secondaryIdentifier": given_name, "nameIdentifierType": "LEGL"}
    natural = {
        "name": {"nameIdentifier": [identifier]},
        "nationalIdentification": {"nationalIdentifier": number, "nationalIdentifierType": "CCPT"},
        "dateAndPlaceOfBirth": {"dateOfBirth": birth, "placeOfBirth": "Cusco"},
    }
    legal = {"name": {"nameIdentifier": [{"legalPersonName": company}]}}
    transfer = {
        "originator": {"originatorPersons": [{"naturalPerson": natural}], "accountNumber": [number]},
        "beneficiary": {"beneficiaryPersons": [{"legalPerson": legal}], "accountNumber": [number]},
    }
    (message,) = ivms101.read(io.BytesIO(orjson.dumps(transfer)), "x")
    assert known(message, "originator") == (person, birth, number, number)
    assert known(message, "beneficiary") == (company, None, None, number)


def test_a_status_report_tells_the_parties_of_the_payment_reported_on() -> None:
    inside = (
        "<OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>RJCT</TxSts><OrgnlTxRef><Dbtr><Nm>Ana Roe</Nm></Dbtr></OrgnlTxRef>"
    )
    body = wrapped("CstmrPmtStsRpt/OrgnlPmtInfAndSts/TxInfAndSts", inside)
    (message,) = iso20022.read(io.BytesIO(f"<Document>{body}</Document>".encode()), "x")
    assert message.format == "pain.002"
    assert [(each.role, each.record.names) for each in message.parties] == [("original_debtor", ["Ana Roe"])]
    assert {(each.kind, each.value) for each in message.references} == {
        ("original_end_to_end_id", "E1"),
        ("transaction_status", "RJCT"),
    }


@given(NAMES, BICS, NUMBERS, AMOUNTS)
@QUICK
def test_an_mt910_and_an_mt950_come_back(name: str, bic: str, number: str, value: str) -> None:
    written = value.replace(".", ",")
    (advice,) = read_mt(mt("910", ":20:R", ":21:S", f":25:{number}", f":32A:240501EUR{written}", f":50F:/1\r\n1/{name}",
                           f":52A:{bic}"))  # fmt: skip
    assert advice.by_role("debtor")[0].record.names == [name]
    assert advice.by_role("debtor_agent")[0].record.first("swiftBic") == bic
    (statement,) = read_mt(mt("950", ":20:R", f":25:{number}", ":28C:1/1", f":60F:C240501EUR{written}",
                              f":61:240501D{written}NTRFREF", f":62F:C240501EUR{written}"))  # fmt: skip
    for message in (advice, statement):
        assert [each.number for each in message.by_role("account_owner")[0].accounts] == [number]
        assert {each.value for each in message.amounts} == {value}
        assert not message.problems
