"""The tables of names are data: each row is well formed, and says nothing twice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from dragoman.names import ALPHABET
from dragoman.names.sounds import consonant_class, read_table, second_class, to_ascii
from dragoman.names.text import script_of

TABLES = ["common_tokens", "families", "icao_arabic", "indic", "org_words", "particles", "sound_costs", "sounds"]
SOUNDS = set(ALPHABET[1:])


def test_every_table_in_the_folder_is_tested_here() -> None:
    found = {file.name for file in files("dragoman.names").joinpath("data").iterdir()}
    assert found == {f"{table}.tsv" for table in TABLES}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_says_where_it_comes_from_and_no_row_twice(table: str) -> None:
    text = files("dragoman.names").joinpath("data", f"{table}.tsv").read_text(encoding="utf-8")
    assert text.startswith("#")
    rows = [tuple(row) for row in read_table(f"{table}.tsv")]
    assert [row for row, times in Counter(rows).items() if times > 1] == []
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("table", ["families", "particles", "org_words", "common_tokens"])
def test_words_are_written_as_they_are_looked_up(table: str) -> None:
    column = {"families": 1, "particles": 1, "org_words": 0, "common_tokens": 1}[table]
    for row in read_table(f"{table}.tsv"):
        for word in row[column].split():
            assert word == word.lower()
            if script_of(word[0]) == "latin":
                assert word == to_ascii(word), word
            else:
                assert word == unicodedata.normalize("NFC", word), word


def test_no_word_is_of_two_kinds() -> None:
    words = [row[1] for row in read_table("particles.tsv")]
    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert {row[0] for row in read_table("particles.tsv")} == {"article", "sun", "particle", "title"}


def test_a_family_is_named_once_and_has_each_word_once() -> None:
    rows = read_table("families.tsv")
    assert [name for name, times in Counter(row[0] for row in rows).items() if times > 1] == []
    for name, members in rows:
        assert re.fullmatch(r"(given|org):[a-z0-9]+", name)
        assert len(members.split()) > 1
        assert [word for word, times in Counter(members.split()).items() if times > 1] == [], name


def test_every_writing_stands_for_sounds_of_the_alphabet() -> None:
    rows = read_table("sounds.tsv")
    assert [row[:2] for row, times in Counter((row[0], row[1]) for row in rows).items() if times > 1] == []
    for script, written, *rest in rows:
        sounds = rest[0] if rest else ""
        if script == "letter":
            assert sounds.isascii(), written
            continue
        assert set(sounds) <= SOUNDS, (script, written)


def test_the_indic_table_covers_one_block_with_known_kinds() -> None:
    for offset, kind, *rest in read_table("indic.tsv"):
        assert 0 <= int(offset, 16) < 0x80
        assert kind in ("vowel", "sign", "consonant", "mark", "virama"), kind
        assert set("".join(rest)) <= SOUNDS


def test_the_zones_escapes_are_single_arabic_letters() -> None:
    rows = read_table("icao_arabic.tsv")
    assert len({row[0] for row in rows}) == len(rows)
    for spelled, letter in rows:
        assert spelled.isascii()
        assert spelled.isupper()
        assert len(letter) == 1
        assert script_of(letter) == "arabic"


def test_costs_are_of_known_sounds_and_not_below_nothing() -> None:
    for kind, left, right, cost in read_table("sound_costs.tsv"):
        assert kind in ("open", "mixed")
        assert left in ALPHABET
        assert right in ALPHABET
        assert (left, right) != ("_", "_")
        assert 0.0 <= float(cost) <= 5.0


def test_shares_of_common_words_are_shares() -> None:
    words = [word for row in read_table("common_tokens.tsv") for word in row[1].split()]
    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert all(0.0 < float(row[0]) < 0.2 for row in read_table("common_tokens.tsv"))


def test_the_alphabet_has_each_sound_once_and_every_consonant_a_class() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert ALPHABET[0] == "_"
    assert [sound for sound in ALPHABET if consonant_class(sound) == 0] == list("_AWYE+^aeiouywh")
    assert all(second_class(sound) == 0 for sound in "aeiou")
