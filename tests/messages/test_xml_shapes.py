"""A document of a shape met before is read without parsing it, and nobody can tell the difference."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dragoman.errors import QueryRefused
from dragoman.messages import _xml_shapes, iso20022
from dragoman.messages._xml_shapes import Cut, Shape, Shapes, cut
from dragoman.messages.parties import Message

WIRE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- written by a program -->
<Envelope xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02">
 <h:AppHdr><h:Fr><h:FIId><h:FinInstnId><h:BICFI>AAAABB99</h:BICFI></h:FinInstnId></h:FIId></h:Fr></h:AppHdr>
 <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M1</MsgId></GrpHdr>
 <CdtTrfTxInf><PmtId><EndToEndId>E1</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="EUR">10.50</IntrBkSttlmAmt>
 <Dbtr><Nm>Müller &amp; Söhne</Nm><PstlAdr><Ctry>DE</Ctry><AdrLine>Gasse 1</AdrLine></PstlAdr></Dbtr>
 <DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><Cdtr><Nm/></Cdtr>
 <RmtInf><Ustrd>For the ship Coral Meridian</Ustrd></RmtInf></CdtTrfTxInf></FIToFICstmrCdtTrf></Document></Envelope>
""".encode()
#: What is put somewhere into a message: some of it harmless, most of it not.
PIECES = (
    *(
        b"&",
        b"<",
        b">",
        b"</Nm>",
        b"<Nm>",
        b"<Nm/>",
        b"]]>",
        b"<![CDATA[x]]>",
        b"<!-- x -->",
        b"<?x y?>",
        b"&amp;",
        b"&lt;b&gt;",
    ),
    *(
        b"&#65;",
        b"&amp;amp;",
        b"&quot;",
        b"&nbsp;",
        b"\x00",
        b"\x0b",
        b"\r\n",
        b"\xff",
        b"\xef\xbf\xbf",
        b"\xc2\xa0",
        b"words",
    ),
    *(b"--", b"'", b'"', b"=", b"/", b"><", b"<>", b"<!DOCTYPE x>", "لیلا".encode(), b" ", b""),
)


class Parsing(Shapes):
    """Shapes of which none is ever known."""

    def take(self, found: Cut) -> Shape | None:
        return None


def outcome(document: bytes, shapes: Shapes) -> tuple[list[Message], str]:
    read: list[Message] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(iso20022, "_shapes", lambda: shapes)
        try:
            read.extend(iso20022.read(io.BytesIO(document), "wire.xml"))
        except QueryRefused as refused:
            return read, str(refused)
    return read, ""


def knowing(document: bytes) -> Shapes:
    """Return shapes that have met a document twice."""
    shapes = Shapes(iso20022._shapes().tags)
    for _ in range(2):
        outcome(document, shapes)
    return shapes


@pytest.fixture
def no_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(etree, "fromstring", refuse)


def test_the_third_document_of_a_shape_is_not_parsed(request: pytest.FixtureRequest) -> None:
    shapes = knowing(WIRE)
    other = WIRE.replace(b"Gasse 1", b"Weg 2").replace(b"10.50", b"7").replace(b"Coral Meridian", "لیلا".encode())
    expected = outcome(other, Parsing(shapes.tags))
    request.getfixturevalue("no_parser")
    assert outcome(other, shapes) == expected
    (message,) = expected[0]
    assert message.amounts[0].value == "7"
    assert message.texts[0].value == "For the ship لیلا"
    assert message.by_role("debtor")[0].record.caption == "Müller & Söhne"


def test_real_payments_are_the_same_when_read_again(data: Path) -> None:
    known = 0
    for path in sorted((data / "messages" / "payments").glob("*.xml")):
        document = path.read_bytes()
        shapes = knowing(document)
        known += bool(shapes._kept)
        assert outcome(document, shapes) == outcome(document, Parsing(shapes.tags)), path.name
    assert known >= 14


@settings(max_examples=1000)
@given(st.lists(st.tuples(st.integers(0, len(WIRE)), st.integers(0, 3), st.sampled_from(PIECES)), max_size=3))
def test_a_document_that_was_changed_is_read_or_refused_as_if_it_were_parsed(
    changes: list[tuple[int, int, bytes]],
) -> None:
    changed = WIRE
    for place, length, piece in changes:
        changed = changed[:place] + piece + changed[place + length :]
    expected = outcome(changed, Parsing(KNOWING.tags))
    assert outcome(changed, KNOWING) == expected
    assert outcome(changed, knowing(changed)) == expected


KNOWING = knowing(WIRE)


@given(st.text(st.sampled_from("<>ab/ &;\n"), max_size=40))
def test_a_document_is_cut_as_a_regular_expression_would_cut_it(text: str) -> None:
    import re

    parts = re.split("<([^<>]*)>", text)
    tags, texts = _xml_shapes._parted(text)
    if any(bracket in part for part in parts for bracket in "<>"):
        assert tags is None
    else:
        assert (tags, texts) == (parts[1::2], parts[::2])


@pytest.mark.parametrize("odd", ['<a x="1>2">q</a>', "<a x='>'/>", "<!-- a > b -->", "<?x >?>", "<![CDATA[a>b]]>"])
def test_tags_that_hold_a_bracket_are_never_kept(odd: str) -> None:
    document = WIRE.replace(b"<GrpHdr>", b"<GrpHdr>" + odd.encode())
    assert not knowing(document)._kept


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-16", "windows-1251"])
def test_documents_in_another_encoding_are_parsed(encoding: str) -> None:
    text = WIRE.decode().replace("UTF-8", encoding).replace("ü", "e").replace("ö", "e")
    shapes = knowing(text.encode(encoding))
    assert not shapes._kept
    assert outcome(text.encode(encoding), shapes)[0][0].by_role("debtor")[0].record.caption == "Meller & Sehne"


def test_the_header_of_one_document_does_not_speak_for_the_next_of_its_shape() -> None:
    head, header, rest = WIRE.partition(b"<h:AppHdr>")
    header_, end, body = rest.partition(b"</h:AppHdr>")
    late = head + body.replace(b"</Envelope>", header + header_ + end + b"</Envelope>")
    shapes = knowing(late)
    read, _ = outcome(late * 3, shapes)
    assert [bool(message.by_role("sender")) for message in read] == [False] * 3
    assert read == outcome(late * 3, Parsing(shapes.tags))[0]


def test_two_readers_of_one_shape_do_not_see_each_others_texts() -> None:
    shapes = knowing(WIRE)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(iso20022, "_shapes", lambda: shapes)
        texts = [WIRE.replace(b"Gasse 1", f"Gasse {number}".encode()) for number in range(3)]
        readers: list[Iterator[Message]] = [iso20022.read(io.BytesIO(text), "wire.xml") for text in texts]
        first = [next(reader) for reader in readers]
        assert [each.by_role("debtor")[0].record.values("address") for each in first] == [
            ["Gasse 0"],
            ["Gasse 1"],
            ["Gasse 2"],
        ]
        assert len(shapes._kept) == 0
        del readers
    assert len(shapes._kept) == 1


def test_no_more_elements_are_kept_than_memory_is_meant_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_xml_shapes, "_MOST_ELEMENTS", 100)
    shapes = Shapes(iso20022._shapes().tags)
    for number in range(20):
        document = WIRE.replace(b"<GrpHdr>", b"<GrpHdr>" + b"<A>x</A>" * number)
        for _ in range(3):
            outcome(document, shapes)
        assert shapes._size == sum(shape.size for shape in shapes._kept.values()) <= 100
    newest = cut(document.strip())
    assert newest is not None
    assert newest.tags in shapes._kept
