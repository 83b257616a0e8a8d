"""Handling: the strictest wins, and nobody is not everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import MessageRefused
from dragoman.exchange.handling import Colour, Handling, combine
from dragoman.exchange.handling_words import words

some = st.frozensets(st.sampled_from(["a", "b", "c"]))


@st.composite
def handlings(draw: st.DrawFn) -> Handling:
    colour = draw(st.sampled_from(Colour))
    codes = draw(st.frozensets(st.sampled_from(["H0", "H1", "H2", "H3"])))
    return Handling(
        colour=colour,
        originators=draw(some),
        codes=codes,
        purposes=draw(st.none() | some),
        recipients=draw(some if colour is Colour.RED else st.none() | some),
        restrictions=("ask first",) if "H3" in codes else (),
        basis=tuple(sorted(draw(some))),
        keep_until=draw(st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1))),
        agreements=draw(some),
    )


@given(handlings(), handlings(), handlings())
def test_combining_takes_the_strictest_in_any_order(one: Handling, two: Handling, three: Handling) -> None:
    assert combine([one, two]) == combine([two, one])
    assert combine([combine([one, two]), three]) == combine([one, combine([two, three])])
    assert combine([one, one]) == one
    whole = combine([one, two])
    assert whole.colour >= one.colour
    assert whole.codes >= one.codes
    assert one.purposes is None or (whole.purposes is not None and whole.purposes <= one.purposes)
    assert one.recipients is None or (whole.recipients is not None and whole.recipients <= one.recipients)
    assert one.keep_until is None or (whole.keep_until is not None and whole.keep_until <= one.keep_until)


@given(handlings())
def test_a_handling_travels_unchanged(handling: Handling) -> None:
    assert Handling.from_json(handling.to_json()) == handling


def test_an_empty_group_is_nobody_and_stays_so_on_the_way() -> None:
    nobody = Handling(Colour.GREEN, frozenset({"a"}), recipients=frozenset())
    assert nobody.to_json()["recipients"] == []
    assert Handling.from_json(nobody.to_json()).recipients == frozenset()
    assert combine([nobody, Handling(Colour.GREEN, frozenset({"a"}))]).recipients == frozenset()


@pytest.mark.parametrize(
    "found",
    [None, [], {}, {"tlp": 3}, {"tlp": "PINK"}, {"tlp": "RED"}, {"tlp": "AMBER", "codes": ["H9"]},
     {"tlp": "AMBER", "codes": ["H3"]}, {"tlp": "AMBER", "restrictions": ["x"]}, {"tlp": "AMBER", "recipients": None},
     {"tlp": "AMBER", "recipients": "a"}, {"tlp": "AMBER", "purposes": [1]}, {"tlp": "AMBER", "keep_until": "soon"},
     {"tlp": "AMBER", "no_foreigners": True}],
)  # fmt: skip
def test_what_could_hide_a_restriction_is_refused(found: object) -> None:
    with pytest.raises(MessageRefused) as refused:
        Handling.from_json(found)
    assert refused.value.remedy


def test_colours_are_read_as_people_write_them() -> None:
    assert [Colour.read(text) for text in ("TLP:WHITE", "green", "tlp: amber+strict", "RED")] == [
        Colour.CLEAR, Colour.GREEN, Colour.AMBER_STRICT, Colour.RED,
    ]  # fmt: skip
    assert Colour.AMBER_STRICT.label == "TLP:AMBER+STRICT"
    assert [each.onward for each in Colour] == ["free", "free", "leave", "leave", "leave"]
    assert set(words().colours) == {each.word for each in Colour}


def test_what_is_kept_until_a_day_is_kept_through_that_day() -> None:
    handling = Handling(Colour.GREEN, frozenset({"a"}), keep_until=date(2026, 6, 1))
    assert handling.kept_at(datetime(2026, 6, 1, 23, 59, tzinfo=UTC))
    assert not handling.kept_at(datetime(2026, 6, 2, tzinfo=UTC))


def test_nothing_has_no_handling() -> None:
    with pytest.raises(MessageRefused):
        combine([])
