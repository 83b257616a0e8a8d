"""Numbers in free text: what may be a document, an account, a BIC, a ship or a wallet, to be looked up in the index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dragoman.model.identifiers import imo_number, normalise_identifier
from dragoman.model.wallets import normalise_wallet
from dragoman.screening.numbers import Number

#: The property by which a number of each kind is asked for.
PROPERTY = {
    "document": "idNumber",
    "registration": "registrationNumber",
    "lei": "leiCode",
    "bank": "swiftBic",
    "vessel": "imoNumber",
    "radio": "mmsi",
    "wallet": "publicKey",
    "account": "accountNumber",
    "licence": "licenseNumber",
    "contact": "email",
}
_RUN = re.compile(r"[^\W_][\w@.+/:-]{3,150}")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3}(?!\w))?")
#: A number whose first letters stand apart: "A 1234567", "IMO 9187629".
_APART = re.compile(r"(?<!\w)([A-Za-z]{1,3})[ :.#-]{1,2}(\d{5,12})(?!\w)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_WALLET = re.compile(r"[A-Za-z0-9:]{25,130}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
#: Fewer digits without a letter are most often of an invoice, or an amount.
_FEWEST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class TextNumber:
    """A number of a text, from `start` to before `end`: its kind, and the property and value to ask the index for."""

    start: int
    end: int
    kind: str
    prop: str
    value: str
    hash: int


def numbers_in(text: str) -> Iterator[TextNumber]:
    """Yield what in a text may be a number that tells a party apart; one place may be of several kinds."""
    for match in _RUN.finditer(text):
        run = match[0].rstrip(".,:;/-+@")
        if any(map(str.isdigit, run)) or "@" in run or (run.isupper() and len(run) in (8, 11)):
            yield from _of_run(run, match.start())
            if cut := re.search(r"[:/]", run):  # "PASSPORT/X1234567", "IBAN:DE..."
                yield from _of_run(run[cut.end() :], match.start() + cut.end())
    for match in _IBAN.finditer(text):
        yield from _of_iban(match[0], match.start())
    for match in _APART.finditer(text):
        if match[1].upper() == "IMO":
            yield _number("vessel", match[2], match.start(2), match.end(2))
        else:
            yield _number("document", match[1] + match[2], match.start(), match.end())


def _of_run(run: str, start: int) -> Iterator[TextNumber]:
    end = start + len(run)
    if _EMAIL.fullmatch(run):
        yield _number("contact", run, start, end)
        return
    if _BIC.fullmatch(run):
        for value in dict.fromkeys((run, run[:8], f"{run[:8]}XXX")):  # XXX is the head office, written or not
            yield _number("bank", value, start, end)
    if _WALLET.fullmatch(run):
        yield _number("wallet", run, start, end)
    if len(run) <= 40 and _telling(run):
        normal = normalise_identifier(run)
        for kind in ("document", "registration", "account", "licence"):
            yield TextNumber(start, end, kind, PROPERTY[kind], run, Number(kind, normal, run).hash)
        bare = run.upper().removeprefix("IMO")
        if imo_number(bare):
            yield _number("vessel", bare, start, end)
        elif len(run) == 9 and run.isdecimal():
            yield _number("radio", run, start, end)
        elif len(run) == 20 and run.isalnum():
            yield _number("lei", run, start, end)


def _telling(run: str) -> bool:
    """Tell a number that can be somebody's from those of which every text is full: amounts, days, short references."""
    digits = sum(map(str.isdigit, run))
    if digits == len(run):
        return digits >= _FEWEST_DIGITS and not _DAY.fullmatch(run)
    return digits >= 4 and len(run) >= 6


def _of_iban(written: str, start: int) -> Iterator[TextNumber]:
    """What follows an IBAN written in groups of four may look like one more group."""
    cuts = [match.start() for match in re.finditer(" |$", written)]
    for cut in cuts[-4:]:
        value = written[:cut]
        if len(value.replace(" ", "")) >= 15:
            yield _number("account", value, start, start + cut)


def _number(kind: str, value: str, start: int, end: int) -> TextNumber:
    normal = normalise_wallet(value) if kind == "wallet" else normalise_identifier(value)
    return TextNumber(start, end, kind, PROPERTY[kind], value, Number(kind, normal, value).hash)
