"""Wallet addresses for the exercise: well formed, with a right checksum, and held by nobody."""

from __future__ import annotations

from hashlib import sha256

from dragoman.model.checksums import BITCOIN_ALPHABET

#: The version byte of a Tron account (developers.tron.network, account addresses).
_TRON = b"\x41"
#: Cyrillic letters that look like Latin ones, as they stand in lists that were typed by hand.
_LOOKALIKES = str.maketrans("acepxyATKMHBCEPX", "асерхуАТКМНВСЕРХ")


def wallet_address(sentence: str) -> str:
    """Return the Tron address whose 20 bytes are the start of the sentence's SHA-256: no key leads there."""
    payload = _TRON + sha256(sentence.encode()).digest()[:20]
    return _base58(payload + sha256(sha256(payload).digest()).digest()[:4])


def with_lookalike(address: str) -> str:
    """Return the address with its second letter that has a Cyrillic double written as that double."""
    places = [place for place, letter in enumerate(address) if letter.translate(_LOOKALIKES) != letter]
    place = places[min(1, len(places) - 1)]
    return address[:place] + address[place].translate(_LOOKALIKES) + address[place + 1 :]


def _base58(payload: bytes) -> str:
    number = int.from_bytes(payload, "big")
    letters = ""
    while number:
        number, digit = divmod(number, 58)
        letters = BITCOIN_ALPHABET[digit] + letters
    return BITCOIN_ALPHABET[0] * (len(payload) - len(payload.lstrip(b"\0"))) + letters
