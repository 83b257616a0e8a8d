"""How values are shown: scores, dates with their precision, sentences with foreign words in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.node.templatetags import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1971-03-04", "4 March 1971"),
        ("1971-03", "March 1971"),
        ("1957~", "about 1957"),
        ("1955/1960", "1955 to 1960"),
        ("1957-13", "13 1957"),
        ("n/k", "n to k"),
    ],
)
def test_dates_are_written_with_their_precision(value: str, text: str) -> None:
    assert shown.edtf(value) == text


@given(st.floats(0, 1))
def test_nothing_but_equality_is_shown_as_one(value: float) -> None:
    assert ("1.00" in shown.score(value)) == (value >= 1 - 1e-9)


@given(st.text())
def test_a_sentence_is_escaped_whatever_stands_in_it(text: str) -> None:
    found = str(shown.sentence(text))
    assert "<script" not in found.lower()
    assert found.count("<") == found.count("<bdi>") + found.count("</bdi>")


def test_quoted_foreign_words_do_not_turn_a_sentence_round() -> None:
    assert shown.sentence("“خالد” is the same.") == "“<bdi>خالد</bdi>” is the same."


def test_countries_and_schemata_are_named() -> None:
    assert shown.country("iq") == "Iraq"
    assert shown.country("zz-none") == "zz-none"
    assert shown.schema_label("PublicBody") == "Public body"
    assert shown.prop_label("birthDate") == "Birth date"
