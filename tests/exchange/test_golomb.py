"""Golomb-coded sets: nothing lost, small, and damaged ones refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import MatchingRefused
from dragoman.exchange.golomb import GolombSet


@settings(max_examples=60, deadline=None)
@given(st.sets(st.binary(max_size=12), max_size=300), st.sampled_from([0.5, 1e-3, 1e-9, 1e-13]))
def test_every_element_is_found_after_writing_and_reading(values: set[bytes], rate: float) -> None:
    written = GolombSet.of(values, rate)
    read = GolombSet.read(written.content)
    assert read.span == written.span
    assert np.array_equal(read.positions, written.positions)
    assert read.contains(sorted(values)).all()


def test_an_element_takes_the_bits_that_the_rate_asks_and_a_little_more() -> None:
    values = [str(number).encode() for number in range(20_000)]
    for rate, bits in ((1e-3, 9.97), (1e-9, 29.9), (1e-13, 43.19)):
        assert len(GolombSet.of(values, rate).content) * 8 / len(values) < bits + 1.6


def test_false_positives_are_as_rare_as_asked() -> None:
    members = GolombSet.of([f"in {number}".encode() for number in range(5_000)], 0.01)
    strangers = members.contains([f"out {number}".encode() for number in range(20_000)])
    assert 120 < strangers.sum() < 290


def test_a_rate_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(MatchingRefused, match="63 bits"):
        GolombSet.of([b"a", b"b"], 1e-19)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200), st.integers(0, 255))
def test_hostile_bytes_are_refused_or_read_as_a_set(tail: bytes, place: int, octet: int) -> None:
    content = bytearray(GolombSet.of([bytes([number]) for number in range(30)], 1e-6).content)
    content[place % len(content)] = octet
    for hostile in (bytes(content), bytes(content[:29]) + tail, tail):
        try:
            read = GolombSet.read(hostile)
        except MatchingRefused:
            continue
        assert (np.diff(read.positions.astype(object)) > 0).all()


def test_an_empty_set_holds_nothing() -> None:
    empty = GolombSet.read(GolombSet.of([], 1e-9).content)
    assert not empty.contains([b"a"]).any()
