"""The travel rule: which facts about originator and beneficiary a transfer lacks, under which profile."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from dragoman.errors import UsageError
from dragoman.messages import fatf, iso20022, swift_mt
from dragoman.messages.drafting import Findings, account_of
from dragoman.messages.parties import Amount, Fact, Message


def transfer(
    amount: str | None = "5000",
    currency: str = "EUR",
    *,
    debtor: dict[str, str] | None = None,
    creditor: dict[str, str] | None = None,
    accounts: bool = True,
    uetr: bool = False,
    kind: str = "pacs.008.001.08",
    prefix: str = "",
) -> Message:
    found = Findings()
    for role, facts in (("debtor", debtor or {"name": "Ana Roe"}), ("creditor", creditor or {"name": "One Ltd"})):
        draft = found.party(prefix + role, role)
        for prop, value in facts.items():
            if prop == "customer_id":
                draft.facts.append(Fact(prop, value, role))
            else:
                draft.state(prop, value, role)
        if accounts:
            draft.bear(account_of("12345678", role))
    if amount is not None:
        found.amounts.append(Amount("instructed", amount, currency, "amount"))
    if uetr:
        found.references.append(Fact("uetr", "7a562c67", "uetr"))
    return found.finish().message(kind, "M", "wire")


def lacks(message: Message, profile: str) -> list[tuple[str, str]]:
    return [(each.party, each.fact) for each in fatf.check(message, profile).missing]


@pytest.mark.parametrize(
    "facts",
    [
        {"address": "Av Larco 1"},
        {"idNumber": "44556677"},
        {"customer_id": "778899"},
        {"birthDate": "1970-05-01", "birthPlace": "Cusco"},
    ],
)
def test_above_the_threshold_the_originator_needs_one_of_four_facts_more(facts: dict[str, str]) -> None:
    assert lacks(transfer(), "fatf") == [("originator", "any")]
    assert lacks(transfer(debtor={"name": "Ana Roe"} | facts), "fatf") == []
    assert lacks(transfer(debtor={"name": "Ana Roe", "birthDate": "1970"}), "fatf") == [("originator", "any")]


@pytest.mark.parametrize(
    ("profile", "amount", "currency", "regime"),
    [
        ("fatf", "999.99", "EUR", "reduced"),
        ("fatf", "1000", "USD", "full"),
        ("fatf_2025", "1000", "USD", "reduced"),
        ("fatf_2025", "1000.01", "USD", "full"),
        ("eu_2023_1113", "1000.00", "EUR", "reduced"),
        ("eu_2023_1113", "1000.01", "EUR", "full"),
        ("eu_2023_1113", "5", "USD", "full"),  # without a rate it cannot be compared
        ("fatf", "5", "JPY", "full"),
        ("eu_2023_1113_crypto", "0.01", "EUR", "full"),
    ],
)
def test_each_profile_has_its_threshold(profile: str, amount: str, currency: str, regime: str) -> None:
    assert fatf.check(transfer(amount, currency), profile).regime == regime


def test_a_rate_makes_other_currencies_comparable() -> None:
    message = transfer("5000", "JPY")
    assert fatf.check(message).regime == "full"
    assert "no rate was given" in fatf.check(message).reason
    assert fatf.check(message, rates={"JPY": Decimal("0.0067")}).regime == "reduced"
    assert fatf.check(transfer("500000", "JPY"), rates={"JPY": Decimal("0.0067")}).regime == "full"


def test_an_amount_that_is_not_told_counts_as_above_the_threshold() -> None:
    assert fatf.check(transfer(None)).regime == "full"


def test_below_the_threshold_names_and_accounts_are_enough_and_are_needed() -> None:
    assert lacks(transfer("5"), "fatf") == []
    assert lacks(transfer("5", debtor={"address": "Av Larco 1"}, accounts=False), "fatf") == [
        ("originator", "name"),
        ("originator", "account"),
        ("beneficiary", "account"),
    ]


def test_a_unique_reference_stands_in_for_an_account_and_is_told_of() -> None:
    completeness = fatf.check(transfer("5", accounts=False, uetr=True))
    assert completeness.complete
    assert [note.partition(":")[0] for note in completeness.notes] == ["originator", "beneficiary"]
    assert lacks(transfer("5", accounts=False, uetr=True), "eu_2023_1113_crypto")[-1] == ("beneficiary", "account")


def test_the_revised_recommendation_asks_for_address_birth_and_the_beneficiary_s_country_and_town() -> None:
    assert lacks(transfer(), "fatf_2025") == [
        ("originator", "address"),
        ("originator", "any"),
        ("beneficiary", "location"),
    ]
    whole = transfer(
        debtor={"name": "Ana Roe", "address": "Av Larco 1, Lima", "birthDate": "1970-05-01"},
        creditor={"name": "One Ltd", "address": "Lima", "country": "pe"},
    )
    assert lacks(whole, "fatf_2025") == []


def test_the_eu_asks_for_address_document_and_customer_number_together_or_for_birth() -> None:
    some = {"name": "Ana Roe", "address": "Av Larco 1", "country": "pe", "idNumber": "44556677"}
    assert lacks(transfer(debtor=some), "eu_2023_1113") == [("originator", "any")]
    assert lacks(transfer(debtor=some | {"customer_id": "7"}), "eu_2023_1113") == []
    birth = {"name": "Ana Roe", "birthDate": "1970-05-01", "birthPlace": "Cusco"}
    assert lacks(transfer(debtor=birth), "eu_2023_1113") == []


def test_inside_the_union_account_numbers_are_enough(data: Path) -> None:
    (message,) = swift_mt.read(data / "messages" / "payments" / "MT103_finMessage_p_2_1_1_C_D.txt")
    assert fatf.check(message, "eu_2023_1113").regime == "full"  # from a British bank
    agents = Findings()
    for role, code in (("debtor_agent", "AAAADEFF"), ("creditor_agent", "BBBBFRPP")):
        agents.party(role, role).state("swiftBic", code, role)
    message = Message(
        "MT103",
        "M",
        "wire",
        (*transfer().parties, *agents.finish().parties),
        (Amount("settlement", "9000", "EUR", "a"),),
    )
    completeness = fatf.check(message, "eu_2023_1113")
    assert (completeness.regime, completeness.complete) == ("within", True)


def test_a_bank_that_pays_for_itself_is_outside_the_rule_and_its_customers_are_not(data: Path) -> None:
    (core,) = iso20022.read(data / "messages" / "payments" / "cbpr_pacs009_core.xml")
    assert fatf.check(core).regime == "none"
    (cover,) = iso20022.read(data / "messages" / "payments" / "cbpr_pacs009cov.xml")
    assert fatf.check(cover).regime == "full"
    assert fatf.check(transfer(kind="MT202COV", prefix="underlying_")).missing[0].role == "underlying_debtor"
    assert fatf.check(transfer(kind="camt.053.001.08")).regime == "none"


def test_an_institution_is_known_by_its_bic() -> None:
    completeness = fatf.check(transfer(debtor={"swiftBic": "AAAADEFF"}))
    assert completeness.complete
    assert "ISO 9362" in completeness.notes[0]


def test_what_is_missing_is_said_in_words() -> None:
    missing = fatf.check(transfer("5", debtor={"address": "x"}), "fatf").missing
    assert [each.text for each in missing] == ["originator: the name is missing"]


def test_an_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="eu_2023_1113"):
        fatf.check(transfer(), "fatfx")


def test_each_profile_names_its_source_and_only_facts_that_are_described() -> None:
    text = files("dragoman.messages").joinpath("data/travel_rule_profiles.yaml").read_text(encoding="utf-8")
    table = yaml.safe_load(text)
    assert table["profiles"].keys() == fatf.profiles().keys()
    for profile in table["profiles"].values():
        assert "Recommendation 16" in profile["source"] or "2023/1113" in profile["source"]
        for regime in ("full", "reduced", "within"):
            for party in ("originator", "beneficiary"):
                for wanted in profile.get(regime, {}).get(party, []):
                    alternatives = wanted["any"] if isinstance(wanted, dict) else [[wanted]]
                    assert all(fact in table["facts"] for each in alternatives for fact in each)
