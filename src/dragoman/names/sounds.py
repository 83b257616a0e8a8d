"""Words to sounds: one small alphabet for every script.

A word becomes a string over `ALPHABET`. Scripts that write their vowels and scripts that do not
(Arabic, Hebrew) keep apart symbols for their vowels, because what they leave out differs; the
costs of turning one into the other are in `dragoman.names.likeness`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from dragoman.model import tables

#: Every sound. The first is "no sound"; a sound's position is its code in the compiled index.
ALPHABET = "_AWYE+%&^aeiouywbpfvtTdDkgGqKcszSZJCmnlrh0123456789"

ABJADS = frozenset({"arabic", "hebrew"})

_DOUBLED = re.compile(r"(\D)\1+")
_MARKS = re.compile(r"[\u0591-\u05c7\u064b-\u065f\u06d6-\u06ed]")


def read_table(name: str) -> list[list[str]]:
    """Return the rows of a tab-separated table in ``names/data``, comments left out."""
    return tables.read_table("names", name)


_CODES = bytes.maketrans(ALPHABET.encode(), bytes(range(len(ALPHABET))))


def codes(sounds: str) -> bytes:
    """Return the codes of some sounds: their positions in `ALPHABET`, a byte each."""
    return sounds.encode().translate(_CODES)


@cache
def _table(script: str) -> tuple[re.Pattern[str], dict[str, str]]:
    sounds = {row[1]: row[2] for row in read_table("sounds.tsv") if row[0] == script}
    longest_first = sorted(sounds, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), sounds


def _by_table(word: str, script: str) -> str:
    pattern, sounds = _table(script)
    return "".join(sounds[piece] for piece in pattern.findall(word))


@cache
def _unfold() -> dict[int, str]:
    return str.maketrans({row[1]: row[2] for row in read_table("sounds.tsv") if row[0] == "letter"})


def to_ascii(word: str) -> str:
    """Return a Latin word in lower-case ASCII letters and digits: marks dropped, special letters unfolded."""
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", word).translate(_unfold()))
    return "".join(char for char in plain if char.isascii() and char.isalnum())


def _latin(word: str) -> str:
    plain = to_ascii(word)
    # Double letters before digraphs ("Hassan", "Saddiq"), except ee and oo, which spell other vowels.
    plain = _DOUBLED.sub(lambda run: run.group() if run.group() in ("ee", "oo") else run.group(1), plain)
    pattern, sounds = _table("latin")
    return "".join(piece if piece.isdigit() else sounds[piece] for piece in _latin_pieces(pattern, plain))


def _latin_pieces(pattern: re.Pattern[str], plain: str) -> list[str]:
    if plain.isalpha():
        return pattern.findall(plain)
    return re.findall(rf"\d|{pattern.pattern}", plain)


@cache
def _indic_table() -> dict[int, tuple[str, str]]:
    return {int(row[0], 16): (row[1], row[2] if len(row) > 2 else "") for row in read_table("indic.tsv")}


def _indic(word: str) -> str:
    """Romanise by the ISCII layout; the inherent vowel is dropped at the end of a word, as Hindi and Bengali speak."""
    sounds: list[str] = []
    inherent = False
    for char in word:
        kind, sound = _indic_table().get((ord(char) - 0x0900) % 0x80, ("mark", ""))
        if inherent and kind in ("vowel", "consonant", "mark"):
            sounds.append("a")
        inherent = kind == "consonant"
        sounds.append(sound)
    return "".join(sounds)


@cache
def _any_latin() -> Any:
    icu: Any = import_module("icu")
    return icu.Transliterator.createInstance("Any-Latin; Latin-ASCII; Lower")


_HANGUL_IN_USE = (("weo", "wo"), ("eo", "o"), ("eu", "u"), ("ae", "e"), ("oe", "e"))


def _spell_other(word: str, script: str) -> str:
    """Spell any other script in Latin letters with ICU; Korean as Koreans spell it rather than as the standard does."""
    latin = str(_any_latin().transliterate(word))
    if script == "hangul":
        for standard, used in _HANGUL_IN_USE:
            latin = latin.replace(standard, used)
        latin = {"g": "k", "b": "p"}.get(latin[:1], latin[:1]) + latin[1:]
    return "".join(char for char in latin if char.isalnum())


@lru_cache(maxsize=65536)
def sounds_of(word: str, script: str) -> str:
    """Return the sounds of one lower-case word written in `script`, double sounds single.

    The result is empty where the word has no sound of its own (a lone hamza, a vowel mark).
    """
    if script == "latin" or word.isascii():
        sounds = _latin(word)
    elif script in ABJADS:
        sounds = _by_table(_MARKS.sub("", word), script)
    elif script in ("cyrillic", "greek"):
        plain = unicodedata.normalize("NFC", word) if script == "cyrillic" else without_marks(word)
        sounds = _by_table(plain, script)
    elif script == "indic":
        sounds = _indic(unicodedata.normalize("NFC", word))
    else:
        sounds = _latin(_spell_other(word, script))
    return _DOUBLED.sub(r"\1", sounds)


def without_marks(word: str) -> str:
    """Return a word without its marks, letter for letter: as many write Şimşek, Simsek."""
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))


@cache
def _icao_table() -> tuple[re.Pattern[str], dict[str, str]]:
    letters = {row[0].lower(): row[1] for row in read_table("icao_arabic.tsv")}
    longest_first = "|".join(sorted(letters, key=len, reverse=True))
    return re.compile(longest_first), letters


@lru_cache(maxsize=65536)
def decode_icao(word: str) -> str | None:
    """Return the Arabic word that a machine-readable zone spells with ICAO 9303 X-escapes, or None.

    ``mxhmwd`` is محمود. Only words that parse whole and use an X-escape qualify.
    """
    if "x" not in word or not word.isascii():
        return None
    pattern, letters = _icao_table()
    pieces = pattern.findall(word)
    if "".join(pieces) != word:
        return None
    return "".join(letters[piece] for piece in pieces)


#: The consonant class of each sound; sounds that are not here (vowels, glides, h, ayn) leave no trace.
_CLASSES = {
    sound: mark
    for mark, group in {
        "B": "bp",
        "F": "fv",
        "T": "tdTD%&",
        "K": "kgGqKc",
        "J": "JCZ",
        "S": "szS",
        "M": "m",
        "N": "n",
        "L": "l",
        "R": "r",
    }.items()
    for sound in group
} | {digit: digit for digit in "0123456789"}


#: Sounds that are heard in two ways: th as t or s, dh as d or z, j as j or g, ch as ch or sh, v as v or w.
_SECOND = {
    "Z": "S",
    "T": "S",
    "D": "S",
    "%": "S",
    "&": "S",
    "J": "K",
    "g": "J",
    "C": "S",
    "S": "J",
    "c": "S",
    "v": "",
    "K": "",
    "G": "",
}

_CLASS_CODES = {mark: code for code, mark in enumerate(sorted(set(_CLASSES.values())), start=1)}


def consonant_class(sound: str) -> int:
    """Return the code of a sound's consonant class, 0 where it has none."""
    return _CLASS_CODES.get(_CLASSES.get(sound, ""), 0)


def second_class(sound: str) -> int:
    """Return the code of another class that a sound may have: 0 for none, 255 where it may leave no trace."""
    if sound not in _SECOND:
        return 0
    return _CLASS_CODES.get(_SECOND[sound], 255)


_CLASSED = bytes.maketrans("".join(_CLASSES).encode(), "".join(_CLASSES.values()).encode())
_UNCLASSED = bytes(code for code in range(256) if chr(code) not in _CLASSES)


@lru_cache(maxsize=65536)
def skeleton(sounds: str) -> str:
    """Return the consonant classes of some sounds: what is left when voice, vowels and breath are disregarded."""
    return _DOUBLED.sub(r"\1", sounds.encode().translate(_CLASSED, _UNCLASSED).decode())
