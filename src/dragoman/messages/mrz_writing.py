"""Machine-readable zones written: the inverse of reading, for tests and for training documents."""

from __future__ import annotations

from dataclasses import dataclass

from dragoman.errors import UsageError
from dragoman.messages.mrz_checks import check_digit, text_of
from dragoman.messages.mrz_layout import SIZES, composite, spans
from dragoman.messages.mrz_names import fit_name


@dataclass(frozen=True, slots=True)
class MrzFields:
    """What a zone states, spelt for the zone: capitals, digits and fillers; dates YYMMDD with fillers where unknown."""

    document_code: str
    issuer: str
    primary: str
    secondary: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: str = ""
    optional_2: str = ""


def write_mrz(kind: str, fields: MrzFields) -> list[str]:
    """Return the lines of a zone with all its check digits.

    A number of more than nine characters goes on in the optional field of TD1 and TD2. Raises UsageError where a
    value does not fit its field, or the kind is unknown.
    """
    if kind not in SIZES:
        raise UsageError(f"there is no kind {kind!r} of travel document", remedy=f"use {', '.join(SIZES)}")
    count, width = SIZES[kind]
    lines = ["<" * width] * count
    known = spans(kind)
    values = _values(kind, fields)
    for field, value in values.items():
        if field not in known:
            continue
        span = known[field]
        if len(value) > span.width:
            raise UsageError(f"{field} {value!r} has more than {span.width} characters", remedy="shorten it")
        line = lines[span.line]
        lines[span.line] = line[: span.start] + value.ljust(span.width, "<") + line[span.end :]
    if composite(kind):
        span = known["composite_check"]
        digit = check_digit(text_of(composite(kind), lines)) or "<"
        lines[span.line] = lines[span.line][: span.start] + digit + lines[span.line][span.end :]
    return lines


def _values(kind: str, fields: MrzFields) -> dict[str, str]:
    name = spans(kind)["name"]
    values = {
        "document_code": fields.document_code,
        "issuer": fields.issuer,
        "name": fit_name(fields.primary, fields.secondary, name.width),
        "nationality": fields.nationality,
        "birth": fields.birth,
        "birth_check": _digit(fields.birth),
        "sex": fields.sex,
        "expiry": fields.expiry,
        "expiry_check": _digit(fields.expiry),
        "optional": fields.optional,
        "optional_2": fields.optional_2,
        "optional_check": _digit(fields.optional.ljust(14, "<")),
        "number": fields.number,
        "number_check": _digit(fields.number.ljust(9, "<")),
    }
    if len(fields.number) > 9 and kind in ("TD1", "TD2"):
        values["number"], values["number_check"] = fields.number[:9], "<"
        values["optional"] = f"{fields.number[9:]}{_digit(fields.number)}<{fields.optional}".rstrip("<")
    return values


def _digit(text: str) -> str:
    digit = check_digit(text)
    if digit is None:
        raise UsageError(f"{text!r} has characters that a zone cannot print", remedy="use A to Z, 0 to 9 and <")
    return digit
