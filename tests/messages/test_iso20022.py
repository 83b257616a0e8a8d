"""ISO 20022 messages: any type, version, envelope and size; and what is not one is refused."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import QueryRefused
from dragoman.messages import iso20022
from dragoman.messages.parties import Message

TRANSFER = (
    "<CdtTrfTxInf><PmtId><EndToEndId>E{n}</EndToEndId></PmtId><IntrBkSttlmAmt Ccy='EUR'>{n}.50</IntrBkSttlmAmt>"
    "<Dbtr><Nm>Debtor {n}</Nm></Dbtr><Cdtr><Nm>Creditor {n}</Nm></Cdtr></CdtTrfTxInf>"
)


def read(text: str | bytes) -> list[Message]:
    return list(iso20022.read(io.BytesIO(text.encode() if isinstance(text, str) else text), "wire.xml"))


def pacs008(inside: str, version: str = "08") -> str:
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pacs.008.001.{version}'><FIToFICstmrCdtTrf>"
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr>{inside}</FIToFICstmrCdtTrf></Document>"
    )


def names(message: Message) -> dict[str, str]:
    return {party.role: party.record.caption for party in message.parties}


def test_each_transaction_of_a_message_is_a_message_and_shares_the_parties_of_its_batch() -> None:
    first, second = read(
        "<Document><CstmrDrctDbtInitn><GrpHdr><MsgId>M</MsgId><InitgPty><Nm>Init</Nm></InitgPty></GrpHdr>"
        "<PmtInf><PmtInfId>P</PmtInfId><Cdtr><Nm>Club</Nm></Cdtr><CdtrSchmeId><Id><PrvtId><Othr><Id>DE98ZZZ</Id></Othr>"
        "</PrvtId></Id></CdtrSchmeId>"
        "<DrctDbtTxInf><InstdAmt Ccy='EUR'>1</InstdAmt><Dbtr><Nm>One</Nm></Dbtr></DrctDbtTxInf>"
        "<DrctDbtTxInf><InstdAmt Ccy='EUR'>2</InstdAmt><Dbtr><Nm>Two</Nm></Dbtr></DrctDbtTxInf>"
        "</PmtInf></CstmrDrctDbtInitn></Document>"
    )
    assert first.format == "pain.008"
    assert names(first) == {
        "initiating_party": "Init",
        "creditor": "Club",
        "creditor_scheme": first.by_role("creditor_scheme")[0].record.id,
        "debtor": "One",
    }
    assert first.by_role("creditor_scheme")[0].record.values("idNumber") == ["DE98ZZZ"]
    assert names(second)["debtor"] == "Two"
    assert first.by_role("creditor")[0] is second.by_role("creditor")[0]
    assert second.place == "wire.xml: CstmrDrctDbtInitn/PmtInf[1]/DrctDbtTxInf[2]"


def test_a_batch_does_not_lend_its_parties_to_the_next() -> None:
    batch = "<PmtInf><Dbtr><Nm>{0}</Nm></Dbtr><CdtTrfTxInf><Cdtr><Nm>To {0}</Nm></Cdtr></CdtTrfTxInf></PmtInf>"
    text = f"<Document><CstmrCdtTrfInitn>{batch.format('A')}{batch.format('B')}</CstmrCdtTrfInitn></Document>"
    assert [names(each) for each in read(text)] == [
        {"debtor": "A", "creditor": "To A"},
        {"debtor": "B", "creditor": "To B"},
    ]


def test_a_party_after_the_transactions_is_not_lost() -> None:
    messages = read(
        pacs008(TRANSFER.format(n=1) + "<SplmtryData><Envlp><Pty><Nm>Late Party</Nm></Pty></Envlp></SplmtryData>")
    )
    assert [text.value for text in messages[-1].texts] == ["Late Party"]
    messages = read(pacs008(TRANSFER.format(n=1) + "<InitgPty><Nm>Late Party</Nm></InitgPty>"))
    assert names(messages[-1]) == {"initiating_party": "Late Party"}


def test_what_has_the_shape_of_a_party_is_one_whatever_it_is_called() -> None:
    (message,) = read(pacs008("<CdtTrfTxInf><NewThing><Hldr><Nm>Hidden Holder</Nm></Hldr></NewThing></CdtTrfTxInf>"))
    (party,) = message.parties
    assert (party.role, party.record.names) == ("other_party", ["Hidden Holder"])
    assert [(fact.kind, fact.value) for fact in party.facts] == [("element", "Hldr")]


NAMED = "<Pty><Nm>X Y</Nm></Pty>"
TYPES = [
    ("FIToFIPmtStsRpt", "pacs.002", "TxInfAndSts/OrgnlTxRef/Dbtr", "original_debtor"),
    ("FIToFICstmrDrctDbt", "pacs.003", "DrctDbtTxInf/UltmtCdtr", "ultimate_creditor"),
    ("CstmrPmtStsRpt", "pain.002", "OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Orgtr", "originator_of_reason"),
    ("CstmrDrctDbtInitn", "pain.008", "PmtInf/DrctDbtTxInf/UltmtDbtr", "ultimate_debtor"),
    ("CdtrPmtActvtnReq", "pain.013", "PmtInf/Dbtr", "debtor"),
    ("BkToCstmrAcctRpt", "camt.052", "Rpt/Acct/Ownr", "account_owner"),
    ("BkToCstmrStmt", "camt.053", "Stmt/Ntry/NtryDtls/TxDtls/RltdPties/UltmtCdtr", "ultimate_creditor"),
    ("BkToCstmrDbtCdtNtfctn", "camt.054", "Ntfctn/Ntry/NtryDtls/TxDtls/RltdPties/Cdtr", "creditor"),
    ("FIToFIPmtCxlReq", "camt.056", "Undrlyg/TxInf/OrgnlTxRef/Cdtr", "original_creditor"),
]


@pytest.mark.parametrize(("root", "kind", "path", "role"), TYPES)
def test_every_type_of_payment_message_gives_up_its_parties(root: str, kind: str, path: str, role: str) -> None:
    inside = NAMED
    for element in reversed(path.split("/")):
        inside = f"<{element}>{inside}</{element}>"
    (message,) = read(f"<Document><{root}>{inside}</{root}></Document>")
    assert message.format == kind
    assert [party.record.names for party in message.by_role(role)] == [["X Y"]]


@pytest.mark.parametrize("version", ["01", "02", "08", "10", "13", "27"])
def test_any_version_is_read_and_named(version: str) -> None:
    (message,) = read(pacs008(TRANSFER.format(n=7), version))
    assert message.format == f"pacs.008.001.{version}"
    assert names(message) == {"debtor": "Debtor 7", "creditor": "Creditor 7"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_encoding_that_the_document_declares_is_used(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?>" + pacs008(
        "<CdtTrfTxInf><Dbtr><Nm>Müller</Nm></Dbtr></CdtTrfTxInf>"
    )
    assert iso20022.recognise(text.encode(encoding))
    assert names(read(text.encode(encoding))[0]) == {"debtor": "Müller"}


def test_a_header_speaks_for_the_messages_of_its_envelope_only() -> None:
    header = (
        "<h:AppHdr xmlns:h='urn:iso:std:iso:20022:tech:xsd:head.001.001.02'><h:Fr><h:FIId><h:FinInstnId>"
        "<h:BICFI>AAAADEFFXXX</h:BICFI></h:FinInstnId></h:FIId></h:Fr></h:AppHdr>"
    )
    one, two = pacs008(TRANSFER.format(n=1)), pacs008(TRANSFER.format(n=2))
    messages = read(
        f"<x:File xmlns:x='urn:x'><Msg>{header}<Body>{one}</Body></Msg><Msg><Body>{two}</Body></Msg></x:File>"
    )
    assert [party.role for party in messages[0].parties] == ["sender", "debtor", "creditor"]
    assert messages[0].parties[0].record.values("swiftBic") == ["AAAADEFFXXX"]
    assert [party.role for party in messages[1].parties] == ["debtor", "creditor"]


@pytest.mark.parametrize("between", ["", "\n", "\r\n<?xml version='1.0'?>\n", "\n<!-- <Document> -->\n"])
def test_documents_one_after_the_other_in_one_file_are_all_read(between: str) -> None:
    text = between.join(pacs008(TRANSFER.format(n=n)) for n in (1, 2, 3))
    assert [names(message)["debtor"] for message in read(text)] == ["Debtor 1", "Debtor 2", "Debtor 3"]


@pytest.mark.parametrize("doubtful", ["<!-- </Document> -->", "<x><![CDATA[</Document>]]></x>", "<x><Document/></x>"])
def test_what_looks_like_the_end_of_a_document_and_is_not_does_not_end_it(doubtful: str) -> None:
    text = pacs008(doubtful + TRANSFER.format(n=1)) + pacs008(TRANSFER.format(n=2))
    assert [names(message)["debtor"] for message in read(text)] == ["Debtor 1", "Debtor 2"]


def test_parties_are_known_by_birth_documents_and_numbers() -> None:
    (message,) = read(
        pacs008(
            "<CdtTrfTxInf><Dbtr><Nm>Ana Roe</Nm><Id><PrvtId><DtAndPlcOfBirth><BirthDt>1970-05-01</BirthDt>"
            "<CityOfBirth>Lima</CityOfBirth><CtryOfBirth>PE</CtryOfBirth></DtAndPlcOfBirth>"
            "<Othr><Id>X1234567</Id><SchmeNm><Cd>CCPT</Cd></SchmeNm></Othr>"
            "<Othr><Id>778899</Id><SchmeNm><Cd>CUST</Cd></SchmeNm></Othr></PrvtId></Id>"
            "<CtctDtls><Nm>Her Clerk</Nm><EmailAdr>a@example.org</EmailAdr></CtctDtls></Dbtr>"
            "<DbtrAcct><Id><Othr><Id>0xde709f2102306220921060314715629080e2fb77</Id></Othr></Id></DbtrAcct></CdtTrfTxInf>"
        )
    )
    (debtor,) = message.by_role("debtor")
    record = debtor.record
    assert record.schema == "Person"
    assert record.values("birthDate", "birthPlace", "birthCountry") == ["1970-05-01", "Lima", "pe"]
    assert record.values("passportNumber", "email") == ["X1234567", "a@example.org"]
    assert record.values("publicKey") == ["0xde709f2102306220921060314715629080e2fb77"]
    assert [(fact.kind, fact.value) for fact in debtor.facts] == [("customer_id", "778899")]
    assert names(message)["debtor_contact"] == "Her Clerk"


def test_values_that_cannot_be_understood_are_problems_and_the_rest_is_read() -> None:
    (message,) = read(
        pacs008(
            "<CdtTrfTxInf><IntrBkSttlmAmt Ccy='EUR'>ten</IntrBkSttlmAmt><Dbtr><Nm>Ana Roe</Nm>"
            "<PstlAdr><Ctry>QQ</Ctry></PstlAdr><Id><PrvtId><DtAndPlcOfBirth><BirthDt>1970-13-01</BirthDt>"
            "</DtAndPlcOfBirth></PrvtId></Id></Dbtr></CdtTrfTxInf>"
        )
    )
    assert [problem.found for problem in message.problems] == ["ten", "QQ", "1970-13-01"]
    assert names(message) == {"debtor": "Ana Roe"}


def test_a_message_that_ends_early_yields_its_parties_and_is_refused_with_the_place() -> None:
    whole = pacs008(TRANSFER.format(n=1) + TRANSFER.format(n=2))
    cut = whole[: whole.index("Creditor 2") + 4]
    read_before: list[Message] = []
    with pytest.raises(QueryRefused, match=r"wire\.xml, line 1: expected well-formed XML, found .*; 2 messages were"):
        read_before.extend(iso20022.read(io.BytesIO(cut.encode()), "wire.xml"))
    assert [names(message)["debtor"] for message in read_before] == ["Debtor 1", "Debtor 2"]
    assert [message.problems[0].expected for message in read_before] == ["well-formed XML"] * 2


LAUGHS = "<!DOCTYPE a [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY a{n} '&a{n - 1 or ''};&a{n - 1 or ''};&a{n - 1 or ''};'>" for n in range(1, 30)
)


@pytest.mark.parametrize(
    "text",
    [
        f"{LAUGHS}]>{pacs008('<CdtTrfTxInf><Dbtr><Nm>&a29;</Nm></Dbtr></CdtTrfTxInf>')}",
        f"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'>{pacs008(TRANSFER.format(n=1))}",
        f"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{pacs008('<CdtTrfTxInf><Dbtr><Nm>&e;</Nm></Dbtr></CdtTrfTxInf>')}",
        pacs008("<CdtTrfTxInf>" + "<x>" * 5000 + "</x>" * 5000 + "</CdtTrfTxInf>"),
        pacs008("<CdtTrfTxInf>" + "<Dbtr>" + "<Pty>" * 150 + "</Pty>" * 150 + "</Dbtr>" + "</CdtTrfTxInf>"),
        pacs008("<CdtTrfTxInf>" + "<x>" * 120 + "</x>" * 120 + "</CdtTrfTxInf>"),
        "<Document><Other/></Document>",
        "<html><body>no message</body></html>",
        "",
        "not XML",
        "<",
        "<!--",
    ],
)
def test_bombs_and_other_things_are_refused(text: str) -> None:
    with pytest.raises(QueryRefused):
        read(text)


class Endless(io.RawIOBase):
    """A message of very many transactions, made as it is read."""

    def __init__(self, transfers: int) -> None:
        self._parts = self._made(transfers)
        self._left = b""

    def _made(self, transfers: int) -> Iterator[bytes]:
        start, end = pacs008("|").split("|")
        yield start.encode()
        for number in range(transfers):
            yield TRANSFER.format(n=number).encode()
        yield end.encode()

    def read(self, size: int = -1) -> bytes:
        while len(self._left) < size and (part := next(self._parts, b"")):
            self._left += part
        chunk, self._left = self._left[:size], self._left[size:]
        return chunk


def test_a_message_of_any_number_of_transactions_is_read_in_constant_memory() -> None:
    tracemalloc.start()
    count = 0
    try:
        for message in iso20022.read(Endless(12_000), "big.xml"):  # type: ignore[arg-type]
            assert names(message) == {"debtor": f"Debtor {count}", "creditor": f"Creditor {count}"}
            count += 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 12_000
    assert peak < 8 << 20


WORDS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z", "C")), min_size=1, max_size=20
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.lists(st.tuples(WORDS, WORDS, st.integers(0, 10**9)), min_size=1, max_size=5), st.booleans())
@settings(max_examples=60)
def test_what_was_written_into_a_message_is_read_from_it(rows: list[tuple[str, str, int]], together: bool) -> None:
    transfers = [
        f"<CdtTrfTxInf><IntrBkSttlmAmt Ccy='XXX'>{amount}</IntrBkSttlmAmt><Dbtr><Nm>x{escaped(one)}</Nm></Dbtr>"
        f"<Cdtr><Nm>x{escaped(two)}</Nm></Cdtr></CdtTrfTxInf>"
        for one, two, amount in rows
    ]
    text = pacs008("".join(transfers)) if together else "\n".join(map(pacs008, transfers))
    messages = read(text)
    assert [(names(each)["debtor"], names(each)["creditor"], each.amounts[0].value) for each in messages] == [
        (f"x{one}", f"x{two}", str(amount)) for one, two, amount in rows
    ]


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_random_bytes_are_refused_and_nothing_else_happens(noise: bytes) -> None:
    iso20022.recognise(noise)
    with pytest.raises(QueryRefused):
        read(noise)


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_message_is_read_or_refused(data: st.DataObject) -> None:
    whole = pacs008(TRANSFER.format(n=1) + TRANSFER.format(n=2)).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    with suppress(QueryRefused):
        assert read(damaged)
