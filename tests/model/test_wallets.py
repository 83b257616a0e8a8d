"""Wallet addresses are folded, verified and normalised."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dragoman.model.checksums import bech32_values, eip55_case, keccak_256
from dragoman.model.wallets import check_wallet, normalise_wallet

# EIP-55 and BIP-173/350 print these; the others stand in their projects' documentation.
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
BECH32 = [
    "A12UEL5L",
    "a12uel5l",
    "11" + "q" * 82 + "c8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
]
BECH32M = ["A1LQFN3A", "a1lqfn3a", "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"]
SEGWIT = [
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
]
NOT_SEGWIT = [
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",  # BIP-173: invalid checksum
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",  # BIP-173: invalid program length for version 0
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",  # BIP-350: invalid character
    "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47"[:-1] + "q",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",  # BIP-350: bech32 instead of bech32m
]
OTHERS = {
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "BTC",
    "3P14159f73E4gFr7JterCCQh9QjiTjiZrG": "BTC",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a": "BCH",
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh": "XRP",
    "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H": "XMR",
    "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ": "XLM",
}


def test_keccak_gives_the_published_hashes_and_not_those_of_sha3() -> None:
    assert keccak_256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak_256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"


def test_keccak_differs_from_sha3_in_its_padding_alone() -> None:
    for length in (0, 1, 135, 136, 137, 300):
        assert len(keccak_256(b"x" * length)) == 32
    assert len({keccak_256(b"x" * length) for length in range(130, 145)}) == 15


@pytest.mark.parametrize("address", EIP_55)
def test_the_addresses_of_eip_55_are_not_refused(address: str) -> None:
    check = check_wallet(address)
    assert check.valid is not False
    assert eip55_case(address[2:]) == address[2:]


def test_one_wrong_case_breaks_eip_55() -> None:
    assert check_wallet(EIP_55[2].replace("aA", "aa")).valid is False


def test_a_hexadecimal_address_in_one_case_has_no_checksum() -> None:
    assert check_wallet(EIP_55[2].lower()).valid is None


@pytest.mark.parametrize("text", BECH32)
def test_the_vectors_of_bip_173_hold(text: str) -> None:
    parts = bech32_values(text)
    assert parts is not None
    assert parts[2] == "bech32"


@pytest.mark.parametrize("text", BECH32M)
def test_the_vectors_of_bip_350_hold(text: str) -> None:
    parts = bech32_values(text)
    assert parts is not None
    assert parts[2] == "bech32m"


@pytest.mark.parametrize("address", SEGWIT)
def test_segwit_addresses_of_the_standards_are_valid(address: str) -> None:
    assert check_wallet(address).valid is True


@pytest.mark.parametrize("address", NOT_SEGWIT)
def test_segwit_addresses_that_the_standards_call_wrong_are_invalid(address: str) -> None:
    assert check_wallet(address).valid is False


@pytest.mark.parametrize(("address", "currency"), OTHERS.items())
def test_other_forms_are_verified_and_their_currency_guessed(address: str, currency: str) -> None:
    check = check_wallet(address)
    assert (check.valid, check.currency, check.folded) == (True, currency, False)


@pytest.mark.parametrize("address", list(OTHERS))
def test_one_changed_character_is_found(address: str) -> None:
    last = "2" if address[-1] != "2" else "3"
    assert check_wallet(address[:-1] + last).valid is False


def test_cyrillic_look_alikes_are_folded_and_told() -> None:
    check = check_wallet("1А1zР1еP5QGefi2DMPTfTL5SLmv7DivfNa")
    assert check.address == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
    assert (check.valid, check.folded) == (True, True)


def test_a_letter_that_base58_lacks_makes_an_address_invalid() -> None:
    assert check_wallet("1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0O").valid is False


def test_a_tron_address_that_begins_like_bech32_is_not_taken_for_one() -> None:
    assert check_wallet("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq", "XBT").reason.endswith("it reads as TRX, not as BTC")


def test_a_number_is_no_address() -> None:
    check = check_wallet("105750906")
    assert (check.valid, check.form) == (None, None)


def test_spellings_of_one_wallet_normalise_to_one() -> None:
    assert normalise_wallet(SEGWIT[0]) == SEGWIT[0].lower()
    assert normalise_wallet(EIP_55[0]) == EIP_55[0].lower()
    assert normalise_wallet("BITCOINCASH:QPM2QSZNHKS23Z7629MMS6S4CWEF74VCWVY22GDX6A") == (
        "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    )
    assert normalise_wallet(" 1A1zP1eP5QGefi2D\u200bMPTfTL5SLmv7DivfNa ") == "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


@given(st.text(max_size=120), st.one_of(st.none(), st.text(max_size=5)))
@example("A´", None)
def test_any_text_is_taken(text: str, currency: str | None) -> None:
    check_wallet(text, currency)
    assert normalise_wallet(normalise_wallet(text)) == normalise_wallet(text)


def test_every_published_ofac_address_verifies_or_has_no_checksum(data: Path) -> None:
    verdicts: Counter[bool | None] = Counter()
    unknown = []
    for path in sorted((data / "lists/ofac_crypto_2024-09").glob("sanctioned_addresses_*.txt")):
        for line in filter(None, path.read_text().split()):
            check = check_wallet(line, path.stem.rpartition("_")[2])
            verdicts[check.valid] += 1
            if check.form is None:
                unknown.append((path.stem, line[:4]))
    assert verdicts == {True: 607, None: 47}
    assert unknown == [("sanctioned_addresses_XMR", "5be5")]  # a payment id that the publisher lists among addresses
