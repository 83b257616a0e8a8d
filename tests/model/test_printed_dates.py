"""Dates as lists print them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ValueRefused
from dragoman.model.dates import PartialDate
from dragoman.model.printed_dates import read_date, read_dates

SINGLE = {
    "1957": "1957",
    "10.3.1957": "1957-03-10",
    "10. 3. 1957": "1957-03-10",
    "10/03/1957": "1957-03-10",
    "10-03-1957": "1957-03-10",
    "00/00/1980": "1980",
    "00/03/1980": "1980-03",
    "03/1980": "1980-03",
    "12 Mar 1957": "1957-03-12",
    "12th March, 1957": "1957-03-12",
    "12-Mar-1957": "1957-03-12",
    "March 12, 1957": "1957-03-12",
    "Sept. 1957": "1957-09",
    "1er août 1957": "1957-08-01",
    "12 février 1957": "1957-02-12",
    "circa 1957": "1957~",
    "c. 1957": "1957~",
    "ca. March 1957": "1957-03~",
    "vers 1957": "1957~",
    "1957?": "1957~",
    "(probably) 1957": "1957~",
    "1957 (presumed)": "1957~",
    "28.01 1957": "1957-01-28",
    "1957 (approximative)": "1957~",
    "1958 - 1963 (approximative)": "1958/1963~",
    "approximately 1968": "1968~",
    "Approximately between 1955 and 1957": "1955/1957~",
    "between 1955 and 1957": "1955/1957",
    "entre 1955 et 1957": "1955/1957",
    "1955 to 1957": "1955/1957",
    "1955-1957": "1955/1957",
    "1955–57": "1955/1957",
    "1955/1957": "1955/1957",
    "1957-1955": "1955/1957",
    "01 Jan 1955 to 31 Dec 1957": "1955/1957",
    "1950s": "1950/1959",
    "the late 1950s": "1957/1959",
    "early 1950's": "1950/1953",
    "mid-1957": "1957-05/1957-08",
    "1957-03-10": "1957-03-10",
    "1957-03": "1957-03",
    "19570310": "1957-03-10",
    "2001-01-25-05:00": "2001-01-25",
    "2001-01-25Z": "2001-01-25",
    "2001-01-25T00:00:00+02:00": "2001-01-25",
    "1957-03-10 00:00:00": "1957-03-10",
    "DOB: 1957": "1957",
    "born in 1957": "1957",
    "١٩٥٧": "1957",
}


@pytest.mark.parametrize(("text", "expected"), SINGLE.items())
def test_a_printed_date_keeps_exactly_the_precision_it_has(text: str, expected: str) -> None:
    assert read_date(text) == [expected]


SEVERAL = {
    "(a) 1.2.1950, (b) 1951": ["1950-02-01", "1951"],
    "1) 01/02/1950 2) 00/00/1951": ["1950-02-01", "1951"],
    "1950; circa 1951": ["1950", "1951~"],
    "1950 or 1951": ["1950", "1951"],
    "1.2.1950, 3.4.1951": ["1950-02-01", "1951-04-03"],
    "(a) 1958 - 1963 (approximative); (b) 1964": ["1958/1963~", "1964"],
    "1950\n1950": ["1950"],
    "1951 (1952)": ["1951", "1952"],
    "1343 (Iranian Hijri calendar), 1964 or 1965 (Gregorian calendar)": ["1964", "1965"],
    "1.5.1970, in Kabul": ["1970-05-01"],
    "7.10.1952 POB: Leningrad": ["1952-10-07"],
    "3.5.1977 (15.4.1974 for another name)": ["1977-05-03"],
    "1960s-1970s (approx. 60 years old)": ["1960/1979"],
}


@pytest.mark.parametrize(("text", "expected"), SEVERAL.items())
def test_a_cell_may_hold_several_dates(text: str, expected: list[str]) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "31.2.1957",
        "aged 35 in 2003",
        "aged 35, in 2003",
        "before 1957",
        "1345",
        "12345",
        "0000",
        "1957abc",
        "13.13.1957",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueRefused):
        read_date(text)


def test_day_comes_first_unless_the_list_is_american_or_the_numbers_leave_no_choice() -> None:
    assert read_date("3/4/1957") == ["1957-04-03"]
    assert read_date("3/4/1957", month_first=True) == ["1957-03-04"]
    assert read_date("12/25/1957") == ["1957-12-25"]
    assert read_date("25/12/1957", month_first=True) == ["1957-12-25"]


def test_pieces_that_are_not_dates_are_told_beside_the_dates() -> None:
    assert read_dates("1957 (false passport); Kandahar") == (["1957"], ["false passport", "kandahar"])


@given(st.dates(min_value=date(1500, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_back_from_every_usual_print(day: date) -> None:
    expected = [day.isoformat()]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%Y%m%d"):
        assert read_date(day.strftime(form)) == expected
    assert read_date(day.strftime("%m/%d/%Y"), month_first=True) == expected


@given(st.dates(min_value=date(1500, 1, 1), max_value=date(2090, 1, 1)), st.integers(1, 3000), st.booleans())
def test_every_range_is_read_back(first: date, days: int, about: bool) -> None:
    wanted = PartialDate(first, first + timedelta(days), about)
    text = f"{'circa ' if about else ''}{wanted.first:%d/%m/%Y} to {wanted.last:%d/%m/%Y}"
    assert PartialDate.parse(read_date(text)[0]) == wanted


@given(st.text(max_size=200) | st.text("0123456789 ./-()abcirtos~?,;", max_size=60))
def test_any_text_gives_dates_that_parse_or_is_refused(text: str) -> None:
    try:
        found = read_date(text)
    except ValueRefused:
        return
    for value in found:
        assert str(PartialDate.parse(value)) == value
