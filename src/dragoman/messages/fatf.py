"""Completeness after FATF Recommendation 16 (the travel rule): which facts should have come with a transfer.

The rules are ``data/travel_rule_profiles.yaml``, each profile with its source. The check tells of facts that
are absent from the message. It does not judge whether those present are true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from dragoman.errors import UsageError
from dragoman.messages.parties import Amount, Message, Party

Regime = Literal["full", "reduced", "within", "none"]
_Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that the rule asks for and the message lacks: whose, which, and in words."""

    party: str
    role: str
    fact: str
    text: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """What a profile asks of a message and what is missing.

    `regime` says which set of facts applies: ``full``, ``reduced`` (below the threshold), ``within`` (inside
    the Union), or ``none`` (the message is no customer's transfer). `reason` says why, `notes` what was
    accepted in place of something else.
    """

    profile: str
    source: str
    regime: Regime
    reason: str
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


@cache
def _table() -> _Rule:
    import yaml

    text = files("dragoman.messages").joinpath("data/travel_rule_profiles.yaml").read_text(encoding="utf-8")
    plain: _Rule = yaml.safe_load(text)
    return plain


def profiles() -> dict[str, str]:
    """Return the names of the profiles and their titles."""
    return {name: profile["title"] for name, profile in _table()["profiles"].items()}


def check(message: Message, profile: str = "fatf", *, rates: Mapping[str, Decimal] | None = None) -> Completeness:
    """Return which facts the message lacks under a profile.

    `rates` are units of the profile's first currency for one unit of another (``{"JPY": Decimal("0.0061")}``).
    An amount that cannot be compared with the threshold counts as above it. Raises UsageError on a profile
    that is not in the table.
    """
    rule = _table()["profiles"].get(profile)
    if rule is None:
        names = ", ".join(_table()["profiles"])
        raise UsageError(f"no profile is called {profile!r}", remedy=f"use one of: {names}")
    roles = _roles(message)
    if roles is None:
        return Completeness(profile, rule["source"], "none", f"{message.format} is no transfer of a customer")
    regime, reason = _regime(message, rule, rates or {})
    missing: list[Missing] = []
    notes: list[str] = []
    for whose in zip(("originator", "beneficiary"), roles, strict=True):
        known = message.by_role(whose[1])
        for wanted in rule[regime][whose[0]]:
            _require(message, rule, wanted, whose, known, missing, notes)
    return Completeness(profile, rule["source"], regime, reason, tuple(missing), tuple(dict.fromkeys(notes)))


def _roles(message: Message) -> tuple[str, str] | None:
    kind = next((kind for kind in _table()["transfers"] if message.format.startswith(kind)), None)
    if kind is None:
        return None
    originator, beneficiary = _table()["transfers"][kind]
    if originator.startswith("underlying_") and not message.by_role(originator) and not message.by_role(beneficiary):
        return None
    return originator, beneficiary


def _regime(message: Message, rule: _Rule, rates: Mapping[str, Decimal]) -> tuple[Regime, str]:
    within = rule.get("within")
    if within and (countries := _countries_of_agents(message)) and countries <= set(within["countries"]):
        return "within", f"all payment service providers are in {', '.join(sorted(countries))}"
    threshold = rule["threshold"]
    if threshold is None:
        return "full", "the rule knows no threshold"
    limit = Decimal(threshold["amount"])
    written = f"{'/'.join(threshold['currencies'])} {limit}"
    amount = _amount(message)
    if amount is None:
        return "full", f"the message has no amount to compare with {written}"
    value = Decimal(amount.value)
    if amount.currency not in threshold["currencies"]:
        if amount.currency not in rates:
            return "full", f"{amount.currency} {value} cannot be compared with {written}: no rate was given"
        value *= rates[amount.currency]
    above = value >= limit if threshold["inclusive"] else value > limit
    verb = "reach" if threshold["inclusive"] else "exceed"
    shown = f"{amount.currency} {amount.value}"
    return ("full", f"{shown} {verb}s {written}") if above else ("reduced", f"{shown} does not {verb} {written}")


def _amount(message: Message) -> Amount | None:
    for kind in _table()["amounts"]:
        for amount in message.amounts:
            if amount.kind == kind:
                return amount
    return None


def _countries_of_agents(message: Message) -> set[str]:
    """Return the countries of the agents of both customers; empty unless both are known."""
    found: set[str] = set()
    for role in ("debtor_agent", "creditor_agent"):
        codes = {bic[4:6] for agent in message.by_role(role) for bic in agent.record.values("swiftBic")}
        if not codes:
            return set()
        found |= codes
    return found


def _require(
    message: Message,
    rule: _Rule,
    wanted: str | _Rule,
    whose: tuple[str, str],
    known: list[Party],
    missing: list[Missing],
    notes: list[str],
) -> None:
    party, role = whose
    if isinstance(wanted, dict):
        if any(all(_has(known, fact, party, notes) for fact in alternative) for alternative in wanted["any"]):
            return
        names = [" and ".join(_table()["facts"][fact]["says"] for fact in each) for each in wanted["any"]]
        missing.append(Missing(party, role, "any", f"{party}: none of these is there: {'; or '.join(names)}"))
        return
    if _has(known, wanted, party, notes):
        return
    if wanted == "account" and rule["account_or_reference"] and (reference := _reference(message)):
        notes.append(f"{party}: no account number; {reference} identifies the transfer, if no account was used")
        return
    missing.append(Missing(party, role, wanted, f"{party}: {_table()['facts'][wanted]['says']} is missing"))


def _has(known: list[Party], fact: str, party: str, notes: list[str]) -> bool:
    rule = _table()["facts"][fact]
    properties = rule.get("properties", ())
    for each in known:
        if rule.get("account") and each.accounts:
            return True
        if any(one.kind in rule.get("kinds", ()) for one in each.facts):
            return True
        values = [each.record.first(prop) for prop in properties]
        if all(values) if fact == "location" else any(values):
            return True
        if rule.get("or_bic") and each.record.first("swiftBic"):
            notes.append(f"{party}: known by its BIC, which stands for a registered name and address (ISO 9362)")
            return True
    return False


def _reference(message: Message) -> str | None:
    for kind in _table()["references"]:
        for fact in message.references:
            if fact.kind == kind and fact.value not in ("NOTPROVIDED", "NONREF"):
                return f"{kind} {fact.value}"
    return None
