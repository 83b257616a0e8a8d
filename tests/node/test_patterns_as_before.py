"""Expressions that once took time with the square of the text find the same as they did then, in any text.

Each is held against what it was, on texts made of the pieces that it looks for and of what stands around them.
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman.lists import _printed_names, eu_fsf
from dragoman.names import tokens

I, D = re.IGNORECASE, re.DOTALL  # noqa: E741  as in the tables below
#: By full name: what it was, its flags, what is done with it, and the pieces of the texts.
BEFORE: dict[str, tuple[str, int, str, str]] = {
    "messages.edifact._HEAD": (
        r"\s*(?:UNA(?P<service>.{0,12}?))?\s*UNB(?P<rest>.{0,400})", D, "match", "UNA|UNB|UN|:+.? '| |\n|\t|x",
    ),
    "messages.pnrgov_special._INFANT": (
        r"(?P<surname>[^/]+)/(?P<given>[^/]*?)\s*(?P<birth>\d{1,2}[A-Z]{3}\d{2,4})?\s*",
        0, "fullmatch of words", "DYE|/|ARCHER|15APR12|1JAN2012|APR| |7|\n",
    ),
    "model.printed_dates._RANGE_MIDDLE": (
        r"\s*(?:-|/|\b(?:to|until|till|à|au)\b)\s*", 0, "match", " |\t|-|/|to|until|à|au|x|,|1957",
    ),
    "model.printed_dates._BETWEEN_MIDDLE": (
        r"\s*(?:-|/|,?\s*\b(?:and|et|to|à|au)\b)\s*", 0, "match", " |\t|-|/|,|and|et|to|à|x|1957",
    ),
    "lists._eu_cells._LABELLED": (
        r"\b(KPP|OKPO|INN|OGRN|ИНН|КПП|ОГРН)\b[\s:.]*(?=\d)|\s+/\s+|/\s+(?=\d)|,\s+(?=[A-Z]{0,3}\d{4})|\s+and\s+(?=\d)",
        I, "split", "INN|кпп|:|.| |/|,|and|7|AB1234|x|\n",
    ),
    "lists._printed_names._SUFFIX": (r"\s+-\s+(sub-unit name)\s*$", I, "search", " |-|sub-unit name|Sub-Unit|x|\n"),
    "lists._printed_names._SLASH": (r"\s+/\s+", 0, "split", " |/|x|\t"),
    "lists._statements._QUALIFIER": (
        r"^(?:possibly|former|now)\s+|\s+(?:U?SSR|by birth)$", I, "sub", "possibly|former| |USSR|SSR|by birth|x|\n",
    ),
    "lists._un_births._BIRTH_ENDS": (
        r"[.,;]?\s*\b(?:P\.?OB|nationality|passport|in (?=[A-Z])|date of)|[;)(]|,\s*(?=[A-Z]|pass)",
        I, "split", ".|,|;| |POB|P.OB|passport|in |in|Xx|date of|)|(|7|pass",
    ),
    "lists.au_dfat._REFERENCE": (r"(\d+)\s*[a-zA-Z]{0,3}\s*\d{0,3}", 0, "fullmatch", "1|12|1234| |a|ab|\t|x"),
    "lists.au_dfat._FORMER": (
        r"\s*\((?:previously|formerly) listed as\b[.,]?\s*(?:in \w+:\s*([^)]+))?\)",
        I, "sub of words", " |(previously listed as|(formerly listed as|.|,| in Arabic:|in |Arabic|:|Ficta|)|(|x",
    ),
    "lists.au_dfat._NAME_NOTE": (
        r"\s*\(((?:birth|combat|maiden|code) name)\)", I, "sub", " |(|birth name|(combat name)|)|x|\t",
    ),
    "lists.au_dfat._LANGUAGE_NOTE": (
        r"\s*\((?:Tigrinya|Arabic|Persian|Pashto|Urdu|Cyrillic|Russian|Korean|Chinese)\)$",
        0, "sub", " |(|Arabic|(Persian)|)|x|\n",
    ),
    "lists.ca_sema._ACRONYM": (r"\s*\(([A-Z][A-Z.&]{1,9})\)", 0, "sub", " |(|AB|(A.B.)|)|x|\t|&"),
    "lists.il_nbctf._ORDER": (r"צ\.?\s*ת\.?\s*-?\s*(\d+/\d+)", 0, "fullmatch", "צ|ת|.| |-|12|/|7/15|\t"),
    "lists.in_mha._TAIL": (
        r"[,;.\s]*(?:\band\s+)?\ball its (?:manifestations|formations)\b.*$",
        I | D, "sub", ",|;|.| |and|all its manifestations|all its formations|all its |x|\n",
    ),
    "lists.in_mha._WING": (
        r",?\s*(?:\band|\balong with)\s+its\s+(\w+) wing,?\s*",
        I, "sub", ",| |and|along with|its|student| wing|wing|x| and its youth wing |\t",
    ),
    "lists.in_mha._BRACKETS": (r"\s*\(([^()]*)\)", 0, "sub", " |(|)|x|ab|\t|(c)"),
    "lists.in_mha._KNOWN_AS": (
        r",?\s*(?:generally |commonly |also )?(?:known as|called|a\.?k\.?a\.?)\s+",
        I, "split", ",| |also |generally |known as|called|aka|a.k.a.|x|known as |\t",
    ),
    "lists.ofac_remarks._DATES": (
        r",?\s*\b(?:(?:date of )?issued?|(?:date of )?expir(?:es|ed|y)|exp\.)\b\s*(?:on |date )?",
        I, "split", ",| |date of |issued|issue|expires|exp.|on |date |x|\t|7",
    ),
    "lists.ofac_remarks._COUNTRY": (r"\s*\(([^()]*)\)", 0, "sub", " |(|)|x|ab|\t|(c)"),
    "audit.events._SHAPES.act": (
        r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}", 0, "fullmatch", "desk|.|hit|a|7|_|A|-|\n",
    ),
}  # fmt: skip


def found(pattern: re.Pattern[str], how: str, text: str) -> Any:
    """Return all that an expression says of a text, done as its module does it: ``of words`` with blanks folded."""
    if how.endswith("of words"):
        how, text = how.removesuffix(" of words"), " ".join(text[:200].split())
    if how == "split":
        return pattern.split(text), pattern.findall(text)
    if how == "sub":
        return pattern.sub("_", text), [each.groups() for each in pattern.finditer(text)]
    match = getattr(pattern, how)(text)
    return match and (match.span(), match.groups(), match.groupdict())


def now(name: str) -> re.Pattern[str]:
    module, _, own = name.rpartition("._")
    if own == "SHAPES.act":
        return importlib.import_module(f"dragoman.{module}")._SHAPES["act"][0]  # type: ignore[no-any-return]
    return getattr(importlib.import_module(f"dragoman.{module}"), f"_{own}")  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", BEFORE)
def test_it_finds_what_it_found_before(name: str) -> None:
    former, flags, how, pieces = BEFORE[name]
    before, after = re.compile(former, flags), now(name)
    assert before.flags == after.flags
    assert before.groupindex == after.groupindex

    @given(st.lists(st.sampled_from(pieces.split("|")), max_size=14).map("".join))
    def holds(text: str) -> None:
        assert found(after, how, text) == found(before, how, text)

    holds()


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["model.printed_dates._RANGE_MIDDLE", "model.printed_dates._BETWEEN_MIDDLE"])
def test_it_finds_the_same_in_the_middle_of_a_text(name: str, place: int) -> None:
    former, flags, _, pieces = BEFORE[name]
    before, after = re.compile(former, flags), now(name)

    @given(st.lists(st.sampled_from(pieces.split("|")), max_size=10).map("".join))
    def holds(text: str) -> None:
        one, two = before.match(text, place), after.match(text, place)
        assert (one and one.span()) == (two and two.span())

    holds()


_TAIL = re.compile(r",?\s*\bborn (?:in |on )?(?=.*\d).*$", I | D)
_DOCUMENT_10 = re.compile(r"(?P<number>.*?)\s*\((?P<code>\w+)-(?P<type>[^()]*)\)\s*(?P<note>.*)", D)


@given(st.lists(st.sampled_from([",", " ", "born ", "Born", "in ", "on ", "7", "x", "\n"]), max_size=14).map("".join))
def test_the_birth_that_ends_a_name_begins_where_it_did(text: str) -> None:
    match = _TAIL.search(text)
    assert _printed_names._tail(text) == (match.start() if match else None)
    assert match is None or match[0] == text[match.start() :]


@given(
    st.lists(st.sampled_from(["(", ")", "-", "id", "passport", " ", "\n", "x", "7", "(id-National)"]), max_size=14).map(
        "".join
    )
)
def test_a_document_of_the_first_schema_is_parted_where_it_was(text: str) -> None:
    before, after = _DOCUMENT_10.fullmatch(text), eu_fsf._DOCUMENT_10.search(text)
    parts = after and (text[: after.start()].rstrip(), after["code"], after["type"], text[after.end() :].lstrip())
    assert (before and before.groups()) == parts


_FUSED_DIN = re.compile(r"(.{2,}?)[aeiou]+l?d[iy]ne?")


@given(
    st.text("aeioudlinyex\n", max_size=9)
    | st.lists(st.sampled_from(["nur", "salah", "u", "a", "ldin", "dyne", "ddin", "al"]), max_size=6).map("".join)
)
@example("aadin")
@example("aaadin")
@example("nuruldin")
def test_what_stands_before_a_fused_din_is_what_it_was(word: str) -> None:
    match = _FUSED_DIN.fullmatch(word)
    assert tokens._before_din(word) == (match[1] if match else None)


def test_a_word_of_vowels_alone_is_read_in_one_pass() -> None:
    assert tokens._before_din("a" * 200_000) is None
    assert tokens._before_din("b" + "a" * 200_000 + "din") == "ba"
