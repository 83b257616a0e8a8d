"""Identifiers are normalised for comparison and verified where a checksum exists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.model import identifiers as ids


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        ("a-123 456/7", "A1234567"),
        ("АВ 123", "AB123"),  # Cyrillic
        ("Ａ１２３", "A123"),  # full width
        ("٠١٢٣", "0123"),  # Arabic-Indic digits
        ("н12", "H12"),  # looks Latin only in upper case
        ("", ""),
    ],
)
def test_spellings_of_one_identifier_become_one(printed: str, normal: str) -> None:
    assert ids.normalise_identifier(printed) == normal


@given(st.text(max_size=60))
def test_normalising_is_idempotent_and_takes_any_text(text: str) -> None:
    once = ids.normalise_identifier(text)
    assert ids.normalise_identifier(once) == once


@given(st.text(max_size=40))
def test_verifiers_take_any_text(text: str) -> None:
    for verify in (ids.imo_number, ids.iban, ids.lei, ids.bic, ids.mmsi, ids.passport_number):
        found = verify(text)
        assert found is None or verify(found) == found


def test_the_imo_number_printed_in_the_scheme_holds_and_its_neighbours_do_not() -> None:
    assert ids.imo_number("IMO 9074729") == "9074729"
    assert ids.imo_number("9074728") is None
    assert ids.imo_number("907472") is None


def test_the_iban_of_the_registry_holds() -> None:
    assert ids.iban("GB29 NWBK 6016 1331 9268 19") == "GB29NWBK60161331926819"
    assert ids.iban("GB28 NWBK 6016 1331 9268 19") is None


def test_an_lei_needs_its_check_digits() -> None:
    assert ids.lei("5493001KJTIIGC8Y1R12") == "5493001KJTIIGC8Y1R12"
    assert ids.lei("5493001KJTIIGC8Y1R13") is None


def test_a_bic_needs_its_form() -> None:
    assert ids.bic("deut de ff") == "DEUTDEFF"
    assert ids.bic("DEUTDEF") is None


def test_a_passport_number_needs_a_digit() -> None:
    assert ids.passport_number("a 1234567") == "A1234567"
    assert ids.passport_number("unknown") is None


def test_companies_have_imo_numbers_with_weights_of_their_own() -> None:
    assert ids.imo_company_number("IMO 5342883") == "5342883"
    assert ids.imo_company_number("5342884") is None
    assert ids.imo_number("5342883") is None
