"""UPI payments: who pays whom, their banks, and their addresses."""

from __future__ import annotations

import io

import pytest

from dragoman.errors import QueryRefused
from dragoman.messages import upi
from dragoman.messages.parties import Message
from dragoman.messages.sources import recognise

PAYEE = (
    '<Payee addr="{0}@bank" name="{0}"><Ac addrType="ACCOUNT"><Detail name="ifsc" value="WXYZ0000001"/>'
    '<Detail name="ACNUM" value="98765"/></Ac><Amount value="10.50" curr="INR"/></Payee>'
)
PAYMENT = (
    '<?xml version="1.0"?><upi:ReqPay xmlns:upi="http://npci.org/upi/schema/"><Head ver="2.0" msgId="M1"/>'
    '<Txn id="T1" note="rent for may" custRef="77"/><Payer addr="ana@bank" name="Ana Roe" type="PERSON">'
    '<Info><Identity id="1" verifiedName="ANA MARIA ROE"/></Info><Ac addrType="MOBILE">'
    '<Detail name="MOBNUM" value="910000000001"/><Detail name="IFSC" value="ABCD0123456"/></Ac>'
    '<Amount value="21.00" curr="INR"/></Payer><Payees>{}</Payees></upi:ReqPay>'
)


def read(text: str) -> list[Message]:
    return list(upi.read(io.BytesIO(text.encode()), "pay.xml"))


def test_a_payment_gives_payer_payee_their_banks_addresses_and_amounts() -> None:
    (message,) = read(PAYMENT.format(PAYEE.format("shop")))
    assert (message.format, message.id) == ("UPI ReqPay", "T1")
    assert [party.role for party in message.parties] == ["debtor", "debtor_agent", "creditor", "creditor_agent"]
    payer, bank, payee, _ = message.parties
    assert payer.record.values("name") == ["Ana Roe", "ANA MARIA ROE"]
    assert payer.record.values("phone") == ["910000000001"]
    assert [(each.kind, each.number) for each in payer.accounts] == [("proxy", "ana@bank")]
    assert [(each.kind, each.value) for each in bank.facts] == [("clearing_member", "INFSC ABCD0123456")]
    assert [(each.kind, each.number) for each in payee.accounts] == [("proxy", "shop@bank"), ("other", "98765")]
    assert [(each.kind, each.value, each.currency) for each in message.amounts] == [
        ("instructed", "21.00", "INR"),
        ("transaction", "10.50", "INR"),
    ]
    assert [(each.kind, each.value) for each in message.texts] == [("remittance", "rent for may")]
    assert not message.problems


def test_each_payee_is_a_message_and_the_payer_is_the_same_in_all() -> None:
    first, second = read(PAYMENT.format(PAYEE.format("one") + PAYEE.format("two")))
    assert [each.by_role("creditor")[0].record.caption for each in (first, second)] == ["one", "two"]
    assert first.by_role("debtor")[0] is second.by_role("debtor")[0]


def test_it_is_recognised_by_its_content() -> None:
    assert recognise(PAYMENT.format("").encode()) == "upi"
    assert not upi.recognise(b"<Document><FIToFICstmrCdtTrf/></Document>")


def test_a_payee_of_whom_nothing_is_said_and_a_wrong_amount_are_told() -> None:
    (message,) = read(PAYMENT.format('<Payee><Amount value="ten"/></Payee>'))
    assert [each.expected for each in message.problems] == [
        "an amount such as 1250.00",
        "a name, an address or an account",
    ]


@pytest.mark.parametrize("text", ["", "<a/>", "<ReqPay><Payer", "<!DOCTYPE a [<!ENTITY e 'x'>]><ReqPay>&e;</ReqPay>"])
def test_what_is_no_payment_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read(text)
