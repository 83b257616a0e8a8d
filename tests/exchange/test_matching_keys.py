"""Keys: one spelling of every number, and keys of names that meet across spellings and scripts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from dragoman.exchange.keys_of import MatchKey, document_key, keys_of, keys_of_all
from dragoman.exchange.keys_of_names import MOST_KEYS, birth_keys, name_pairs
from dragoman.model import Record


def record(schema: str, **values: str) -> Record:
    made = Record("x-1", schema)
    for prop, value in values.items():
        made.add(prop, value)
    return made


def test_a_passport_number_meets_however_it_is_spaced_with_its_country() -> None:
    passport = record("Passport", number="a 012-345 67", country="ng", holder="p-1")
    assert keys_of(passport) == [MatchKey("document", "ng:A01234567")]
    assert keys_of(record("Person", passportNumber="A01234567", nationality="ng")) == keys_of(passport)


def test_the_same_number_of_another_country_does_not_meet() -> None:
    assert document_key("A01234567", "ng") != document_key("A01234567", "gh")


@pytest.mark.parametrize("number", ["1234", "ABCDEF", ""])
def test_numbers_that_say_too_little_give_no_key(number: str) -> None:
    assert document_key(number, "ng") is None


def test_accounts_and_contacts_are_written_one_way() -> None:
    assert keys_of(record("BankAccount", iban="GB82 WEST 1234 5698 7654 32")) == [
        MatchKey("iban", "GB82WEST12345698765432")
    ]
    assert keys_of(record("BankAccount", iban="GB83 WEST 1234 5698 7654 32")) == []
    assert keys_of(record("Person", phone="+90 (212) 555 00 00", email="Name@Example.ORG")) == [
        MatchKey("phone", "+902125550000"),
        MatchKey("email", "name@example.org"),
    ]
    assert keys_of(record("Person", phone="0212 555 00 00"), region="tr") == [MatchKey("phone", "+902125550000")]
    wallet = "0x52908400098527886E0F7030069857D2E4169EE7"
    assert keys_of(record("CryptoWallet", publicKey=wallet)) == [MatchKey("wallet", wallet.lower())]
    assert keys_of(record("UserAccount", username="@Example", service="Telegram")) == [
        MatchKey("handle", "telegram:example")
    ]
    assert keys_of(record("UserAccount", username="example")) == []


def test_keys_of_descriptions_name_their_holder() -> None:
    passport = record("Passport", number="A01234567", country="ng", holder="p-1")
    assert list(keys_of_all([passport])) == [(MatchKey("document", "ng:A01234567"), "p-1")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Mohammed Gamal Abdel-Nasser", "محمد جمال عبد الناصر"),
        ("Jamal Khashoggi", "KHASHOGGI, Gamal"),
        ("Владимир Иванов", "Vladimir Petrovich Ivanov"),
        ("Abou Krouh Samir", "Samir Aboukrouh"),
    ],
)
def test_spellings_of_one_name_share_a_key(left: str, right: str) -> None:
    assert set(name_pairs(left)) & set(name_pairs(right))


def test_a_name_and_a_day_of_birth_make_a_key_of_both() -> None:
    made = keys_of(record("Person", name="Exempla Ficta", birthDate="1950-03-01"))
    assert [key.kind for key in made].count("name-day") == len(name_pairs("Exempla Ficta"))
    assert all("@1950" in key.text for key in made)


def test_a_name_of_one_word_meets_by_day_only_and_only_another_of_one_word() -> None:
    alone = keys_of(record("Person", name="Suharto", birthDate="1950-03-01"))
    assert alone == keys_of(record("Person", name="SOEHARTO", birthDate="1950-03-01"))
    assert [key.kind for key in alone] == ["name-day"]
    assert not set(alone) & set(keys_of(record("Person", name="Exempla Suharto", birthDate="1950-03-01")))


def test_a_name_without_birth_gives_no_key() -> None:
    assert keys_of(record("Person", name="Exempla Ficta")) == []
    assert name_pairs("Exempla") == []


def test_dates_give_their_day_and_the_years_that_they_leave_open() -> None:
    assert birth_keys("1957-03-10") == (["1957-03-10"], ["1957"])
    assert birth_keys("1957~") == ([], ["1956", "1957", "1958"])
    assert birth_keys("1955/1957") == ([], ["1955", "1956", "1957"])
    assert birth_keys("1940/1957") == ([], [])
    assert birth_keys("once") == ([], [])


def test_long_names_do_not_flood_a_question() -> None:
    assert len(name_pairs(" ".join(f"Gamal{letter}th Chadji" for letter in "abcdefghij"))) <= MOST_KEYS


def test_most_arabic_names_meet_their_latin_spelling(data: Path) -> None:
    with (data / "eval" / "arabic_latin_full_names_dev.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    pairs = [(set(name_pairs(row["arabic"])), set(name_pairs(row["latin"]))) for row in rows]
    pairs = [(left, right) for left, right in pairs if left and right]
    assert sum(bool(left & right) for left, right in pairs) / len(pairs) > 0.955


def test_most_names_of_the_un_list_meet_their_original_script(data: Path) -> None:
    with (data / "names" / "un_original_script_gold.tsv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["kind"] == "INDIVIDUAL"]
    met = sum(bool(set(name_pairs(row["original_script"])) & set(name_pairs(row["name"]))) for row in rows)
    assert met / len(rows) > 0.95
