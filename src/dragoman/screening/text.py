"""Free text (remittance, instructions, reporting): the listed names and numbers in it, and where they stand.

A text is no name: most of its words are ordinary ones. So a name is looked for only where two or more *rare* words
of one listed name stand close together, and what stands there, no more, is put to the exact search. Rare is a
word that few names of the index have anything like, and that is no word of everyday payments (``common_words.tsv``).
Numbers (documents, accounts, BICs, ships, wallets) are looked up in the index as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dragoman.model import Record
from dragoman.model.tables import read_table
from dragoman.names import Token, tokenise
from dragoman.names.compiling import compiled
from dragoman.screening.explain import Hit
from dragoman.screening.kernels import STEPS
from dragoman.screening.lexicon import Lexicon
from dragoman.screening.text_numbers import PROPERTY, TextNumber, numbers_in

if TYPE_CHECKING:
    from dragoman.screening.screener import Screener

#: The least score of a name in free text. A text names people in passing: what is less alike is chance too often.
TEXT_THRESHOLD = 0.80
#: A word is rare where at most this share of the index's names (and at least so many names) has a word like it.
RARE_SHARE, RARE_NAMES = 0.01, 40
#: How alike a word of the text and a word of a name are at least, to be looked at.
_LIKE = int(0.8 * STEPS)
#: Words of one name stand at most so many words apart, particles and articles counted.
_APART = 5
#: A word of fewer letters is rare on the lists and common in texts.
_LETTERS = 3
#: Texts scanned at once, and words remembered before the scanner starts afresh.
_BATCH, _MOST_WORDS = 512, 100_000
#: A longer text is scanned piece by piece; no name is longer than the overlap.
LONGEST = 20_000
_OVERLAP = 200
_WORD = re.compile(r"[^\W_](?:[^\W_]|['\u2019\u02bc`\u00b4]|[\u0300-\u036f\u0640\u064b-\u065f\u0670\u200b-\u200f])*")
_NONE = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Mention:
    """A listed party named in a text: from character `start` to before `end` stands `text`.

    `kind` is ``name``, or the kind of number (``document``, ``account``, ``bank``, ``vessel``, ``wallet``, ...).
    """

    start: int
    end: int
    text: str
    kind: str
    hit: Hit

    @property
    def prop(self) -> str:
        """The property of which `text` is a value: ``name``, ``idNumber``, ``swiftBic``, ..."""
        return PROPERTY.get(self.kind, "name")

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain values, with ``found``: where it stands in the text."""
        found = {"start": self.start, "end": self.end, "text": self.text, "kind": self.kind}
        return {**self.hit.to_json(), "found": found}


class _Word(NamedTuple):
    """What the index has like one word: tokens of its vocabulary; and, where the word is rare, the names with them."""

    text: str
    tokens: frozenset[int]
    names: npt.NDArray[np.int32]


class _Placed(NamedTuple):
    """A word of a text, or one of its parts, and where it stands."""

    start: int
    end: int
    word: _Word


class _Piece(NamedTuple):
    """A text or a piece of one: its number, where it begins, and what it says."""

    number: int
    offset: int
    text: str


class TextScanner:
    """Finds the parties of one index in texts. Open one a thread; it remembers the words that it has seen."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._vocabulary = screener._vocabulary
        self._names = screener._names
        self._lexicon = Lexicon(screener._vocabulary, screener._arrays)
        self._hashes = screener._arrays["number_hash"]
        self._most = max(RARE_NAMES, int(RARE_SHARE * len(self._names.party)))
        self._words: dict[str, tuple[_Word, ...]] = {}

    def scan(
        self,
        texts: Sequence[str],
        *,
        threshold: float = TEXT_THRESHOLD,
        limit: int = 5,
        lists: Collection[str] | None = None,
    ) -> list[list[Mention]]:
        """Return what each text mentions, in the order of the text; at most `limit` parties a place.

        Names score `threshold` or `TEXT_THRESHOLD` at least, whichever is more; an equal number always shows.
        """
        found: list[dict[tuple[str, str], Mention]] = [{} for _ in texts]
        pieces = [piece for number, text in enumerate(texts) for piece in _pieces(number, text)]
        for first in range(0, len(pieces), _BATCH):
            batch = pieces[first : first + _BATCH]
            mentions = chain(
                self._number_mentions(batch, limit, lists),
                self._name_mentions(batch, max(threshold, TEXT_THRESHOLD), limit, lists),
            )
            for number, mention in mentions:
                key = mention.hit.source, mention.hit.record_id
                known = found[number].get(key)
                if known is None or mention.hit.score > known.hit.score:
                    found[number][key] = mention
        return [sorted(each.values(), key=lambda mention: (mention.start, -mention.hit.score)) for each in found]

    def _number_mentions(
        self, pieces: Sequence[_Piece], limit: int, lists: Collection[str] | None
    ) -> Iterator[tuple[int, Mention]]:
        placed = [(piece, number) for piece in pieces for number in numbers_in(piece.text)]
        if not placed or not len(self._hashes):
            return
        keys = np.array([number.hash for _, number in placed], np.uint64)
        at = np.minimum(np.searchsorted(self._hashes, keys), len(self._hashes) - 1)
        known = [placed[place] for place in np.flatnonzero(self._hashes[at] == keys)]
        queries = [_numbered(number) for _, number in known]
        hits = self._screener.screen_batch(queries, threshold=TEXT_THRESHOLD, limit=limit, lists=lists)
        for (piece, number), some in zip(known, hits, strict=True):
            written = piece.text[number.start : number.end]
            for hit in some:
                start = piece.offset + number.start
                yield piece.number, Mention(start, start + len(written), written, number.kind, hit)

    def _name_mentions(
        self, pieces: Sequence[_Piece], threshold: float, limit: int, lists: Collection[str] | None
    ) -> Iterator[tuple[int, Mention]]:
        placed = self._placed(pieces)
        windows = [
            (at, start, end)
            for at, start, end in dict.fromkeys(self._windows(placed))
            if len(tokenise(pieces[at].text[start:end]).tokens) > 1  # Abdel and Hady are one word
        ]
        texts = [pieces[at].text[start:end] for at, start, end in windows]
        hits = self._screener.screen_batch(texts, threshold=threshold, limit=limit, lists=lists)
        for (at, start, end), text, some in zip(windows, texts, hits, strict=True):
            piece = pieces[at]
            for hit in some:
                yield piece.number, Mention(piece.offset + start, piece.offset + end, text, "name", hit)

    def _placed(self, pieces: Sequence[_Piece]) -> list[list[_Placed]]:
        """Return the words of every piece, with what the index has like them."""
        if len(self._words) > _MOST_WORDS or self._lexicon.full:
            self._words.clear()
            self._lexicon.clear()
        cut = [[(match[0], match.start(), match.end()) for match in _WORD.finditer(piece.text)] for piece in pieces]
        self._learn({word for words in cut for word, _, _ in words if word not in self._words})
        return [
            [_Placed(start, end, part) for word, start, end in words for part in self._words[word]] for words in cut
        ]

    def _learn(self, words: set[str]) -> None:
        tokens = {word: _tokens_of(word) for word in sorted(words)}
        numbers = {word: [self._lexicon.number(token, False) for token in some] for word, some in tokens.items()}
        self._lexicon.find_new(compiled("dragoman.screening.kernels"))
        for word, some in numbers.items():
            plain = word.lower()
            telling = plain not in _ordinary() and (len(plain) >= _LETTERS or not plain.isascii())
            self._words[word] = tuple(self._word(plain, number, telling) for number in some)

    def _word(self, plain: str, number: int, telling: bool) -> _Word:
        near = self._lexicon.neighbours()
        first, last = near.start[number], near.start[number + 1]
        own = frozenset(near.token[first:last].tolist())
        tokens = near.token[first:last][near.like[first:last] >= _LIKE]
        start = self._vocabulary.post_start
        if not telling or int((start[tokens + 1] - start[tokens]).sum()) > 4 * self._most:
            return _Word(plain, own, _NONE)
        names = [self._vocabulary.post_name[start[token] : start[token + 1]] for token in tokens]
        every = np.unique(np.concatenate(names)) if names else _NONE
        return _Word(plain, own, every if len(every) <= self._most else _NONE)

    def _windows(self, placed: Sequence[Sequence[_Placed]]) -> Iterator[tuple[int, int, int]]:
        """Yield (piece, start, end) of every place where rare words of one name stand together."""
        rare = [
            (at, place, each.word.names)
            for at, words in enumerate(placed)
            for place, each in enumerate(words)
            if len(each.word.names)
        ]
        if len(rare) < 2:
            return
        lengths = [len(names) for _, _, names in rare]
        name = np.concatenate([names for _, _, names in rare]).astype(np.int64)
        piece = np.repeat([at for at, _, _ in rare], lengths)
        place = np.repeat([place for _, place, _ in rare], lengths)
        key = piece * len(self._names.party) + name
        order = np.lexsort((place, key))
        key, place, piece, name = key[order], place[order], piece[order], name[order]
        together = np.flatnonzero((key[1:] == key[:-1]) & (place[1:] - place[:-1] <= _APART))
        for left in together.tolist():
            words, first, last = placed[int(piece[left])], int(place[left]), int(place[left + 1])
            if words[first].word.text != words[last].word.text:
                yield int(piece[left]), *self._window(words, first, last, int(name[left]))

    def _window(self, words: Sequence[_Placed], first: int, last: int, name: int) -> tuple[int, int]:
        """Return where a name begins and ends: the place of its rare words, and what else of it stands next to them."""
        own = self._names.token[self._names.start[name] : self._names.start[name + 1]].tolist()
        while (place := _next(words, range(first - 1, first - 1 - _APART, -1), own)) is not None:
            first = place
        while (place := _next(words, range(last + 1, last + 1 + _APART), own)) is not None:
            last = place
        return words[first].start, words[last].end


def _next(words: Sequence[_Placed], places: range, own: Collection[int]) -> int | None:
    """Return the nearest of some places where a word of the name stands."""
    return next(
        (place for place in places if 0 <= place < len(words) and not words[place].word.tokens.isdisjoint(own)), None
    )


def _pieces(number: int, text: str) -> Iterator[_Piece]:
    for start in range(0, max(1, len(text)), LONGEST):
        yield _Piece(number, start, text[start : start + LONGEST + _OVERLAP])


def _tokens_of(word: str) -> tuple[Token, ...]:
    return tokenise(word).tokens if len(word) < 60 else ()


@cache
def _ordinary() -> frozenset[str]:
    """Return the words that are no hint of a name, lower case."""
    return frozenset(word for row in read_table("screening", "common_words.tsv") for word in row[1].split())


def _numbered(number: TextNumber) -> Record:
    record = Record("", "LegalEntity")
    record.add(number.prop, number.value)
    return record
