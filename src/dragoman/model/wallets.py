"""Wallet addresses: folded, verified by their checksum, and normalised for comparison.

Sources: EIP-55 (0x addresses), BIP-13 and BIP-173/350 (Bitcoin and its kin), the cashaddr specification,
XRP Ledger address encodings, Monero's cryptonote base58, Stellar SEP-23, Sia's UnlockHash.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from dragoman.model import checksums
from dragoman.model.lookalikes import fold_lookalikes
from dragoman.model.tables import read_table

Form = Literal["hex", "bech32", "cashaddr", "base58check", "ripple", "monero", "stellar", "sia", "base58"]

_EVM = re.compile(r"0[xX]([0-9a-fA-F]{36,44})")
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]+")
_NEARLY_BASE58 = re.compile(r"[13TLMDXtrGAR][0-9A-Za-z]{24,35}")
_BECH32 = re.compile(r"[a-zA-Z]{2,10}1[0-9a-zA-Z]{30,120}")
_CASHADDR = re.compile(r"(?:bitcoincash:)?([qp][a-z0-9]{41})", re.IGNORECASE)
_STELLAR = re.compile(r"[GM][A-Z2-7]{55}")
_SIA = re.compile(r"[0-9a-fA-F]{76}")
_NOTHING = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_SAME = {"XBT": "BTC"}


@dataclass(frozen=True, slots=True)
class WalletCheck:
    """What can be said of an address.

    `address` has look-alikes folded and blanks removed, its case kept. `currency` is the one given, else a
    guess from the address. `valid` is the verdict of the checksum: None where the form has none (a 0x
    address in one case) or is not known, and then `form` is None too. `folded` says that look-alike
    letters were replaced. `reason` is a sentence for a person.
    """

    address: str
    currency: str | None
    valid: bool | None
    folded: bool
    reason: str
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class _Verdict:
    form: Form
    valid: bool | None
    reason: str
    currencies: tuple[str, ...] = ()


def check_wallet(text: str, currency: str | None = None) -> WalletCheck:
    """Verify the address, of a currency if that is known (``BTC``, ``ETH``, ``USDT`` ...). Takes any text."""
    bare = _NOTHING.sub("", text)
    address = _fold(bare)
    if address[:2] in ("Ox", "OX", "ox"):  # the letter O for the digit that begins every such address
        address = "0x" + address[2:]
    given = _SAME.get(currency.strip().upper(), currency.strip().upper()) if currency else None
    verdict = next((found for judge in _JUDGES if (found := judge(address)) is not None), None)
    if verdict is None:
        return WalletCheck(address, given or None, None, address != bare, "not the form of any address known here")
    reason = verdict.reason
    if given and verdict.valid and verdict.form != "hex" and given not in (verdict.currencies or (given,)):
        reason += f"; it reads as {verdict.currencies[0]}, not as {given}"
    guess = given or (verdict.currencies[0] if verdict.currencies else None)
    return WalletCheck(address, guess, verdict.valid, address != bare, reason, verdict.form)


def _fold(bare: str) -> str:
    known, plain = "", bare
    while known != plain:  # an accent that stood alone folds to a blank and a mark, which then joins the letter before
        known, plain = plain, _NOTHING.sub("", fold_lookalikes(plain))
    return plain


def normalise_wallet(text: str) -> str:
    """Return the address in the one spelling that comparisons use.

    Blanks and look-alikes are gone; hexadecimal, bech32 and cashaddr addresses are in lower case and
    the latter without prefix; base58 keeps its case, which carries meaning. Idempotent.
    """
    check = check_wallet(text)
    if check.form == "cashaddr":
        return check.address.lower().removeprefix("bitcoincash:")
    return check.address.lower() if check.form in ("hex", "bech32", "sia") else check.address


@cache
def _currencies(form: str, prefix: str) -> tuple[str, ...]:
    return tuple(row[2] for row in read_table("model", "wallets.tsv") if row[:2] == [form, prefix])


def _hexadecimal(address: str) -> _Verdict | None:
    match = _EVM.fullmatch(address)
    if match is None:
        return None
    digits, guess = match[1], ("ETH",)  # a guess only: many chains and their tokens share these addresses
    if len(digits) != 40:
        return _Verdict("hex", False, f"{len(digits)} hexadecimal digits where an address has 40", guess)
    if digits in (digits.lower(), digits.upper()):
        return _Verdict("hex", None, "written in one case, so without the checksum of EIP-55", guess)
    holds = checksums.eip55_case(digits) == digits
    return _Verdict("hex", holds, f"the checksum of EIP-55 {_verb(holds)}", guess)


def _cashaddr(address: str) -> _Verdict | None:
    match = _CASHADDR.fullmatch(address)
    if match is None or match[1] not in (match[1].lower(), match[1].upper()):
        return None
    holds = checksums.cashaddr_holds(match[1].lower())
    return _Verdict("cashaddr", holds, f"the cashaddr checksum {_verb(holds)}", ("BCH",))


def _bech32(address: str) -> _Verdict | None:
    prefix = address.lower().partition("1")[0]
    currencies = _currencies("bech32", prefix)
    if not _BECH32.fullmatch(address) or not currencies:
        return None
    parts = checksums.bech32_values(address)
    if parts is None:
        if (other := _base58check(address)) and other.valid:  # a Tron address may well begin with TB1
            return other
        return _Verdict("bech32", False, "mixed case or characters that bech32 lacks", currencies)
    _, values, code = parts
    if code is None:
        return _Verdict("bech32", False, "the bech32 checksum fails", currencies)
    if prefix in ("bc", "tb", "ltc") and (wrong := _witness_fault(values, code)):
        return _Verdict("bech32", False, wrong, currencies)
    return _Verdict("bech32", True, f"the {code} checksum holds", currencies)


def _witness_fault(values: list[int], code: str) -> str | None:
    """Say what is wrong with a witness program that passed its checksum (BIP-141, BIP-350)."""
    if not values or values[0] > 16:
        return "the witness version is unknown"
    program = checksums.eight_bits(values[1:])
    if program is None or not 2 <= len(program) <= 40 or (values[0] == 0 and len(program) not in (20, 32)):
        return "the witness program has a length that does not exist"
    if code != ("bech32" if values[0] == 0 else "bech32m"):
        return f"witness version {values[0]} is not written in {code}"
    return None


def _monero(address: str) -> _Verdict | None:
    if len(address) not in (95, 106) or not address.startswith(("4", "8")) or not _BASE58.fullmatch(address):
        return None
    decoded = checksums.monero_bytes(address)
    holds = decoded is not None and checksums.keccak_256(decoded[:-4])[:4] == decoded[-4:]
    return _Verdict("monero", holds, f"the Monero checksum {_verb(holds)}", ("XMR",))


def _stellar(address: str) -> _Verdict | None:
    if not _STELLAR.fullmatch(address):
        return None
    decoded = b32decode(address)
    holds = binascii.crc_hqx(decoded[:-2], 0).to_bytes(2, "little") == decoded[-2:]
    return _Verdict("stellar", holds, f"the Stellar checksum {_verb(holds)}", ("XLM",))


def _sia(address: str) -> _Verdict | None:
    if not _SIA.fullmatch(address):
        return None
    decoded = bytes.fromhex(address)
    holds = hashlib.blake2b(decoded[:-6], digest_size=32).digest()[:6] == decoded[-6:]
    return _Verdict("sia", holds, f"the Sia checksum {_verb(holds)}", ("SC",))


def _ripple(address: str) -> _Verdict | None:
    if not address.startswith("r") or not 25 <= len(address) <= 35:
        return None
    decoded = checksums.base58_bytes(address, checksums.RIPPLE_ALPHABET)
    holds = decoded is not None and len(decoded) == 25 and checksums.base58check_holds(decoded)
    return _Verdict("ripple", holds, f"the XRP checksum {_verb(holds)}", ("XRP",))


def _base58check(address: str) -> _Verdict | None:
    if not _BASE58.fullmatch(address):
        if _NEARLY_BASE58.fullmatch(address) and not address.isdigit():
            return _Verdict("base58check", False, "holds characters that base58 lacks (0, O, I or l)")
        return None
    if len(address) > 112:
        return None
    decoded = checksums.base58_bytes(address) or b""
    if len(decoded) == 32:
        return _Verdict("base58", None, "32 bytes in base58, a form without checksum", ("SOL",))
    if len(decoded) in (25, 26) and checksums.base58check_holds(decoded):
        currencies = _currencies("base58check", decoded[:-24].hex())
        return _Verdict("base58check", True, "the base58 checksum holds", currencies)
    if not _NEARLY_BASE58.fullmatch(address) or address.isdigit():
        return None
    if len(decoded) not in (25, 26):
        return _Verdict("base58check", False, f"{len(decoded)} bytes where an address has 25")
    return _Verdict("base58check", False, "the base58 checksum fails", _currencies("base58check", decoded[:-24].hex()))


def _verb(holds: bool) -> str:
    return "holds" if holds else "fails"


_JUDGES: tuple[Callable[[str], _Verdict | None], ...] = (
    _hexadecimal,
    _cashaddr,
    _bech32,
    _monero,
    _stellar,
    _sia,
    _ripple,
    _base58check,
)
