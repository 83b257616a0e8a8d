"""EDIFACT as it is sent: what is forgiven, what is told, and that no segment is lost."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import QueryRefused
from dragoman.messages.edifact import Segment, find_separators, tokenize
from dragoman.messages.envelopes import envelopes
from dragoman.messages.parties import Problem

WHOLE = "UNB+UNOA:4+AIR+GOV+260301:0600+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'NAD+FL+++DOE:JANE'UNT+4+1'UNZ+1+1'"


def tokens(text: str | bytes) -> tuple[list[Segment], list[Problem]]:
    content = text if isinstance(text, bytes) else text.encode()
    found = list(tokenize(io.BytesIO(content)))
    return [each for each in found if isinstance(each, Segment)], [each for each in found if isinstance(each, Problem)]


def tags(text: str | bytes) -> list[str]:
    return [segment.tag for segment in tokens(text)[0]]


WHOLE_TAGS = ["UNB", "UNH", "BGM", "NAD", "UNT", "UNZ"]


@pytest.mark.parametrize(
    ("una", "separators"),
    [("UNA:+.? '", ":+'"), ("UNA:+.?*'", ":+'"), ("UNA:*.? $", ":*$"), ("UNA:-.? *", ":-*"), ("UNA|^.\\ ~", "|^~")],
)
def test_the_separators_of_una_are_used(una, separators):
    body = WHOLE.translate(str.maketrans(":+'", separators))
    found, problems = tokens(una + body)
    assert [segment.tag for segment in found] == WHOLE_TAGS
    assert found[3].get(3, 1) == "JANE"
    assert problems == []


@pytest.mark.parametrize("una", ["UNA:+\\*'", "UNA:+.\\*’ ", "UNA:+.?", "UNA*:.? $"])
def test_a_una_that_is_wrong_is_told_and_what_is_used_is_seen(una):
    found, problems = tokens(una + "\n" + WHOLE)
    assert [segment.tag for segment in found] == WHOLE_TAGS
    assert found[3].get(3, 1) == "JANE"
    assert problems[0].place == "offset 0"


def test_without_una_the_standard_separators_hold():
    found, problems = tokens(WHOLE)
    assert ([segment.tag for segment in found], problems) == (WHOLE_TAGS, [])
    assert (found[3].number, found[3].offset) == (4, WHOLE.index("NAD"))


def test_what_is_released_is_data():
    found, _ = tokens("UNB+UNOA:4+A?+B+C?:D?'??+1'")
    assert found[0].elements[1:] == [["A+B"], ["C:D'?"], ["1"]]


@pytest.mark.parametrize("wrap", ["\n", "\r\n", " ", "\n ", "\t"])
def test_line_feeds_and_blanks_between_segments_are_forgiven(wrap):
    text = WHOLE.replace("'", f"'{wrap}")
    found, problems = tokens(text)
    assert [segment.tag for segment in found] == WHOLE_TAGS
    assert bool(problems) == any(char in wrap for char in " \t")
    assert [text[each.offset : each.offset + 3] for each in found] == WHOLE_TAGS


def test_a_blank_after_a_tag_is_told_once():
    found, problems = tokens(WHOLE.replace("NAD+", "NAD +").replace("BGM+", "BGM +"))
    assert [segment.tag for segment in found] == WHOLE_TAGS
    assert [problem.found for problem in problems] == ["'BGM +745'", "2 of them"]


def test_lines_that_are_wrapped_inside_data_are_joined():
    found, _ = tokens(WHOLE.replace("DOE:JANE", "DO\r\nE:JA\nNE"))
    assert found[3].elements[3] == ["DOE", "JANE"]


@pytest.mark.parametrize("last", ["UNZ+1+1", "UNZ+1+1\n\n"])
def test_a_last_segment_without_terminator_is_kept_and_told(last):
    found, problems = tokens(WHOLE.removesuffix("UNZ+1+1'") + last)
    assert found[-1].tag == "UNZ"
    assert "the terminator ' at the end" in problems[0].expected


def test_text_after_the_end_is_told():
    found, problems = tokens(WHOLE + "\n13Nov09")
    assert [segment.tag for segment in found] == WHOLE_TAGS
    assert problems[0].found == "13Nov09"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ORG+1A:MUC+9+9TIF+KIM:I+KONG'", ["ORG", "TIF"]),
        ("RPI+1+HKIFT+4:19+GN FROM'", ["RPI", "IFT"]),
        ("SSR+DOCS:HK:1:SQ:::::/P/KR’\nTVL+270513:1640+ICN'", ["SSR", "TVL"]),
        ("TIF+LATIF+AHMED:A:1'", ["TIF"]),
        ("TIF+KUTIF+B:A'", ["TIF"]),
    ],
)
def test_a_lost_terminator_loses_no_segment_and_cuts_no_name(text, expected):
    found, problems = tokens("UNB+IATA:1+A+B'UNH+1+PNRGOV:11:1:IA'" + text)
    assert [segment.tag for segment in found[2:]] == expected
    assert len(problems) == len(expected) - 1


def test_several_interchanges_may_have_separators_of_their_own():
    other = "UNA:*.? $" + WHOLE.translate(str.maketrans("+'", "*$"))
    found, problems = tokens(WHOLE + "\n" + other)
    assert [segment.tag for segment in found] == WHOLE_TAGS * 2
    assert problems == []


def test_a_long_file_is_read_in_blocks():
    body = "NAD+FL+++DOÉ:JANE'" * 100_000
    found, problems = tokens("UNB+UNOA:4+A+B'UNH+1+PAXLST:D:02B'" + body)
    assert len(found) == 100_002
    assert all(segment.get(3) == "DOÉ" for segment in found[2:])
    assert found[-1].offset == 34 + 99_999 * len("NAD+FL+++DOÉ:JANE'")
    assert problems == []


@pytest.mark.parametrize(("syntax", "encoding"), [("UNOC", "latin-1"), ("UNOE", "iso8859-5"), ("UNOA", "utf-8")])
def test_text_is_decoded_as_unb_declares(syntax, encoding):
    name = "ИВАНОВ" if encoding == "iso8859-5" else "MÜLLER"
    found, _ = tokens(WHOLE.replace("UNOA", syntax).replace("DOE", name).encode(encoding))
    assert found[3].get(3) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WHOLE.replace("UNT+4", "UNT+9"), "9 segments, as UNT counts"),
        (WHOLE.replace("UNT+4+1", "UNT+4+2"), "the reference of UNH, 1"),
        (WHOLE.replace("UNT+4+1'", ""), "UNT at the end of the message"),
        (WHOLE.replace("UNT+4+1'UNZ+1+1'", ""), "UNT at the end of the message"),
        (WHOLE.replace("UNZ+1", "UNZ+3"), "3 messages or groups, as UNZ counts"),
        (WHOLE.replace("UNH+1+PAXLST:D:02B:UN:IATA'", ""), "UNH before the first segment of a message"),
    ],
)
def test_a_message_whose_frame_is_wrong_is_kept_and_told(text, expected):
    found = list(envelopes(io.BytesIO(text.encode())))
    assert len(found) == 1
    assert "NAD" in [segment.tag for segment in found[0].segments]
    assert expected in [problem.expected for problem in found[0].problems]


def test_two_messages_of_which_the_first_has_no_end_are_two():
    first = WHOLE.replace("UNT+4+1'UNZ+1+1'", "")
    second = WHOLE.partition("'")[2].replace("UNZ+1", "UNZ+2")
    found = list(envelopes(io.BytesIO((first + second).encode())))
    assert [len(each.segments) for each in found] == [2, 2]
    assert found[1].problems == []


plain = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n’", exclude_categories=("Cs", "Z", "C")), max_size=12
)


def _released(text: str) -> str:
    return "".join(f"?{char}" if char in "?:+'" else char for char in text)


@settings(max_examples=150)
@given(st.lists(st.lists(st.lists(plain, min_size=1, max_size=3), min_size=1, max_size=4), min_size=1, max_size=6))
def test_what_is_written_is_read_again(written):
    body = "".join(
        "ZZZ+" + "+".join(":".join(map(_released, parts)) for parts in elements) + "'" for elements in written
    )
    found, _ = tokens("UNB+UNOA:4+A+B'UNH+1+PAXLST:D:02B'" + body)
    assert [[[part.strip() for part in parts] for parts in each.elements] for each in found[2:]] == written


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=400), st.text("UNABHTZ+:'?*\n 1TIFNADSR’", max_size=300).map(str.encode)))
def test_no_letter_of_any_input_is_lost_in_silence(content):
    found, problems = tokens(content)
    assert found or problems or not content.strip(b"\r\n\t '\x0b\x0c\x1c\x1d\x1e\x1f\xef\xbb\xbf\x85\xa0")
    for each in envelopes(io.BytesIO(content)):
        assert each.segments or each.problems


@given(st.text(max_size=60))
def test_separators_are_found_in_anything(text):
    find_separators(text)
    find_separators("UNA" + text)
    find_separators(f"UNA{text}UNB+{text}UNH")


@pytest.mark.parametrize(
    "content",
    [b" " * 3_000_000, b"UNA" * 500_000, b"'" * 1_000_000, b"+" * 2_000_000, b"UNB+UNOA:4+A+B'" + b"A" * 3_000_000,
     b"UNB+UNOA:4+A+B'UNH+1+PNRGOV:1:1'SRC'TIF+A+B'SSR+INFT:HK:1:Z:::::A/" + b" " * 200_000 + b"/'",
     b"UNB+UNOA:4+A+B'" + b"?" * 1_000_001 + b"'", b"UNB+UNOA:4+A+B'" + b"\r\n " * 500_000 + b"NAD+FL'"],
    ids=["blanks", "UNA", "terminators", "elements", "no terminator", "a long text", "releases", "blank lines"],
)  # fmt: skip
def test_what_is_meant_to_exhaust_a_reader_is_read_at_once(content):
    assert sum(1 for _ in tokenize(io.BytesIO(content))) < 10
    from dragoman.messages.pnrgov import read

    with contextlib.suppress(QueryRefused):
        assert list(read(io.BytesIO(content), "x"))
