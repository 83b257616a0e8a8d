"""The fields of the text of an SWIFT MT message, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dragoman.messages._swift_party import read_party
from dragoman.messages._swift_table import Layout, table
from dragoman.messages.drafting import Findings, Shared, account_of
from dragoman.messages.parties import Amount, Fact

#: Tag and value, in the order of the message.
Fields = list[tuple[str, str]]

_AMOUNT = re.compile(r"(?:[CD]|E?R?[CD])?(\d{6})?([A-Z]{3})[CDN]?(\d[\d ]*),?(\d*)")
_ENTRY = re.compile(r"(\d{6})(\d{4})?(E?R?[CD])([A-Z])?(\d++),?(\d*+)([A-Z][A-Z0-9]{3})(.*)", re.DOTALL)
_CODE_LINE = re.compile(r"/([A-Z0-9]{1,8})/(.*)")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


@dataclass(slots=True)
class Header:
    """What the blocks before the text say."""

    place: str
    kind: str = ""
    variant: str = ""
    service: bool = False


def read_fields(header: Header, found: Findings, fields: Fields) -> Iterator[Shared]:
    """Yield the findings of the message, or of each of its transactions together with what they share."""
    layout = table().messages.get(header.kind, table().otherwise)
    reader = _Reader(header, layout, found)
    begins = layout.begins
    if not begins:
        for tag, value in fields:
            reader.field(tag, value)
        yield found.finish()
        return
    starts = [at for at, (tag, _) in enumerate(fields) if tag == begins or (tag[:2] == begins and not layout.repeats)]
    if not layout.repeats:
        starts = starts[:1]
    for tag, value in fields[: starts[0] if starts else len(fields)]:
        reader.field(tag, value)
    reader.second = True
    if not layout.repeats:
        for tag, value in fields[starts[0] :] if starts else []:
            reader.field(tag, value)
        yield found.finish()
        return
    shared = found.finish()
    if not starts:
        yield shared
    for start, end in pairwise([*starts, len(fields)]):
        reader.found = own = Findings()
        for tag, value in fields[start:end]:
            reader.field(tag, value)
        yield shared + own.finish()


class _Reader:
    """Reads one field after the other into `found`; `second` says that they are of the second sequence."""

    def __init__(self, header: Header, layout: Layout, found: Findings) -> None:
        self.found = found
        self.second = False
        self._header = header
        self._layout = layout
        self._table = table()
        self._currency = ""
        self._instructing = 0

    def field(self, tag: str, value: str) -> None:
        """Read one field."""
        rules = self._table
        place = f"{self._header.place}: :{tag}:"
        value = value.replace("\r", "").strip()
        parties = (self._layout.second if self.second else None) or self._layout.parties
        if role := parties.get(tag) or parties.get(tag[:2]):
            read_party(self.found, role, tag, value, place)
        elif kind := rules.amounts.get(tag):
            self._entry(value, place) if tag == "61" else self._amount(kind, value, place)
        elif kind := rules.texts.get(tag):
            self._text(kind, value, place)
        elif tag not in rules.other:
            self._reference(tag, value, place)

    def _reference(self, tag: str, value: str, place: str) -> None:
        rules = self._table
        if kind := rules.references.get(tag):
            if tag == "21":
                kind = rules.transaction_reference.get(self._header.kind, kind)
            self.found.references.append(Fact(kind, value, place))
        elif kind := rules.dates.get(tag):
            self.found.dates.append(Fact(kind, _day(value) or value, place))
        elif role := rules.accounts.get(tag):
            number, _, servicer = value.partition("\n")
            if number.lstrip("/"):
                self.found.owner(role, place).bear(account_of(number.lstrip("/"), place))
            if servicer:  # option P
                self.found.party("account_servicer", place, "Organization").state("swiftBic", servicer, place)
        else:
            self.found.problem(place, f"a field of MT{self._header.kind or ' messages'}", value)

    def _amount(self, kind: str, value: str, place: str) -> None:
        match = _AMOUNT.match(value)
        if match is None:
            self.found.problem(place, "a currency and an amount such as EUR1250,00", value)
            return
        date, self._currency, whole, cents = match.groups()
        prefix = self._layout.prefix if self.second else ""
        self.found.amounts.append(Amount(prefix + kind, _decimal(whole, cents), self._currency, place))
        if date and kind == "settlement":
            self.found.dates.append(Fact("settlement_date", _day(date) or date, place))

    def _entry(self, value: str, place: str) -> None:
        match = _ENTRY.match(value)
        if match is None:
            self.found.problem(place, "a statement line such as 221020D45250,NTRFNONREF", value)
            return
        amount = Amount("entry", _decimal(match[5], match[6]), self._currency, place)
        self.found.amounts.append(amount)
        self.found.dates.append(Fact("value_date", _day(match[1]) or match[1], place))
        reference, _, supplement = match[8].partition("\n")
        own, _, bank = reference.partition("//")
        if own:
            self.found.references.append(Fact("entry_reference", own.strip(), place))
        if bank:
            self.found.references.append(Fact("account_servicer_reference", bank.strip(), place))
        if supplement:
            self.found.texts.append(Fact("information_to_account_owner", supplement, place))

    def _text(self, kind: str, value: str, place: str) -> None:
        lines: list[str] = []
        for line in value.split("\n"):
            if line.startswith("//") and lines:  # goes on with the line before
                lines[-1] = f"{lines[-1]} {line[2:].strip()}"
            elif line.strip():
                lines.append(line.strip())
        if kind == "sender_to_receiver":
            for line in lines:
                match = _CODE_LINE.match(line)
                if match and match[1] in self._table.institutions_in_72 and match[2].strip():
                    self._institution(self._table.institutions_in_72[match[1]], match[2].strip(), place)
        if lines:
            self.found.texts.append(Fact(kind, " ".join(lines), place))

    def _institution(self, role: str, named: str, place: str) -> None:
        self._instructing += 1
        draft = self.found.party(f"{role}_{self._instructing}", place, "Organization")
        draft.state("swiftBic" if _BIC.fullmatch(named) else "name", named, place)


def _decimal(whole: str, cents: str) -> str:
    return f"{whole}.{cents}" if cents else whole


def _day(text: str) -> str | None:
    """Return ``YYYY-MM-DD`` of YYMMDD (years from 80 are of the last century, as in SWIFT's own rule) or YYYYMMDD."""
    if len(text) == 6 and text.isdecimal():
        text = ("19" if int(text[:2]) >= 80 else "20") + text
    if len(text) != 8 or not text.isdecimal():
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
