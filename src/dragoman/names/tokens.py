"""A name as tokens: what a list and a query are both turned into, once.

The rules here say which words belong together and how much each tells, not how alike two are:
articles are set aside, *abd al-* / *-ullah* / *-ud-din* compounds are one token however they are
spaced, kunya and honorifics keep a little weight, initials stand for a name.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from dragoman.names.kernels import ABJAD, BARE, OPEN
from dragoman.names.sounds import ABJADS, decode_icao, read_table, skeleton, sounds_of, to_ascii, without_marks
from dragoman.names.text import Word, script_of, words


class Kind(IntEnum):
    """How much a token tells of who is meant."""

    NAME = 0
    INITIAL = 1
    PARTICLE = 2
    TITLE = 3
    FORM = 4
    JOINED = 5
    ACRONYM = 6


_DIGITS = frozenset("0123456789")
_VOWELS = frozenset("aeiou")


class Token(NamedTuple):
    """One token of a name.

    `text` is what was written (several words where they belong together). `sounds` is the main
    form over `dragoman.names.sounds.ALPHABET`, `writing` whether that has its vowels (OPEN, ABJAD, BARE).
    `others` are further forms (sounds, writing) that the same writing may stand for: without a fused
    article, or the Arabic behind a passport's X-escapes. `families` name the sets of words that
    stand for one another (Md. and Mohammed, front and jabhat).
    """

    text: str
    sounds: str
    writing: int
    kind: Kind = Kind.NAME
    others: tuple[tuple[str, int], ...] = ()
    families: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the token is like another only with all its consonants: two words that stand apart in their name."""
        return self.kind is Kind.JOINED

    @property
    def exact(self) -> bool:
        """Whether the token is like another only if they are the same: acronyms and numbers."""
        return self.kind is Kind.ACRONYM or not _DIGITS.isdisjoint(self.sounds)

    @property
    def skeleton(self) -> str:
        """The consonant classes of the main form."""
        return skeleton(self.sounds)


class Name(NamedTuple):
    """A tokenised name: its tokens in the order written, and neighbours that may be one word elsewhere.

    `joins` holds (position of the first, joined token).
    """

    text: str
    tokens: tuple[Token, ...]
    joins: tuple[tuple[int, Token], ...]


_SUN = {"sh": "s", "ch": "s", "th": "t", "dh": "d"}
_DIN = re.compile(r"[aeiou]?l?d[iey]+ne?")
_DIN_BEHIND = re.compile(r"[aeiou]l?d[iy]ne?\Z")
_GOD = re.compile(r"[aeou]?lah?")
_FUSED_GOD = re.compile(r"(.{3,}?)[aeou]lah")
_GOD_ABJAD = ("الله", "اللہ", "اللّه")
_ABD = re.compile(r"abd(?:[aeouiy][lrsztnd]?|)")
_FUSED_ABD = re.compile(r"abd(?:[aeou]l(?=[^h])|[aeou](?=[rsztndS][aeiouh]))(.{3,})")
_FUSED_ARTICLE = re.compile(r"(?:[ae]l|[ae](?=([bdnrstz])\1))(.{3,})")


@cache
def _vocabulary() -> dict[str, str]:
    kinds = {row[1]: row[0] for row in read_table("particles.tsv")}
    for row in read_table("org_words.tsv"):
        kinds.update((word, "form") for word in row[0].split() if word not in kinds)
    return kinds


@cache
def _families() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for family, members in read_table("families.tsv"):
        for word in members.split():
            found[word] = (*found.get(word, ()), family)
    return found


@lru_cache(maxsize=65536)
def _token(word: Word) -> Token:
    """Make the token of one word, seen alone."""
    text, script, initial = word
    spelled = to_ascii(text) if script == "latin" else text
    kind = Kind.INITIAL if initial else _KINDS.get(_vocabulary().get(spelled, ""), Kind.NAME)
    families = _families().get(spelled, ())
    if script in ABJADS:
        return _abjad_token(text, script, kind, families)
    sounds = sounds_of(text, script)
    others: list[tuple[str, int]] = []
    if not text.isascii() and script == "latin" and (plain := without_marks(text)) != spelled:
        others.append((_compound(sounds_of(plain, script)), OPEN))
    if script == "latin" and (letters := decode_icao(spelled)) is not None:
        others.append((sounds_of(letters, "arabic"), ABJAD))
    if len(sounds) >= 5 and (fused := _FUSED_ARTICLE.fullmatch(spelled)):
        others.append((_compound(sounds_of(fused.group(2), "latin")), OPEN))
    if "rn" in spelled:  # a scanner's reading of m
        others.append((_compound(sounds_of(spelled.replace("rn", "m"), "latin")), OPEN))
    return Token(text, _compound(sounds), _writing(sounds), kind, tuple(others), families)


def _abjad_token(text: str, script: str, kind: Kind, families: tuple[str, ...]) -> Token:
    sounds = sounds_of(text, script)
    others: tuple[tuple[str, int], ...] = ()
    if script == "arabic":
        if text.startswith("عبدال") and len(text) > 6:
            sounds = sounds_of("عبد", script) + sounds_of(text[5:] if text[5:] != "له" else "الله", script)
        elif text.startswith("ال") and len(text) >= 4 and text not in ("الله", "اللہ"):
            others = ((sounds, ABJAD),)
            sounds = sounds_of(text[2:], script)
        elif text.endswith("الدين") or text.endswith("الدین"):
            sounds = sounds_of(text[:-5], script) + "dYn"
    return Token(text, _edges(sounds), ABJAD, kind, others, families)


def _edges(sounds: str) -> str:
    """Mark what abjads write at the edges of a word: an alef that carries any vowel, an h that is heard as a."""
    if sounds[:1] == "A":
        sounds = "^" + sounds[1:]
    return sounds[:-1] + "+" if len(sounds) > 2 and sounds[-1] == "h" else sounds


def _writing(sounds: str) -> int:
    """Tell a word that has lost its vowels ("Mhmmd") from one that has them."""
    if not _VOWELS.isdisjoint(sounds[1:]):
        return OPEN
    return BARE if sum(sound not in "aeiouyw" for sound in sounds) >= 2 else OPEN


def _before_din(sounds: str) -> str | None:
    """Return what stands before a fused din, of two letters or more, None where none ends the word.

    It is read from the end: a word may be long, and all vowels.
    """
    found = _DIN_BEHIND.search(sounds) if sounds.endswith(("n", "ne")) else None
    if found is None:
        return None
    last_vowel = found.start() + 1
    begun = max(len(sounds[:last_vowel].rstrip("aeiou")), 2)
    return sounds[:begun] if begun < last_vowel and "\n" not in sounds[:begun] else None


def _compound(sounds: str) -> str:
    """Write the fused compounds of one vowelled word one way: abd-X, X-alah, X-din."""
    if match := _FUSED_ABD.fullmatch(sounds):
        sounds = "abd" + match.group(1)
    if match := _FUSED_GOD.fullmatch(sounds):
        return match.group(1) + "alah"
    if (fused := _before_din(sounds)) is not None:
        return fused + "din"
    # The h of Fatimah and Usamah is not heard, and written or left out at will.
    return sounds[:-1] if len(sounds) > 3 and sounds.endswith("ah") else sounds


_KINDS = {"particle": Kind.PARTICLE, "title": Kind.TITLE, "form": Kind.FORM}


def _is_article(word: Word, following: Word | None) -> bool:
    role = _vocabulary().get(word.text)
    if role == "article":
        return True
    if role != "sun" or following is None or following.script != "latin":
        return False
    written = word.text[1:]
    return following.text.startswith((written, _SUN.get(written, written)))


def _split_syllables(word: Word) -> list[Word]:
    """Part the family name, written first, from the given name in a short Chinese or Korean word."""
    if word.script in ("han", "hangul") and 2 <= len(word.text) <= 4:
        return [Word(word.text[0], word.script, False), Word(word.text[1:], word.script, False)]
    return [word]


def _fuse(left: Token, right: Token, sounds: str, kind: Kind = Kind.NAME) -> Token:
    """Make one token of two that belong together; it tells as much as a name unless `kind` says otherwise."""
    writing = ABJAD if left.writing == ABJAD else _writing(sounds)
    return Token(f"{left.text} {right.text}", sounds, writing, kind)


def _belongs(left: Token, right: Token) -> Token | None:
    """Return the compound of two neighbours (abd + X, X + din, X + allah), or None where they are no compound."""
    if (left.writing == ABJAD) != (right.writing == ABJAD) or Kind.INITIAL in (left.kind, right.kind):
        return None
    if left.writing == ABJAD:
        if left.sounds == "Ebd":
            return _fuse(left, right, "Ebd" + right.sounds)
        if right.sounds == "dYn" or right.text in _GOD_ABJAD:
            return _fuse(left, right, left.sounds + right.sounds) if left.kind is Kind.NAME else None
        return None
    if _ABD.fullmatch(left.sounds) and len(right.sounds) >= 3:
        rest = "alah" if _GOD.fullmatch(right.sounds) else right.sounds
        return _fuse(left, right, "abd" + rest)
    if left.kind is Kind.NAME and len(left.sounds) >= 2 and _DIN.fullmatch(right.sounds):
        return _fuse(left, right, left.sounds + "din")
    if left.kind is Kind.NAME and len(left.sounds) >= 3 and _GOD.fullmatch(right.sounds):
        return _fuse(left, right, left.sounds + "alah")
    return None


def _join(tokens: tuple[Token, ...]) -> tuple[tuple[int, Token], ...]:
    """Offer neighbours as one word where both are not long: "Bou Krouh", "Jong Un", "Mohammad Zahir"."""
    joins = []
    for position, (left, right) in enumerate(pairwise(tokens)):
        if (
            (left.writing == ABJAD) != (right.writing == ABJAD)
            or Kind.INITIAL in (left.kind, right.kind)
            or Kind.FORM in (left.kind, right.kind)
        ):
            continue
        if min(len(left.sounds), len(right.sounds)) <= _SHORT or len(left.sounds) + len(right.sounds) <= _TOGETHER:
            joins.append((position, _fuse(left, right, left.sounds + right.sounds, Kind.JOINED)))
    return tuple(joins)


#: A word of so few sounds is often written together with its neighbour.
_SHORT = 3
#: Two words of together so few sounds may be.
_TOGETHER = 13


@lru_cache(maxsize=2048)
def tokenise(name: str) -> Name:
    """Turn a name in any script into tokens. Never raises; the same text always gives the same tokens.

    Articles are dropped unless nothing else would be left; a name of nothing but particles and
    titles is read as a name after all.
    """
    written = [part for word in words(name) for part in _split_syllables(word)]
    kept = [word for word, following in pairwise([*written, None]) if word and not _is_article(word, following)]
    tokens: list[Token] = []
    for word in kept or written:
        token = _token(word)
        if not token.sounds:
            continue
        compound = _belongs(tokens[-1], token) if tokens else None
        if compound is not None:
            tokens[-1] = compound
        else:
            tokens.append(token)
    if all(token.kind not in (Kind.NAME, Kind.INITIAL) for token in tokens):
        tokens = [token._replace(kind=Kind.NAME) for token in tokens]
    if all(token.kind is not Kind.NAME for token in tokens):
        tokens = _spelled_out(tokens)
    if len(tokens) == 1 and _is_acronym(tokens[0]):
        tokens = [_acronym_token(tokens[0].text)]
    return Name(name, tuple(tokens), _join(tuple(tokens)))


#: A word without vowels of at most so many letters that is all of a name is an acronym.
_ACRONYM = 5


def _is_acronym(token: Token) -> bool:
    """Tell whether a token that is all of a name is an acronym; in an X-escaped passport name it is not."""
    vowels = not _VOWELS.isdisjoint(token.sounds)
    return token.writing == BARE and not vowels and not token.others and len(token.text) <= _ACRONYM


def _spelled_out(tokens: list[Token]) -> list[Token]:
    """Put the letters of a dotted acronym together ("M.O.G.E."); a letter alone is a name."""
    letters = [token for token in tokens if token.kind is Kind.INITIAL]
    others = [token for token in tokens if token.kind is not Kind.INITIAL]
    if not letters:
        return tokens
    text = "".join(token.text for token in letters)
    if len(letters) > 1 and letters[0].writing != ABJAD:
        return [_acronym_token(text), *others]
    sounds = sounds_of(text, script_of(text[0]))
    return [Token(text, sounds, letters[0].writing if sounds[1:] else OPEN), *others]


def acronym(text: str) -> Name:
    """Return the name that an acronym is: one token, like nothing but itself."""
    return Name(text, (_acronym_token(text.lower()),), ())


def _acronym_token(text: str) -> Token:
    """Sound an acronym letter by letter: CCMC is not CMC."""
    sounds = "".join(sounds_of(letter, script_of(letter)) for letter in text)
    return Token(text, sounds, _writing(sounds), Kind.ACRONYM)


def acronyms(name: Name) -> tuple[str, ...]:
    """Return the initials that an organisation's name of three words or more may go by, upper case.

    Of all its words, without its particles, and without its articles as well: Al-Qaida in the Islamic
    Maghreb is AQIM, Lashkar-e Tayyiba is LeT, Tehrik-e Taliban Pakistan is TTP.
    """
    roles = [(word.text, _vocabulary().get(word.text, "")) for word in words(name.text) if word.script == "latin"]
    if len(roles) < len(name.tokens):
        return ()
    whole = [text for text, role in roles if role not in ("form", "sun")]
    main = [text for text, role in roles if role in ("", "title") or text in ("al", "el")]
    bare = [text for text, role in roles if role in ("", "title")]
    found = {"".join(text[0] for text in parts).upper() for parts in (whole, main, bare) if len(parts) >= 3}
    return tuple(sorted(found))
