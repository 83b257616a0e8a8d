"""Text to words: invisible characters, look-alike letters, scripts.

Everything here is about writing; what the words mean is for `dragoman.names.tokens`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from dragoman.model.lookalikes import fold_lookalikes

#: Scripts that romanise by tables of our own, with the Unicode ranges that tell them.
_RANGES = (
    ("latin", 0x0041, 0x024F),
    ("latin", 0x0250, 0x02AF),
    ("latin", 0x1E00, 0x1EFF),
    ("greek", 0x0370, 0x03FF),
    ("greek", 0x1F00, 0x1FFF),
    ("cyrillic", 0x0400, 0x052F),
    ("hebrew", 0x0590, 0x05FF),
    ("arabic", 0x0600, 0x06FF),
    ("arabic", 0x0750, 0x077F),
    ("arabic", 0x08A0, 0x08FF),
    ("indic", 0x0900, 0x0D7F),
    ("hangul", 0xAC00, 0xD7A3),
    ("han", 0x3400, 0x9FFF),
    ("han", 0x20000, 0x323AF),
)

# Format characters that no reader sees and that split words for a machine: zero width, bidi marks,
# soft hyphen, tatweel (which only stretches Arabic letters), variation selectors.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_APOSTROPHES = re.compile(
    "['\u0060\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u2018\u2019\u201b\u2032\u05f3\u055a\uff07]"
)
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u065f\u0670\u05b0-\u05c7\u093a-\u094f\u0981-\u0d4d]+[^\W_]*)*")
_FUSED_ARTICLE = re.compile(r"\b(Al|El|AL|EL)(?=[A-Z][a-z])")
_DIGIT_LETTERS = str.maketrans("0358", "oesb")
_ONE = re.compile(r"(?<=[aeiou])1|1(?=[aeiou])")


class Word(NamedTuple):
    """One word as written (lower case, marks kept), its script, and whether it was one letter of a longer word."""

    text: str
    script: str
    initial: bool


@lru_cache(maxsize=8192)
def script_of(char: str) -> str:
    """Return the script of one letter: a key of ``sounds.tsv``, ``indic``, ``han``, ``hangul``, or ``other``."""
    code = ord(char)
    for script, first, last in _RANGES:
        if first <= code <= last:
            return script
    return "other"


def clean(text: str) -> str:
    """Return `text` in NFKC without invisible characters and apostrophes."""
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    # Apostrophes go first: compatibility forms would make a blank of some.
    text = _APOSTROPHES.sub("", _INVISIBLE.sub("", text))
    return _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=65536)
def _scripts(word: str) -> frozenset[str]:
    return frozenset(script_of(char) for char in word if char.isalpha())


def _unmix(words: list[str]) -> list[str]:
    """Fold look-alikes in words that mix scripts, and in whole look-alike words beside Latin ones.

    "AHMАD" with a Cyrillic A is a trick or a slip; a name wholly in Cyrillic is a Cyrillic name.
    """
    latin = any("latin" in _scripts(word) for word in words)
    folded = []
    for word in words:
        scripts = _scripts(word)
        if latin and scripts & {"cyrillic", "greek"}:
            plain = fold_lookalikes(word)
            if "latin" in scripts or plain.isascii():
                word = plain
        folded.append(word)
    return folded


def _repair_digits(word: str) -> str:
    """Read digits inside a word of letters as the letters that a scanner took for them.

    0 is o, 3 e, 5 s, 8 b; 1 is l beside a vowel, else i.
    """
    letters = sum(char.isalpha() for char in word)
    if letters >= 2 * (len(word) - letters) and word.isascii():
        return _ONE.sub("l", word.translate(_DIGIT_LETTERS)).replace("1", "i")
    return word


@lru_cache(maxsize=256)  # an organisation's name is taken apart twice, the second time for its initials
def words(name: str) -> tuple[Word, ...]:
    """Split a name into words, in the order written. Never raises; text without letters or digits gives ()."""
    name = _FUSED_ARTICLE.sub(r"\1 ", clean(name))
    found = _WORD.findall(name)
    if not name.isascii():
        found = _unmix(found)
    result = []
    for raw in found:
        word = raw.lower()
        if not word.isalpha() and word.isalnum():
            word = _repair_digits(word)
        script = script_of(word[0])
        # "J." and "J" stand for a name; a lower-case letter alone is a particle ("Lashkar-e-Tayyiba").
        initial = len(word) == 1 and (raw != word or script in ("arabic", "hebrew")) and word.isalpha()
        result.append(Word(word, script, initial))
    return tuple(result)
