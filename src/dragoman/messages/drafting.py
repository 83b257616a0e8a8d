"""Parties on their way into a message: what the readers of payments share."""

from __future__ import annotations

from functools import lru_cache

from dragoman.errors import ValueRefused
from dragoman.messages.parties import Amount, BankAccount, Fact, Message, Party, Problem
from dragoman.model import Record, Statement
from dragoman.model.countries import country_code
from dragoman.model.dates import PartialDate

#: What a party is until something says more: any person or body.
UNKNOWN = "LegalEntity"
_LONGEST = 500
#: No wallet address is shorter (BIP-173, base58check), and no bank account number longer than 34 (ISO 13616).
_SHORTEST_WALLET = 26


class Draft:
    """A party being read."""

    __slots__ = ("accounts", "facts", "place", "record", "role")

    def __init__(self, role: str, place: str, schema: str = UNKNOWN) -> None:
        self.role = role
        self.place = place
        self.record = Record(place, schema)
        self.accounts: list[BankAccount] = []
        self.facts: list[Fact] = []

    def state(self, prop: str, value: str, place: str, original: str | None = None) -> None:
        """State a value of the party, once."""
        statements = self.record.statements
        for known in statements:
            if known.prop == prop and known.value == value:
                return
        statements.append(Statement(prop, value, original, place))

    def bear(self, account: BankAccount) -> None:
        """Give the party an account, by whose number it is screened too."""
        if account in self.accounts:
            return
        self.accounts.append(account)
        prop = _ACCOUNT_PROPS.get(account.kind)
        if prop == "accountNumber" and not any(char.isdigit() for char in account.number):
            # Senders write names and branches there, such as "/MUFG LTD/".
            self.state("alias", account.number.strip("/ "), account.place)
        elif prop:
            self.state(prop, account.number, account.place)

    def finished(self) -> Party | None:
        """Return the party; None where nothing is known of it."""
        if not self.record.statements and not self.accounts and not self.facts:
            return None
        return Party(self.role, self.record, self.place, tuple(self.accounts), tuple(self.facts))


_ACCOUNT_PROPS = {"iban": "iban", "other": "accountNumber", "wallet": "publicKey"}


class Findings:
    """What has been read of a message, or of what several transactions share."""

    __slots__ = ("_lone", "_roles", "amounts", "dates", "drafts", "problems", "references", "texts")

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.amounts: list[Amount] = []
        self.texts: list[Fact] = []
        self.references: list[Fact] = []
        self.dates: list[Fact] = []
        self.problems: list[Problem] = []
        self._roles: dict[str, Draft] = {}
        self._lone: list[tuple[str, BankAccount]] = []

    def party(self, role: str, place: str, schema: str = UNKNOWN) -> Draft:
        """Begin a party."""
        draft = Draft(role, place, schema)
        self.drafts.append(draft)
        self._roles[role] = draft
        return draft

    def account(self, role: str, account: BankAccount) -> None:
        """Give an account to the party last begun in that role, or else to the one that will be."""
        owner = self._roles.get(role)
        if owner is None:
            self._lone.append((role, account))
        else:
            owner.bear(account)

    def owner(self, role: str, place: str) -> Draft:
        """Return the party last begun in that role, or begin it."""
        return self._roles.get(role) or self.party(role, place)

    def problem(self, place: str, expected: str, found: str) -> None:
        """Account for something that could not be read."""
        self.problems.append(Problem(place, expected, found[:_LONGEST]))

    def country(self, draft: Draft, text: str, place: str, prop: str = "country") -> None:
        """State a country, or say that it is none."""
        code = known_country(text)
        if code is None:
            self.problem(place, "a country code of ISO 3166", text)
        else:
            draft.state(prop, code, place, None if code == text else text)

    def birth_date(self, draft: Draft, text: str, place: str) -> None:
        """State a date of birth (``YYYY-MM-DD``, ``YYYYMMDD`` or a shorter one), which makes the party a person."""
        draft.record.schema = "Person"
        day = known_day(text)
        if day is None:
            self.problem(place, "a date of birth", text)
        else:
            draft.state("birthDate", day, place, None if day == text else text)

    def finish(self) -> Shared:
        """Return what was found, with accounts that nobody claimed as parties of their own."""
        for role, account in self._lone:
            self.owner(role, account.place).bear(account)
        self._lone.clear()
        parties = tuple([party for draft in self.drafts if (party := draft.finished()) is not None])
        return Shared(
            parties,
            tuple(self.amounts),
            tuple(self.texts),
            tuple(self.references),
            tuple(self.dates),
            tuple(self.problems),
        )


class Shared:
    """Findings that no longer change; the transactions of a batch hold the same parties."""

    __slots__ = ("amounts", "dates", "parties", "problems", "references", "texts")

    def __init__(
        self,
        parties: tuple[Party, ...] = (),
        amounts: tuple[Amount, ...] = (),
        texts: tuple[Fact, ...] = (),
        references: tuple[Fact, ...] = (),
        dates: tuple[Fact, ...] = (),
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.parties = parties
        self.amounts = amounts
        self.texts = texts
        self.references = references
        self.dates = dates
        self.problems = problems

    def __bool__(self) -> bool:
        return bool(self.parties or self.amounts or self.texts or self.references or self.dates or self.problems)

    def __add__(self, other: Shared) -> Shared:
        return Shared(
            self.parties + other.parties,
            self.amounts + other.amounts,
            self.texts + other.texts,
            self.references + other.references,
            self.dates + other.dates,
            self.problems + other.problems,
        )

    def message(self, kind: str, id_: str | None, place: str) -> Message:
        """Return these findings as a message."""
        return Message(
            kind,
            id_,
            place,
            self.parties,
            self.amounts,
            self.texts,
            self.references,
            self.dates,
            problems=self.problems,
        )


def known_country(text: str) -> str | None:
    """Return the lower-case ISO 3166 code of a two-letter code as messages write it; None where it is none."""
    return _country(text) if len(text) == 2 else None


_country = lru_cache(maxsize=1024)(country_code)


@lru_cache(maxsize=65536)
def known_day(text: str) -> str | None:
    """Return a day as ``YYYY-MM-DD`` (or a year, or a month), also from ``YYYYMMDD``; None where it is none."""
    bare = text[:10]
    if len(text) == 8 and text.isdecimal():
        bare = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        PartialDate.parse(bare)
    except ValueRefused:
        return None
    return bare


@lru_cache(maxsize=65536)
def judged_number(number: str) -> tuple[str, str, bool | None]:
    """Return an account number as compared, its kind (``iban``, ``wallet``, ``other``), and whether it checks."""
    from dragoman.model.identifiers import iban
    from dragoman.model.wallets import check_wallet, normalise_wallet

    bare = "".join(number.split())
    letters = bare[:2]
    if 15 <= len(bare) <= 34 and letters.isalpha() and bare[2:4].isdigit():
        if found := iban(bare):
            return found, "iban", True
        if iban(_with_right_check_digits(bare)):  # it has the form of its country's, and fails the check
            return bare, "iban", False
    if len(bare) >= _SHORTEST_WALLET and not bare.isdigit():
        check = check_wallet(bare)
        if check.form is not None and check.valid is not False:
            return normalise_wallet(bare), "wallet", check.valid
    return " ".join(number.split()), "other", None


def _with_right_check_digits(number: str) -> str:
    """Return an IBAN with the check digits that ISO 13616 computes for the rest of it."""
    country, rest = number[:2].upper(), number[4:].upper()
    if not (number.isascii() and number.isalnum()):
        return ""
    digits = "".join(str(int(letter, 36)) for letter in f"{rest}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{rest}"


def account_of(number: str, place: str, currency: str | None = None, *, iban: bool = False) -> BankAccount:
    """Return the account of a number as written. `iban` says that the sender calls it one."""
    bare, kind, valid = judged_number(number)
    if iban and kind != "iban":
        return BankAccount(bare, "iban", False, place, currency)
    return BankAccount(bare, kind, valid, place, currency)
