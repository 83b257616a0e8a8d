"""Bytes from partners have one spelling; what is anything else is refused with a remedy."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import MatchingRefused, MessageRefused
from dragoman.node.partners.octets import octets_of, read_octets


@given(st.binary(max_size=100))
def test_bytes_come_back_from_how_they_are_sent(content: bytes) -> None:
    text = base64.b64encode(content).decode()
    assert read_octets(text, "x") == octets_of({"x": text}, "x") == content


@pytest.mark.parametrize("text", [None, 7, b"QQ==", "QQ", "QR==", "Q Q=", "QQ==\n", "é", "_-=="])
def test_anything_else_is_refused(text: object) -> None:
    for refusal in (MessageRefused, MatchingRefused):
        with pytest.raises(refusal) as refused:
            octets_of({"proof": text}, "proof", refusal)
        assert "proof" in refused.value.message
        assert refused.value.remedy
    with pytest.raises(MessageRefused):
        octets_of([text], "proof")
