"""From an element of an ISO 20022 message to findings: parties, accounts, amounts, texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dragoman.errors import QueryRefused
from dragoman.messages._iso20022_table import Fields, Rule, table
from dragoman.messages._xml_names import LOCAL, local, text_of
from dragoman.messages.drafting import Draft, Findings, account_of
from dragoman.messages.parties import Amount, BankAccount, Fact

if TYPE_CHECKING:
    from lxml.etree import _Element

#: Messages nest some 20 deep, envelopes a few more.
DEEPEST = 100
#: Wrappers between a role's element and what is said of the party.
_WRAPPERS = frozenset(("Pty", "Agt", "FIId", "FinInstnId", "CmbndId", "BrnchId", "OrgId", "FI", "PtyId"))
#: An element with one of these inside describes a party, whatever it is called.
_SHAPE = frozenset(("Nm", "FinInstnId", "PstlAdr"))
_REFUSED = "ask the sender for the message: no honest one nests so deeply"


#: Reads a field of a party that is more than a text.
_Special = Callable[["_Element", Draft, str, str], None]


class Walker:
    """Reads elements into findings. `found` may be exchanged between two elements."""

    def __init__(self, found: Findings) -> None:
        rules = table()
        self.found = found
        self._below = rules.below
        self._anywhere = rules.anywhere
        self._fields = rules.fields
        self._groups = rules.groups
        self._schemes = rules.schemes
        self._placeholders = rules.placeholders
        self._special: dict[str, _Special] = {
            "country": self._country,
            "birthCountry": self._country,
            "birthDate": self._birth_date,
            "contact_name": self._contact,
            "identification": self._identification,
            "clearing_member": self._clearing_member,
        }

    def children(self, element: _Element, path: str, prefix: str = "", depth: int = 0) -> None:
        """Read all that is inside an element. Raises QueryRefused where it nests deeper than DEEPEST."""
        rules = self.rules_below(local(element))
        for child in element:
            self.one(child, rules, path, prefix, depth)

    def rules_below(self, name: str) -> dict[str, Rule]:
        """Return the rules that hold for the children of an element of that name."""
        return self._below.get(name, self._anywhere)

    def one(self, child: _Element, rules: dict[str, Rule], path: str, prefix: str, depth: int) -> None:
        """Read one element after the rules that hold below its parent."""
        name = LOCAL[child.tag]
        rule = rules.get(name)
        if rule is None:
            if len(child):
                self._unnamed(child, name, f"{path}/{name}", prefix, depth)
            return
        kind, word = rule
        place = f"{path}/{name}"
        if kind == "parties":
            self._party(child, prefix + word, place)
        elif kind == "accounts":
            self._account(child, prefix + word, place, prefix, depth)
        elif kind == "prefixes":
            self._descend(child, place, word, depth)
        elif len(child) and kind != "texts":  # <InstdAmt> holds its amount or a choice of amounts
            self._descend(child, place, prefix, depth)
        else:
            self._leaf(child, kind, prefix + word if kind != "texts" else word, place)

    def _descend(self, element: _Element, place: str, prefix: str, depth: int) -> None:
        if depth > DEEPEST:
            raise QueryRefused(f"elements nest deeper than {DEEPEST}", place=place, remedy=_REFUSED)
        self.children(element, place, prefix, depth + 1)

    def _unnamed(self, element: _Element, name: str, place: str, prefix: str, depth: int) -> None:
        if name not in self._groups:
            for child in element:
                if LOCAL[child.tag] in _SHAPE:
                    draft = self._party(element, prefix + "other_party", place)
                    if draft.record.statements:
                        draft.facts.append(Fact("element", name, place))
                    return
        self._descend(element, place, prefix, depth)

    def _leaf(self, element: _Element, kind: str, word: str, place: str) -> None:
        text = text_of(element)
        if kind == "texts":
            if len(element):
                text = " ".join(" ".join(map(str, element.itertext())).split())
            if text and text not in self._placeholders:
                self.found.texts.append(Fact(word, text, place))
        elif not text:
            return
        elif kind == "amounts":
            self._amount(text, element.get("Ccy") or "", word, place)
        elif kind == "references":
            self.found.references.append(Fact(word, text, place))
        else:
            self.found.dates.append(Fact(word, text, place))

    def _amount(self, text: str, currency: str, word: str, place: str) -> None:
        if text.replace(".", "", 1).isdecimal() and text.isascii():
            self.found.amounts.append(Amount(word, text, currency, place))
        else:
            self.found.problem(place, "an amount such as 1250.00", text)

    def _account(self, element: _Element, role: str, place: str, prefix: str, depth: int) -> None:
        currency = None
        numbers: list[tuple[str, str]] = []
        for child in element:
            name = LOCAL[child.tag]
            if name == "Id":
                numbers += self._numbers(child)
            elif name == "Prxy":
                numbers += [("proxy", text_of(each)) for each in child if local(each) == "Id"]
            elif name == "Ccy":
                currency = text_of(child) or None
            elif name in ("Ownr", "Svcr"):
                self.one(child, self._anywhere, place, prefix, depth)
        for kind, number in numbers:
            if number and number not in self._placeholders:
                self.found.account(role, _account(kind, number, f"{place}/Id", currency))
        name = next((text_of(child) for child in element if local(child) == "Nm"), "")
        if name and name not in self._placeholders:  # most often its holder's name
            self.found.owner(role, place).state("alias", name, f"{place}/Nm")

    def _numbers(self, element: _Element) -> list[tuple[str, str]]:
        numbers = []
        for child in element:
            name = LOCAL[child.tag]
            if not len(child):
                numbers.append((name, text_of(child)))
            else:  # Othr, PrtryAcct
                numbers += [(name, text_of(each)) for each in child if local(each) == "Id"]
        return numbers

    def _party(self, element: _Element, role: str, place: str) -> Draft:
        draft = self.found.party(role, place)
        self._party_fields(element, self._fields, draft, place, 0)
        return draft

    def _party_fields(self, element: _Element, fields: Fields, draft: Draft, place: str, depth: int) -> None:
        if depth > DEEPEST:
            raise QueryRefused(f"elements nest deeper than {DEEPEST}", place=place, remedy=_REFUSED)
        for child in element:
            name = LOCAL[child.tag]
            field = fields.get(name)
            if field is None:
                if name in _WRAPPERS and fields is self._fields:
                    if name == "FinInstnId":
                        draft.record.schema = "Organization"
                    self._party_fields(child, fields, draft, f"{place}/{name}", depth + 1)
            elif isinstance(field, dict):
                if "*" in field:
                    self._address(child, draft, f"{place}/{name}")
                    continue
                self._party_fields(child, field, draft, f"{place}/{name}", depth + 1)
            elif (special := self._special.get(field)) is not None:
                special(child, draft, field, f"{place}/{name}")
            elif text := self._said(child):
                draft.state(field, text, f"{place}/{name}")

    def _address(self, element: _Element, draft: Draft, place: str) -> None:
        placeholders = self._placeholders
        lines: list[str] = []
        for child in element:
            text = child.text
            if text is None or not (text := " ".join(text.split())) or text in placeholders:
                continue
            if LOCAL[child.tag] == "Ctry":
                self.found.country(draft, text, f"{place}/Ctry", "country")
            else:
                lines.append(text)
        if lines:
            draft.state("address", ", ".join(lines), place)

    def _said(self, element: _Element) -> str:
        text = text_of(element)
        return "" if text in self._placeholders else text

    def _country(self, element: _Element, draft: Draft, prop: str, place: str) -> None:
        if text := self._said(element):
            self.found.country(draft, text, place, prop)

    def _birth_date(self, element: _Element, draft: Draft, prop: str, place: str) -> None:
        if text := self._said(element):
            self.found.birth_date(draft, text, place)

    def _contact(self, element: _Element, draft: Draft, prop: str, place: str) -> None:
        if text := self._said(element):
            self.found.party(f"{draft.role}_contact", place).state("name", text, place)

    def _identification(self, element: _Element, draft: Draft, prop: str, place: str) -> None:
        number = scheme = ""
        for child in element:
            name = LOCAL[child.tag]
            if name == "Id":
                number = text_of(child)
            elif name in ("SchmeNm", "IdTp"):
                scheme = _chosen(child)
        if not number or number in self._placeholders:
            return
        kind = self._schemes.get(scheme, "idNumber")
        if kind.endswith("_id"):  # a number of the bank's own, which names nobody elsewhere
            draft.facts.append(Fact(kind, number, place))
        else:
            draft.state(kind, number, place)

    def _clearing_member(self, element: _Element, draft: Draft, prop: str, place: str) -> None:
        member = system = ""
        for child in element:
            if local(child) == "MmbId":
                member = text_of(child)
            else:
                system = _chosen(child)
        member = member or text_of(element)
        known = [part for part in (system, member) if part and part not in self._placeholders]
        if known:
            draft.facts.append(Fact("clearing_member", " ".join(known), place))


def _chosen(element: _Element) -> str:
    """Return the text of a choice between a code and a proprietary text (Cd, Prtry)."""
    return text_of(element[0]) if len(element) else text_of(element)


def _account(kind: str, number: str, place: str, currency: str | None) -> BankAccount:
    if kind == "proxy":
        return BankAccount(number, "proxy", None, place, currency)
    return account_of(number, place, currency, iban=kind == "IBAN")
