"""Canonical JSON: one value, one text."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import MessageRefused
from dragoman.exchange.canonical import GREATEST, canonical, digest, read_json

# RFC 8785, appendix B: the bits of a number, and how it is written.
NUMBERS = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-GREATEST, GREATEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(("bits", "text"), [line.split() for line in NUMBERS.split("\n") if line])
def test_numbers_are_written_as_the_rfc_writes_them(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text.encode()


def test_the_example_of_the_rfc() -> None:
    source = (
        b'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        b'"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
    )
    assert canonical(read_json(source)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_stand_in_the_order_of_their_utf_16_units() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\xf6"]
    assert list(json.loads(canonical(dict.fromkeys(keys)))) == [
        "\r",
        "1",
        "\x80",
        "\xf6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


@given(VALUES)
def test_what_is_written_reads_back_as_the_same_value_and_is_written_the_same(value: object) -> None:
    written = canonical(value) if not _surrogate(value) else b"null"
    assert canonical(read_json(written)) == written
    if not _surrogate(value):
        assert read_json(written) == value


def _surrogate(value: object) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in str(value)) or "\\ud" in repr(value)


@pytest.mark.parametrize(
    "source",
    [b'{"a":1,"a":2}', b"NaN", b"-Infinity", b"[1e999]", b"9007199254740993", b"\xff", b"{", b"[" * 100 + b"]" * 100,
     b"[" * 100_000, b"1" * 5000, b'"' + b"x" * 2000],
)  # fmt: skip
def test_what_two_readers_may_understand_differently_is_refused(source: bytes) -> None:
    with pytest.raises(MessageRefused) as refused:
        read_json(source, size=1000 if source.startswith(b'"') else 200_000)
    assert refused.value.remedy


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, "\ud800", float("nan"), 2**53 + 1, 10**400, b"x"])
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises(MessageRefused):
        canonical(value)


def test_a_digest_says_how_it_was_made() -> None:
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1.0})
    assert digest({}).startswith("sha-256:44136fa3")
