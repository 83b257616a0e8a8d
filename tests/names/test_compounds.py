"""Words that belong together are one token however they are spaced, and small words weigh little."""

from __future__ import annotations

import pytest

from dragoman.names import Kind, Token, acronyms, tokenise
from dragoman.names.likeness import likeness


def only(name: str) -> Token:
    (token,) = tokenise(name).tokens
    return token


def alike(left: str, right: str) -> float:
    return likeness(tokenise(left).tokens[0], tokenise(right).tokens[0])


ABD = [
    "Abdulrahman",
    "Abd al Rahman",
    "Abd al-Rahman",
    "Abd-ul-Rahman",
    "Abdul Rahman",
    "Abdur Rahman",
    "Abdurrahman",
    "Abd ar-Rahman",
    "AbdalRahman",
    "'Abd al-Rahman",
    "Abdel Rahman",
    "Abderrahman",
]
GOD = ["Nasrullah", "Nasrallah", "Nasr Allah", "Nasr ullah", "Nasr-ullah", "Nasr-Allah", "Nasrollah"]
DIN = ["Jalaluddin", "Jalal ud-Din", "Jalal al-Din", "Jalal ad Din", "Jalaleddine", "Jalal Uddin", "Jalaludin"]
SERVANT = ["Abdullah", "Abdallah", "Abd Allah", "Abd ullah", "Abdollah"]


@pytest.mark.parametrize("family", [ABD, GOD, DIN, SERVANT], ids=["abd al-", "-ullah", "ud-din", "abdullah"])
def test_compounds_are_one_token_joined_or_split(family: list[str]) -> None:
    first = only(family[0])
    for spelling in family[1:]:
        assert likeness(first, only(spelling)) >= 0.85, spelling


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("Abdulrahman", ["عبدالرحمن", "عبد الرحمن", "عبدالرحمان"]),
        ("Abdullah", ["عبدالله", "عبد الله"]),
        ("Nasrullah", ["نصرالله", "نصر الله"]),
        ("Jalaluddin", ["جلال الدين", "جلالالدين"]),
        ("Abdulkarim", ["عبدالكريم", "عبد الكريم"]),
    ],
)
def test_compounds_are_one_token_in_arabic_and_like_the_latin_one(latin: str, arabic: list[str]) -> None:
    for written in arabic:
        assert likeness(only(latin), only(written)) >= 0.8, written
        assert likeness(only(arabic[0]), only(written)) >= 0.9, written


@pytest.mark.parametrize(
    "names",
    [
        ("Abu Bakr", "Abubakr"),
        ("Abou Bakr", "Aboubakr"),
        ("Umm Kulthum", "Ummkulthum"),
        ("أبو بكر", "ابوبكر"),
        ("Bou Krouh", "Boukrouh"),
        ("Jong Un", "Jongun"),
    ],
)
def test_neighbours_written_as_one_word_are_offered_as_one(names: tuple[str, str]) -> None:
    split, joined = map(tokenise, names)
    assert max(likeness(token, joined.tokens[0]) for _, token in split.joins) >= 0.95
    assert all(token.kind is Kind.JOINED for _, token in split.joins)


@pytest.mark.parametrize("name", ["al-Qaida", "Al Qaida", "El Qaida", "The Qaida", "alQaida"])
def test_the_article_is_dropped(name: str) -> None:
    assert alike(name, "Qaida") == 1.0


@pytest.mark.parametrize(
    ("fused", "plain"),
    [
        ("Aljafari", "Jafari"),
        ("AlJafari", "Jafari"),
        ("Elhosseiny", "Hosseiny"),
        ("Assadr", "Sadr"),
        ("الجعفري", "جعفري"),
    ],
)
def test_a_fused_article_may_be_set_aside(fused: str, plain: str) -> None:
    assert alike(fused, plain) >= 0.9


def test_an_article_assimilated_to_the_next_letter_is_dropped_only_there() -> None:
    assert [token.text for token in tokenise("Harun ar-Rashid").tokens] == ["harun", "rashid"]
    assert "ar" in [token.text for token in tokenise("Ar Khalid").tokens]


@pytest.mark.parametrize("name", ["Al", "the", "ibn", "Sheikh", "Haji Mullah", "بن"])
def test_a_name_of_nothing_but_small_words_is_a_name_after_all(name: str) -> None:
    assert {token.kind for token in tokenise(name).tokens} == {Kind.NAME}


@pytest.mark.parametrize(
    "particle",
    ["abu", "umm", "ibn", "bin", "bint", "ben", "ould", "van", "von", "de", "أبو", "أم", "بن", "ابن", "بنت", "оглы"],
)
def test_kunya_nasab_and_noble_particles_say_little(particle: str) -> None:
    assert tokenise(f"Karim {particle} Khalid").tokens[1].kind is Kind.PARTICLE


@pytest.mark.parametrize(
    "title",
    [
        "Mullah",
        "Maulavi",
        "Haji",
        "Hajji",
        "Sheikh",
        "Qari",
        "Ustad",
        "Sri",
        "Dr.",
        "General",
        "الشيخ",
        "حاجی",
        "мулла",
    ],
)
def test_honorifics_and_ranks_say_little(title: str) -> None:
    assert tokenise(f"{title} Karim").tokens[0].kind is Kind.TITLE


@pytest.mark.parametrize("form", ["Ltd", "LLC", "GmbH", "S.A.", "Company", "OOO", "Group"])
def test_legal_forms_and_generic_words_say_little(form: str) -> None:
    kinds = [token.kind for token in tokenise(f"Nusrat Trading {form}").tokens]
    assert kinds[0] is Kind.NAME
    assert all(kind in (Kind.FORM, Kind.INITIAL) for kind in kinds[2:])


@pytest.mark.parametrize(
    ("name", "initials"), [("J. Savimbi", [0]), ("J Savimbi", [0]), ("M. K. Gandhi", [0, 1]), ("Karim A. Khalid", [1])]
)
def test_a_capital_letter_alone_is_an_initial(name: str, initials: list[int]) -> None:
    assert [at for at, token in enumerate(tokenise(name).tokens) if token.kind is Kind.INITIAL] == initials


def test_a_small_letter_alone_is_a_particle() -> None:
    assert tokenise("Lashkar-e-Tayyiba").tokens[1].kind is Kind.PARTICLE


@pytest.mark.parametrize(
    "short",
    ["Md.", "Md", "Mohd", "Mohd.", "Muhd", "Med", "Mohamed", "Muhammad", "Mehmet", "Mamadou", "Magomed", "Muhammed"],
)
def test_the_many_ways_of_mohammed_are_one_family(short: str) -> None:
    assert alike(f"{short} Rafiq", "Mohammed Rafiq") >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bill", "William"),
        ("Sasha", "Alexander"),
        ("Jose", "Joseph"),
        ("Jabhat", "Front"),
        ("Jaish", "Army"),
        ("الدولة", "State"),
        ("Hizb", "حزب"),
    ],
)
def test_nicknames_and_translated_words_stand_for_each_other(one: str, other: str) -> None:
    assert alike(f"{one} Nusra", f"{other} Nusra") >= 0.85


@pytest.mark.parametrize("name", ["AHMАD", "АHMAD", "AHMΑD", "Аhmad Karim", "Ahmаd Kаrim"])
def test_look_alike_letters_are_read_as_what_they_look_like(name: str) -> None:
    assert tokenise(name).tokens[0].sounds == "ahmad"


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("0sama", "osama"),
        ("K1m", "kim"),
        ("5mith", "smith"),
        ("8ashir", "bashir"),
    ],
)
def test_digits_that_a_scanner_put_for_letters_are_letters(name: str, due: str) -> None:
    assert tokenise(f"{name} Karim").tokens[0].sounds == tokenise(f"{due} Karim").tokens[0].sounds


def test_rn_may_be_a_scanners_m() -> None:
    assert alike("Moharned", "Mohamed") >= 0.85


def test_a_number_is_itself_or_another() -> None:
    assert alike("17 November", "17 November") == 1.0
    assert alike("17 November", "18 November") == 0.0


@pytest.mark.parametrize(
    ("bare", "whole"),
    [("Mhmmd", "Mohammed"), ("Ksm", "Kassem"), ("Hssn", "Hassan"), ("Ftm", "Fatima"), ("Brhm", "Ibrahim")],
)
def test_words_that_lost_their_vowels_are_like_the_whole_ones(bare: str, whole: str) -> None:
    assert alike(f"{bare} Karim", f"{whole} Karim") >= 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boumediene", "Bumedien"),
        ("Youssef", "Yusuf"),
        ("Djamel", "Jamel"),
        ("Hadj", "Haj"),
        ("Tchiko", "Chiko"),
        ("Khaled", "Haled"),
        ("Qasim", "Kassim"),
        ("Qadir", "Gadir"),
        ("Gaddafi", "Kaddafi"),
        ("Shukri", "Choukri"),
        ("Schukri", "Shukri"),
        ("Wahid", "Vahid"),
        ("Cemil", "Jamil"),
        ("Yahia", "Yahya"),
        ("Saddiq", "Sadik"),
        ("Zarqawi", "Zarkaoui"),
        ("Dhahir", "Zahir"),
    ],
)
def test_transliteration_habits_are_forgiven(one: str, other: str) -> None:
    assert alike(f"{one} Nur", f"{other} Nur") >= 0.6


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hassan", "Hussein"),
        ("Karim", "Qasim"),
        ("Omar", "Ali"),
        ("Ivanov", "Petrov"),
        ("Salim", "Kalim"),
        ("Hamid", "Majid"),
    ],
)
def test_different_names_are_told_apart(one: str, other: str) -> None:
    assert alike(f"{one} Nur", f"{other} Nur") < 0.8


@pytest.mark.parametrize(
    "apostrophe", ["'", "`", "\u00b4", "\u02bb", "\u02bc", "\u02be", "\u02bf", "\u2018", "\u2019", "\u2032", "\uff07"]
)
def test_an_apostrophe_parts_no_word(apostrophe: str) -> None:
    assert [token.text for token in tokenise(f"O{apostrophe}Neill").tokens] == ["oneill"]
    assert [token.text for token in tokenise(f"Ja{apostrophe}far").tokens] == ["jafar"]


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("Al-Qaida in the Islamic Maghreb", "AQIM"),
        ("Al-Qaida in the Arabian Peninsula", "AQAP"),
        ("Tehrik-e Taliban Pakistan", "TTP"),
        ("Lashkar-e-Tayyiba", "LET"),
        ("Jama'a Nusrat ul-Islam wa al-Muslimin", "JNIM"),
        ("Islamic State in Iraq and the Levant", "ISIL"),
        ("Islamic Movement of Uzbekistan", "IMU"),
        ("Liberation Tigers of Tamil Eelam", "LTTE"),
    ],
)
def test_an_organisation_goes_by_its_initials(name: str, known_as: str) -> None:
    assert known_as in acronyms(tokenise(name))


@pytest.mark.parametrize("name", ["", "Taliban", "Haqqani Network", "جبهة النصرة لاهل الشام"])
def test_a_short_name_or_another_script_has_no_initials(name: str) -> None:
    assert acronyms(tokenise(name)) == ()
