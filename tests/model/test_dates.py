"""Dates with precision: what is known of a day, and no more."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ValueRefused
from dragoman.model.dates import APPROXIMATE_DAYS, PartialDate


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1957-03-10", date(1957, 3, 10), date(1957, 3, 10)),
        ("1957-02", date(1957, 2, 1), date(1957, 2, 28)),
        ("1957", date(1957, 1, 1), date(1957, 12, 31)),
        ("1955/1960", date(1955, 1, 1), date(1960, 12, 31)),
        ("1955-03/1955-04-02", date(1955, 3, 1), date(1955, 4, 2)),
    ],
)
def test_a_date_leaves_open_the_days_that_it_does_not_exclude(text: str, first: date, last: date) -> None:
    assert PartialDate.parse(text) == PartialDate(first, last)


def test_about_a_year_reaches_two_years_to_either_side() -> None:
    exact, about = PartialDate.parse("1957"), PartialDate.parse("1957~")
    assert about.approximate
    assert about.reach == (exact.reach[0] - APPROXIMATE_DAYS, exact.reach[1] + APPROXIMATE_DAYS)


@given(st.dates(), st.dates(), st.booleans())
def test_writing_and_parsing_give_back_the_date(one: date, other: date, approximate: bool) -> None:
    written = PartialDate(min(one, other), max(one, other), approximate)
    assert PartialDate.parse(str(written)) == written


@pytest.mark.parametrize("text", ["", "57", "1957-13", "1957-02-30", "10.3.1957", "1960/1955", "circa 1957", "0000"])
def test_anything_else_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        PartialDate.parse(text)
    assert refused.value.remedy


@given(st.text())
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    with suppress(ValueRefused):
        PartialDate.parse(text)
