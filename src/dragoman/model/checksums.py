"""The codes that wallet addresses are written in: base58, bech32, cashaddr, and the Keccak hash.

Sources: BIP-173 and BIP-350 (bech32, bech32m), the Bitcoin Cash cashaddr specification, the Keccak
submission to SHA-3 (version 3; Ethereum and Monero use its original padding, which hashlib lacks),
and Monero's base58 in blocks (its cryptonote base58.cpp).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

BITCOIN_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE_ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BECH32_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

_LANE = (1 << 64) - 1
_ROTATIONS = (
    (0, 36, 3, 41, 18),
    (1, 44, 10, 45, 2),
    (62, 6, 43, 15, 61),
    (28, 55, 25, 21, 56),
    (27, 20, 39, 8, 14),
)
_RATE = 136  # bytes taken in between two permutations of Keccak[c=512]


def keccak_256(message: bytes) -> bytes:
    """Return the 32-byte Keccak-256 hash with the original padding (0x01), not SHA3-256's (0x06)."""
    padded = bytearray(message) + b"\x01"
    padded.extend(bytes(-len(padded) % _RATE))
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), _RATE):
        for index in range(_RATE // 8):
            word = int.from_bytes(padded[start + 8 * index : start + 8 * index + 8], "little")
            lanes[index % 5][index // 5] ^= word
        _permute(lanes)
    return b"".join(lanes[index % 5][index // 5].to_bytes(8, "little") for index in range(4))


def _rotate(lane: int, count: int) -> int:
    return ((lane << count) | (lane >> (64 - count))) & _LANE


def _permute(lanes: list[list[int]]) -> None:
    """Apply the 24 rounds of Keccak-f[1600] in place; lanes[x][y] are 64-bit words."""
    register = 1
    for _ in range(24):
        columns = [column[0] ^ column[1] ^ column[2] ^ column[3] ^ column[4] for column in lanes]
        for x in range(5):
            parity = columns[x - 1] ^ _rotate(columns[(x + 1) % 5], 1)
            for y in range(5):
                lanes[x][y] ^= parity
        moved = [[0] * 5 for _ in range(5)]
        for x in range(5):
            for y in range(5):
                moved[y][(2 * x + 3 * y) % 5] = _rotate(lanes[x][y], _ROTATIONS[x][y])
        for x in range(5):
            for y in range(5):
                lanes[x][y] = moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y])
        for bit in range(7):  # the round constant, from the specification's feedback register
            if register & 1:
                lanes[0][0] ^= 1 << ((1 << bit) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)


def base58_bytes(text: str, alphabet: str = BITCOIN_ALPHABET) -> bytes | None:
    """Decode base58; None where a character is not of the alphabet."""
    number = 0
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            return None
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check_holds(decoded: bytes) -> bool:
    """Tell whether the last four bytes are the double SHA-256 of the others."""
    return hashlib.sha256(hashlib.sha256(decoded[:-4]).digest()).digest()[:4] == decoded[-4:]


def monero_bytes(text: str) -> bytes | None:
    """Decode Monero's base58, eleven characters to eight bytes; None where it cannot be."""
    decoded = bytearray()
    sizes = {0: 0, 2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        number = 0
        for character in block:
            digit = BITCOIN_ALPHABET.find(character)
            if digit < 0:
                return None
            number = number * 58 + digit
        size = sizes.get(len(block))
        if size is None or number >> (8 * size):
            return None
        decoded += number.to_bytes(size, "big")
    return bytes(decoded)


def _bech32_polymod(values: Iterable[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            if top >> bit & 1:
                remainder ^= generator
    return remainder


def bech32_values(text: str) -> tuple[str, list[int], str | None] | None:
    """Split a bech32 text into its prefix, its five-bit values without checksum, and the code that holds.

    The code is ``bech32``, ``bech32m`` or None where the checksum fails. Returns None where the text
    has not the form at all (mixed case, no separator, foreign characters).
    """
    if text != text.lower() and text != text.upper():
        return None
    text = text.lower()
    prefix, separator, rest = text.rpartition("1")
    if not separator or not prefix or len(rest) < 6 or not all(33 <= ord(letter) <= 126 for letter in prefix):
        return None
    values = [BECH32_ALPHABET.find(letter) for letter in rest]
    if min(values) < 0:
        return None
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    code = {1: "bech32", 0x2BC830A3: "bech32m"}.get(_bech32_polymod([*spread, *values]))
    return prefix, values[:-6], code


def eight_bits(values: Iterable[int]) -> bytes | None:
    """Regroup five-bit values to bytes; None where the padding is not zero or too long (BIP-173)."""
    pool, bits, regrouped = 0, 0, bytearray()
    for value in values:
        pool, bits = (pool << 5 | value) & 0xFFF, bits + 5
        if bits >= 8:
            bits -= 8
            regrouped.append(pool >> bits & 0xFF)
    if bits >= 5 or pool & ((1 << bits) - 1):
        return None
    return bytes(regrouped)


def cashaddr_holds(text: str, prefix: str = "bitcoincash") -> bool:
    """Tell whether the checksum of a cashaddr (lower case, without its prefix) holds."""
    values = [BECH32_ALPHABET.find(letter) for letter in text]
    if not values or min(values) < 0:
        return False
    remainder = 1
    for value in [*(ord(letter) & 31 for letter in prefix), 0, *values]:
        top = remainder >> 35
        remainder = (remainder & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)):
            if top >> bit & 1:
                remainder ^= generator
    return remainder == 1


def eip55_case(digits: str) -> str:
    """Return forty hexadecimal digits in the mixed case that EIP-55 prescribes."""
    lower = digits.lower()
    nibbles = keccak_256(lower.encode("ascii")).hex()
    return "".join(
        letter.upper() if int(nibble, 16) >= 8 else letter for letter, nibble in zip(lower, nibbles, strict=False)
    )
