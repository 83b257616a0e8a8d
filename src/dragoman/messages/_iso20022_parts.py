"""From an element of an ISO 20022 message to findings: parties, accounts, amounts, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from dragoman.errors import QueryRefused
from dragoman.messages._iso20022_table import Fields, Rule, table
from dragoman.messages._xml_names import LOCAL, Element, local, text_of
from dragoman.messages.drafting import Draft, Findings, account_of
from dragoman.messages.parties import Amount, BankAccount, Fact

#: Messages nest some 20 deep, envelopes a few more.
DEEPEST = 100
#: Wrappers between a role's element and what is said of the party.
_WRAPPERS = frozenset(("Pty", "Agt", "FIId", "FinInstnId", "CmbndId", "BrnchId", "OrgId", "FI", "PtyId"))
#: An element with one of these inside describes a party, whatever it is called.
_SHAPE = frozenset(("Nm", "FinInstnId", "PstlAdr"))
_REFUSED = "ask the sender for the message: no honest one nests so deeply"


#: What is done with an element: ``act(walker, element, word, prefix, place, depth, rules below it)``.
_Act = Callable[["Walker", "Element", str, str, str, int, "_Rules"], None]
#: What is done with a field of a party: ``act(walker, element, draft, word, place, depth, fields below it)``.
_FieldAct = Callable[["Walker", "Element", Draft, str, str, int, "_Fields"], None]
#: So many tags are remembered a parent: an invented name for every element may not fill the memory.
_MOST_TAGS = 1000


class _Rules(dict[str, tuple[_Act | None, str, str, "_Rules"]]):
    """What is done with the children of one kind of element, by their tags as they are met.

    The act (None: look through it), its word, the local name, and the rules for what is below.
    """

    def __init__(self, plain: dict[str, Rule]) -> None:
        super().__init__()
        self._plain = plain

    def __missing__(self, tag: str) -> tuple[_Act | None, str, str, _Rules]:
        name = LOCAL[tag]
        kind, word = self._plain.get(name, ("", ""))
        found = (_ACTS[kind] if kind else None, word, name, _rules_below(name))
        if len(self) < _MOST_TAGS:
            self[tag] = found
        return found


@cache
def _all_rules() -> dict[str, _Rules]:
    rules = table()
    return {"": _Rules(rules.anywhere), **{parent: _Rules(plain) for parent, plain in rules.below.items()}}


def _rules_below(name: str) -> _Rules:
    rules = _all_rules()
    return rules.get(name, rules[""])


class _Fields(dict[str, "tuple[_FieldAct, str, str, _Fields] | None"]):
    """What is done with the fields of a party on one level; None: nothing is known of such an element."""

    def __init__(self, plain: Fields, top: bool = False) -> None:
        super().__init__()
        self._plain = plain
        self._top = top

    def __missing__(self, tag: str) -> tuple[_FieldAct, str, str, _Fields] | None:
        name = LOCAL[tag]
        field = self._plain.get(name)
        found: tuple[_FieldAct, str, str, _Fields] | None = None
        if isinstance(field, dict):
            found = (Walker.address if "*" in field else Walker.party_fields, "", name, _Fields(field))
        elif field is not None:
            found = (_FIELD_ACTS.get(field, Walker.field), field, name, self)
        elif self._top and name in _WRAPPERS:
            found = (Walker.institution if name == "FinInstnId" else Walker.party_fields, "", name, self)
        if len(self) < _MOST_TAGS:
            self[tag] = found
        return found


@cache
def _party_fields() -> _Fields:
    return _Fields(table().fields, top=True)


class Walker:
    """Reads elements into findings. `found` may be exchanged between two elements."""

    def __init__(self, found: Findings) -> None:
        rules = table()
        self.found = found
        self._fields = _party_fields()
        self._groups = rules.groups
        self._schemes = rules.schemes
        self._placeholders = rules.placeholders

    def children(self, element: Element, path: str) -> None:
        """Read all that is inside an element. Raises QueryRefused where it nests deeper than DEEPEST."""
        self._below(element, path, "", 0, _rules_below(local(element)))

    def child(self, element: Element, parent: str, path: str) -> None:
        """Read one element of a parent of that name."""
        self._below((element,), path, "", 0, _rules_below(parent))

    def _below(self, elements: Iterable[Element], path: str, prefix: str, depth: int, rules: _Rules) -> None:
        for child in elements:
            act, word, name, below = rules[child.tag]
            if act is not None:
                act(self, child, word, prefix, f"{path}/{name}", depth, below)
            elif len(child):
                self._unnamed(child, name, f"{path}/{name}", prefix, depth, below)

    def _descend(self, element: Element, place: str, prefix: str, depth: int, below: _Rules) -> None:
        if depth > DEEPEST:
            raise QueryRefused(f"elements nest deeper than {DEEPEST}", place=place, remedy=_REFUSED)
        self._below(element, place, prefix, depth + 1, below)

    def _unnamed(self, element: Element, name: str, place: str, prefix: str, depth: int, below: _Rules) -> None:
        if name not in self._groups:
            for child in element:
                if LOCAL[child.tag] in _SHAPE:
                    draft = self._party(element, prefix + "other_party", place)
                    if draft.record.statements:
                        draft.facts.append(Fact("element", name, place))
                    return
        self._descend(element, place, prefix, depth, below)

    def prefixed(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read what plays its role in another transfer."""
        self._descend(element, place, word, depth, below)

    def text(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read a text, or the texts of all that is inside."""
        text = text_of(element)
        if len(element):
            text = " ".join(" ".join(map(str, element.itertext())).split())
        if text and text not in self._placeholders:
            self.found.texts.append(Fact(word, text, place))

    def reference(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read a reference, or what holds one."""
        if len(element):
            self._descend(element, place, prefix, depth, below)
        elif text := text_of(element):
            self.found.references.append(Fact(prefix + word, text, place))

    def date(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read a date, or a choice of a date and a time."""
        if len(element):
            self._descend(element, place, prefix, depth, below)
        elif text := text_of(element):
            self.found.dates.append(Fact(prefix + word, text, place))

    def amount(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read an amount; <InstdAmt> holds its amount or a choice of amounts."""
        if len(element):
            self._descend(element, place, prefix, depth, below)
            return
        text = text_of(element)
        if text.replace(".", "", 1).isdecimal() and text.isascii():
            self.found.amounts.append(Amount(prefix + word, text, element.get("Ccy") or "", place))
        elif text:
            self.found.problem(place, "an amount such as 1250.00", text)

    def account(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read an account; what names it is most often its holder."""
        role, holder, currency = prefix + word, "", None
        numbers: list[tuple[str, str]] = []
        for child in element:
            name = LOCAL[child.tag]
            if name == "Id":
                numbers += self._numbers(child)
            elif name == "Prxy":
                numbers += [("proxy", text_of(each)) for each in child if local(each) == "Id"]
            elif name == "Ccy":
                currency = text_of(child) or None
            elif name == "Nm":
                holder = holder or text_of(child)
            elif name in ("Ownr", "Svcr"):
                self._below((child,), place, prefix, depth, _rules_below(""))
        for kind, number in numbers:
            if number and number not in self._placeholders:
                self.found.account(role, _account(kind, number, f"{place}/Id", currency))
        if holder and holder not in self._placeholders:
            self.found.owner(role, place).state("alias", holder, f"{place}/Nm")

    def _numbers(self, element: Element) -> list[tuple[str, str]]:
        numbers = []
        for child in element:
            name = LOCAL[child.tag]
            if not len(child):
                numbers.append((name, text_of(child)))
            else:  # Othr, PrtryAcct
                numbers += [(name, text_of(each)) for each in child if local(each) == "Id"]
        return numbers

    def party(self, element: Element, word: str, prefix: str, place: str, depth: int, below: _Rules) -> None:
        """Read a party."""
        self._party(element, prefix + word, place)

    def _party(self, element: Element, role: str, place: str) -> Draft:
        draft = self.found.party(role, place)
        self.party_fields(element, draft, "", place, 0, self._fields)
        return draft

    def party_fields(self, element: Element, draft: Draft, word: str, place: str, depth: int, fields: _Fields) -> None:
        """Read the fields of a party on one level, and below."""
        if depth > DEEPEST:
            raise QueryRefused(f"elements nest deeper than {DEEPEST}", place=place, remedy=_REFUSED)
        for child in element:
            found = fields[child.tag]
            if found is not None:
                act, prop, name, deeper = found
                act(self, child, draft, prop, f"{place}/{name}", depth + 1, deeper)

    def institution(self, element: Element, draft: Draft, word: str, place: str, depth: int, fields: _Fields) -> None:
        """Read the fields of a financial institution."""
        draft.record.schema = "Organization"
        self.party_fields(element, draft, word, place, depth, fields)

    def field(self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields) -> None:
        """Read a field that is a text."""
        if text := self._said(element):
            draft.state(prop, text, place)

    def address(self, element: Element, draft: Draft, word: str, place: str, depth: int, fields: _Fields) -> None:
        """Read an address: its lines in order as one text, and its country."""
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

    def _said(self, element: Element) -> str:
        text = text_of(element)
        return "" if text in self._placeholders else text

    def country(self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields) -> None:
        if text := self._said(element):
            self.found.country(draft, text, place, prop)

    def birth_date(self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields) -> None:
        if text := self._said(element):
            self.found.birth_date(draft, text, place)

    def contact(self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields) -> None:
        if text := self._said(element):
            self.found.party(f"{draft.role}_contact", place).state("name", text, place)

    def identification(
        self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields
    ) -> None:
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

    def clearing_member(
        self, element: Element, draft: Draft, prop: str, place: str, depth: int, fields: _Fields
    ) -> None:
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


def _chosen(element: Element) -> str:
    """Return the text of a choice between a code and a proprietary text (Cd, Prtry)."""
    return text_of(element[0]) if len(element) else text_of(element)


def _account(kind: str, number: str, place: str, currency: str | None) -> BankAccount:
    if kind == "proxy":
        return BankAccount(number, "proxy", None, place, currency)
    return account_of(number, place, currency, iban=kind == "IBAN")


_ACTS: dict[str, _Act] = {
    "parties": Walker.party,
    "accounts": Walker.account,
    "amounts": Walker.amount,
    "texts": Walker.text,
    "references": Walker.reference,
    "dates": Walker.date,
    "prefixes": Walker.prefixed,
}
#: Fields of a party that are more than a text.
_FIELD_ACTS: dict[str, _FieldAct] = {
    "country": Walker.country,
    "birthCountry": Walker.country,
    "birthDate": Walker.birth_date,
    "contact_name": Walker.contact,
    "identification": Walker.identification,
    "clearing_member": Walker.clearing_member,
}
