"""Identifiers: normalised for comparison, and verified where a checksum exists.

The verifiers answer with the normalised identifier, or None where it does not hold.
Rules: IMO resolution A.1117(30) (ships), ISO 13616 (IBAN), ISO 17442 (LEI), ISO 9362 (BIC),
ICAO Doc 9303 part 4 (passport numbers), ITU-R M.585 (MMSI).
"""

from __future__ import annotations

import re

from dragoman.model.lookalikes import fold_lookalikes

_PASSPORT = re.compile(r"(?=.*\d)[A-Z0-9]{4,15}")
_SEPARATORS = re.compile(r"[^A-Z0-9]+")
_MMSI = re.compile(r"[2-79]\d{8}")


def normalise_identifier(text: str) -> str:
    """Return the identifier in upper case, without separators or marks, look-alike letters folded to ASCII.

    Idempotent. Letters of scripts that have no Latin look-alike are kept.
    """
    if text.isascii():  # most are, and look like nothing but themselves
        return _SEPARATORS.sub("", text.upper())
    known, folded = "", text
    while known != folded:  # upper-casing can bring up new look-alikes (Cyrillic н: Н: H)
        known, folded = folded, fold_lookalikes(fold_lookalikes(folded).upper())
        folded = "".join(letter for letter in folded if letter.isalnum())
    return folded


def imo_number(text: str) -> str | None:
    """Return the seven digits of a ship's IMO number whose check digit holds, else None."""
    from stdnum import imo

    digits = normalise_identifier(text).removeprefix("IMO")
    return digits if digits.isascii() and imo.is_valid(digits) else None


def imo_company_number(text: str) -> str | None:
    """Return the seven digits of a company's or owner's IMO number whose check digit holds, else None.

    Its weights differ from a ship's: 8, 6, 4, 2, 9, 7, modulo 11 (IMO resolution MSC.160(78)).
    """
    digits = normalise_identifier(text).removeprefix("IMO")
    if not re.fullmatch(r"[0-9]{7}", digits):
        return None
    total = sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 9, 7), strict=False))
    return digits if (11 - total % 11) % 10 == int(digits[6]) else None


def iban(text: str) -> str | None:
    """Return the IBAN whose country format and mod-97 check hold, else None."""
    from stdnum import iban as ibans

    number = normalise_identifier(text).removeprefix("IBAN")
    return number if number.isascii() and ibans.is_valid(number, check_country=False) else None


def lei(text: str) -> str | None:
    """Return the twenty characters of a legal entity identifier whose check digits hold, else None."""
    from stdnum import lei as leis

    number = normalise_identifier(text).removeprefix("LEI")
    return number if number.isascii() and leis.is_valid(number) else None


def bic(text: str) -> str | None:
    """Return the 8 or 11 characters of a BIC that has the form and a country code, else None. It has no checksum."""
    from stdnum import bic as bics

    number = normalise_identifier(text)
    return number if number.isascii() and bics.is_valid(number) else None


def mmsi(text: str) -> str | None:
    """Return the nine digits of a ship's or group's maritime mobile identity, else None. It has no checksum."""
    digits = normalise_identifier(text).removeprefix("MMSI")
    return digits if _MMSI.fullmatch(digits) else None


def passport_number(text: str) -> str | None:
    """Return the normalised number where it has the shape of a passport number, else None.

    ICAO Doc 9303 gives nine characters; lists print older and national forms of 4 to 15, always with a digit.
    """
    number = normalise_identifier(text)
    return number if _PASSPORT.fullmatch(number) else None
