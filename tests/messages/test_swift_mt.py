"""SWIFT MT messages: blocks, options, sequences and free text; broken ones cost no other."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import QueryRefused
from dragoman.messages import swift_mt
from dragoman.messages.parties import Message, Party

OUTGOING = (
    "{{1:F01AAAADEFFAXXX0000000000}}{{2:I{kind}BBBBFRPPXXXXN}}{block3}{{4:\r\n{text}\r\n-}}{{5:{{CHK:123456789ABC}}}}"
)

GOOD_IBAN = "DE89370400440532013000"


def mt(kind: str, *fields: str, block3: str = "") -> str:
    return OUTGOING.format(kind=kind, text="\r\n".join(fields), block3=block3)


def read(text: str | bytes) -> list[Message]:
    return list(swift_mt.read(io.BytesIO(text.encode() if isinstance(text, str) else text), "wire.fin"))


def party(kind: str, field: str, role: str) -> Party:
    (message,) = read(mt(kind, ":20:R", field.replace("\n", "\r\n")))
    (found,) = message.by_role(role)
    return found


def known(found: Party) -> dict[str, Any]:
    parts: dict[str, list[str]] = {}
    for each in found.record.statements:
        parts.setdefault(each.prop, []).append(each.value)
    return {prop: values[0] if len(values) == 1 else values for prop, values in parts.items()}


def test_option_f_gives_name_address_country_birth_and_documents() -> None:
    debtor = party(
        "103",
        ":50F:CCPT/PE/X1234567\n1/ROE ANA\n1/MARIA\n2/AV LARCO 1\n3/PE/LIMA\n4/19700501\n5/PE/CUSCO\n"
        "6/PE/BANCO UNO/778899\n7/PE/44556677",
        "debtor",
    )
    assert debtor.record.schema == "Person"
    assert known(debtor) == {
        "passportNumber": "X1234567",
        "name": "ROE ANA MARIA",
        "country": "pe",
        "address": "AV LARCO 1, LIMA",
        "birthDate": "1970-05-01",
        "birthCountry": "pe",
        "birthPlace": "CUSCO",
        "idNumber": "44556677",
    }
    assert [(fact.kind, fact.value) for fact in debtor.facts] == [("customer_id", "778899")]


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (":59:/123456789\nROE TRADING LLC\nP.O. BOX 5\nDUBAI\nUNITED ARAB EMIRATES", ("ROE TRADING LLC", "ae")),
        (":59:ANA ROE\n12 HIGH STREET\nLONDON, UK", ("ANA ROE", "gb")),
        (":59:ANA ROE\nHIGH STREET\nGB", ("ANA ROE", "gb")),
        (":59:ANA ROE\nGALLE RD COLOMBO 03 SL", ("ANA ROE", None)),
        (":59:ANA ROE\nSUNSET BLVD 1\nLOS ANGELES, CA", ("ANA ROE", None)),
        (":59:A NAME THAT FILLS THE WHOLE LINE OF\nTEXT\nROAD 1", ("A NAME THAT FILLS THE WHOLE LINE OF TEXT", None)),
        (":59:ROE\nAND SONS LTD\nTOWN ON SEA", ("ROE AND SONS LTD", None)),
    ],
)  # fmt: skip
def test_free_text_is_taken_apart_into_name_address_and_country(field: str, wanted: tuple[str, str | None]) -> None:
    creditor = party("103", field, "creditor")
    assert (creditor.record.first("name"), creditor.record.first("country")) == wanted


def test_a_second_line_that_may_be_name_or_address_is_screened_as_both() -> None:
    creditor = party("103", ":59:MOHAMMAD ALI\nHASSAN TIKRITI\nBAGHDAD\nIRAQ", "creditor")
    assert creditor.record.names == ["MOHAMMAD ALI", "MOHAMMAD ALI HASSAN TIKRITI"]
    assert creditor.record.values("address") == ["HASSAN TIKRITI, BAGHDAD, IRAQ"]
    assert [fact.value for fact in creditor.facts] == ["MOHAMMAD ALI\nHASSAN TIKRITI\nBAGHDAD\nIRAQ"]


@pytest.mark.parametrize(
    ("field", "role", "wanted"),
    [
        (":50A:/DE89370400440532013000\nAAAADEFF", "debtor", {"iban": GOOD_IBAN, "swiftBic": "AAAADEFF"}),
        (":50K:/12 34 56-7\nANA ROE", "debtor", {"accountNumber": "12 34 56-7", "name": "ANA ROE"}),
        (":52D://FW021000089\nBANK OF ROE", "debtor_agent", {"name": "BANK OF ROE"}),
        (":53B:/C/12345\nLONDON", "instructing_reimbursement_agent", {"accountNumber": "12345", "address": "LONDON"}),
        (":54A:CCCCGB2L", "instructed_reimbursement_agent", {"swiftBic": "CCCCGB2L"}),
        (":55A:CCCCGB2L", "third_reimbursement_agent", {"swiftBic": "CCCCGB2L"}),
        (":56C://SC123456", "intermediary_agent_1", {}),
        (":59A:/12345\nAAAADEFF123", "creditor", {"accountNumber": "12345", "swiftBic": "AAAADEFF123"}),
    ],
)  # fmt: skip
def test_each_option_of_a_party_field_is_read(field: str, role: str, wanted: dict[str, str]) -> None:
    found = party("103", field, role)
    assert known(found) == wanted
    if "//" in field:
        assert [(fact.kind, fact.value) for fact in found.facts] == [
            ("clearing_member", field.partition("//")[2].split("\n")[0])
        ]


@pytest.mark.parametrize(
    ("number", "kind", "valid"),
    [
        ("DE89370400440532013000", "iban", True),
        ("DE89 3704 0044 0532 0130 00", "iban", True),
        ("DE89370400440532013001", "iban", False),
        ("DE8937040044053201300", "other", None),
        ("0xde709f2102306220921060314715629080e2fb77", "wallet", None),
    ],
)
def test_the_check_digits_of_an_iban_are_verified(number: str, kind: str, valid: bool | None) -> None:
    (account,) = party("103", f":50K:/{number}\nANA ROE", "debtor").accounts
    assert (account.kind, account.valid) == (kind, valid)


@pytest.mark.parametrize("variant", ["STP", "REMIT"])
def test_the_variant_of_an_mt103_is_named(variant: str) -> None:
    (message,) = read(mt("103", ":20:R", ":77T:/UEDI/invoice of ANA ROE", block3=f"{{3:{{119:{variant}}}}}"))
    assert message.format == f"MT103{variant}"
    assert [(text.kind, text.value) for text in message.texts] == [("remittance", "/UEDI/invoice of ANA ROE")]


def test_each_transaction_of_an_mt101_is_a_message_and_shares_its_parties() -> None:
    first, second = read(
        mt("101", ":20:R", ":28D:1/1", ":50L:THE HOLDING", ":50H:/1234567\r\nANA ROE", ":30:240501",
           ":21:T1", ":32B:EUR1,", ":59:ONE LTD", ":71A:SHA", ":21:T2", ":32B:EUR2,5", ":59:TWO LTD", ":71A:SHA")
    )  # fmt: skip
    assert [each.record.caption for each in first.parties[2:]] == ["THE HOLDING", "ANA ROE", "ONE LTD"]
    assert [each.role for each in second.parties[2:]] == ["initiating_party", "debtor", "creditor"]
    assert first.by_role("debtor")[0] is second.by_role("debtor")[0]
    assert [amount.value for amount in second.amounts] == ["2.5"]
    assert ("transaction_id", "T2") in [(each.kind, each.value) for each in second.references]


def test_an_mt101_that_ends_before_its_first_transaction_gives_the_parties_that_stand_there() -> None:
    (message,) = read(mt("101", ":20:ORDERS-1", ":50H:/123456\r\nJANE ROE"))
    assert [found.record.first("name") for found in message.by_role("debtor")] == ["JANE ROE"]


def test_an_advice_and_a_statement_give_up_their_parties() -> None:
    (advice,) = read(
        mt("910", ":20:R", ":21:S", ":25P:12345678\r\nAAAADEFFXXX", ":32A:240501EUR7,", ":50K:ANA ROE", ":52A:CCCCGB2L")
    )
    assert [(each.role, each.record.caption) for each in advice.parties[2:]] == [
        ("account_owner", advice.parties[2].record.id),
        ("account_servicer", advice.parties[3].record.id),
        ("debtor", "ANA ROE"),
        ("debtor_agent", advice.parties[5].record.id),
    ]
    (statement,) = read(mt("950", ":20:R", ":25:12345678", ":28C:1/1", ":60F:C240501EUR7,",
                           ":61:2405010501RD5,25NTRFREF1//BANKREF\r\nANA ROE LIMA", ":62F:C240501EUR1,75"))  # fmt: skip
    assert [(each.kind, each.value) for each in statement.amounts] == [
        ("balance", "7"),
        ("entry", "5.25"),
        ("balance", "1.75"),
    ]
    assert [each.value for each in statement.texts] == ["ANA ROE LIMA"]
    assert [each.value for each in statement.references] == ["R", "REF1", "BANKREF"]


def test_a_text_without_header_is_known_by_its_fields() -> None:
    statement = ":20:A\r\n:25:12345678\r\n:60F:C240501EUR7,\r\n:62F:C240501EUR7,\r\n-\r\n"
    text = statement + ":20:B\r\n:32A:240501EUR1,\r\n:50K:ANA ROE\r\n:59:ONE LTD\r\n-\r\n"
    assert swift_mt.recognise(text.encode())
    assert [(message.format, message.id, len(message.problems)) for message in read(text)] == [
        ("MT940", "A", 0),
        ("MT103", "B", 0),
    ]


@pytest.mark.parametrize("between", ["", "\r\n", "$", "\n$\n", "\x03\x01"])
def test_messages_one_after_the_other_are_all_read(between: str) -> None:
    text = between.join(mt("103", f":20:R{n}", f":59:NAME {n}") for n in range(2000))
    assert [message.id for message in read(text)] == [f"R{n}" for n in range(2000)]


def test_an_acknowledgement_before_a_message_is_no_message() -> None:
    ack = "{1:F21AAAADEFFAXXX0000000000}{4:{177:2405011200}{451:0}}"
    assert [message.id for message in read(ack + mt("103", ":20:R"))] == ["R"]


def test_a_broken_message_is_read_as_far_as_it_goes_and_the_others_whole() -> None:
    whole = mt("103", ":20:A", ":50K:ANA ROE", ":59:ONE LTD\r\nLIMA")
    cut = whole[: whole.index("LTD")]
    first, second, third = read(whole + "\n" + cut + "\n" + mt("103", ":20:C", ":50A:not a bic", ":ZZ", ":99X:what"))
    assert not first.problems
    assert [each.record.caption for each in second.parties[2:]] == ["ANA ROE", "ONE"]
    assert [problem.expected for problem in second.problems] == ["the end of the message, -}"]
    assert second.place == "wire.fin, message 2"
    assert [problem.found for problem in third.problems] == ["not a bic", ":ZZ", "what"]
    assert third.by_role("debtor")[0].record.names == ["not a bic", ":ZZ"]


def test_a_type_that_is_not_in_the_table_is_read_and_says_so() -> None:
    (message,) = read(mt("199", ":20:R", ":79:ABOUT ANA ROE"))
    assert [problem.found for problem in message.problems] == ["MT199"]
    assert [text.value for text in message.texts] == ["ABOUT ANA ROE"]


@pytest.mark.parametrize("text", ["", " ", "no message", "<Document/>", "{2:I103}", "{1:" + "A" * (2 << 20)])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read(text)


LINE = st.text(
    alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '(),.+?", min_size=1, max_size=33
)
NAME = LINE.map(lambda line: "N" + " ".join(line.split()))
AMOUNT = st.integers(1, 10**9).flatmap(lambda whole: st.sampled_from([f"{whole},", f"{whole},5", f"{whole},07"]))


@given(st.lists(st.tuples(NAME, NAME, st.from_regex(r"[0-9]{5,20}", fullmatch=True), AMOUNT), min_size=1, max_size=4))
@settings(max_examples=80)
def test_what_was_written_into_messages_is_read_from_them(rows: list[tuple[str, str, str, str]]) -> None:
    text = ""
    for n, (debtor, creditor, account, amount) in enumerate(rows):
        parties = (f":50F:/{account}\r\n1/{debtor}\r\n3/PE/LIMA", f":59:/{account}\r\n{creditor}")
        text += mt("103", f":20:R{n}", f":32A:240501EUR{amount}", *parties) + "\n"
    for message, (debtor, creditor, account, amount) in zip(read(text), rows, strict=True):
        assert message.by_role("debtor")[0].record.values("name", "country") == [debtor, "pe"]
        assert message.by_role("creditor")[0].record.first("name") == creditor
        assert [each.number for found in message.parties for each in found.accounts] == [account, account]
        assert message.amounts[0].value == amount.replace(",", ".").rstrip(".")
        assert not message.problems


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"{1:", b"{1:F01AAAADEFFAXXX0000000000}{2:I103BBBBFRPPXXXXN}{4:\n:20:", b":20:x\n:"]),
)
@settings(max_examples=200)
def test_random_bytes_are_read_or_refused_and_nothing_else_happens(noise: bytes, start: bytes) -> None:
    swift_mt.recognise(start + noise)
    with suppress(QueryRefused):
        assert read(start + noise)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_message_is_read_or_refused(data: st.DataObject) -> None:
    whole = mt("103", ":20:A", ":32A:240501EUR1,", ":50F:/1\r\n1/ANA ROE\r\n3/PE/LIMA", ":59:ONE LTD\r\nLIMA").encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    with suppress(QueryRefused):
        assert read(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:])
