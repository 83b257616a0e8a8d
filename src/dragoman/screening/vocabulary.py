"""The distinct tokens of all listed names, numbered: those of the former index first, then what is new."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dragoman.names import Token, skeleton
from dragoman.names.sounds import codes
from dragoman.screening.pieces import Arrays, Ints, Pieces, merged, rows, take
from dragoman.screening.rarity import first_keys

#: A token but for its spelling: what makes it another than the next.
_Key = tuple[str, int, int, tuple[tuple[str, int], ...], tuple[str, ...]]
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Key)


class Tokens(NamedTuple):
    """The tokens of an index in order: whole (see `Vocabulary`), their `Kind`, opening sound, and first key."""

    whole: Pieces
    kind: npt.NDArray[np.uint8]
    opening: npt.NDArray[np.uint8]
    key: npt.NDArray[np.uint64]

    def arrays(self) -> Arrays:
        """Return the arrays that the index keeps."""
        return {
            "token_start": self.whole.start,
            "token_blob": self.whole.columns[0],
            "token_kind": self.kind,
            "token_opening": self.opening,
            "token_key": self.key,
        }


class Vocabulary:
    """Numbers distinct tokens; spelling aside, tokens of the same forms, kind and families are one."""

    def __init__(self, former: Arrays) -> None:
        whole = Pieces(former["token_start"], (former["token_blob"],))
        self._former = Tokens(whole, former["token_kind"], former["token_opening"], former["token_key"])
        start, blob = whole.start.tolist(), whole.columns[0].tobytes()
        self._border = len(whole)
        self._known = {blob[start[at] : start[at + 1]]: at for at in range(self._border)}
        self._numbers: dict[_Key, int] = {}
        self._keys: list[_Key] = []
        self._written: list[bytes] = []
        self.new: list[Token] = []
        self.skeletons: list[str] = []
        self.settled: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]

    def number(self, token: Token) -> int:
        """Return the number of a token, as it is until `settle`."""
        key = token[1:]
        known = self._numbers.get(key)
        return self._enter(token, key) if known is None else known

    def _enter(self, token: Token, key: _Key) -> int:
        written = _encoder.encode(key)
        number = self._known.get(written)
        if number is None:
            number = self._border + len(self.new)
            self.new.append(token)
            self._keys.append(key)
            self._written.append(written)
        self._numbers[key] = number
        return number

    def settle(self, *used: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], Tokens]:
        """Number the tokens that are used by their consonants; return the new number of each, and the tokens.

        What is compared together then lies together in memory. A token that is not used has the number -1. `new` is
        put in that order too, with its `skeletons`; `settled` tells the numbers of the former tokens, and of `new`.
        """
        stays = np.zeros(self._border + len(self.new), np.bool_)
        for numbers in used:
            stays[numbers] = True
        ranks = [(skeleton(key[0]), key) for key in self._keys]
        self._known.clear()
        self._numbers.clear()
        by_rank = sorted(range(len(ranks)), key=ranks.__getitem__)
        self.skeletons = [ranks[at][0] for at in by_rank]
        self.new, self._written = [self.new[at] for at in by_rank], [self._written[at] for at in by_rank]

        def rank(number: int) -> tuple[str, _Key]:
            if number >= self._border:
                return ranks[by_rank[number - self._border]]
            key = _decoder.decode(self._former.whole.at(number))
            return skeleton(key[0]), key

        order = merged(np.flatnonzero(stays[: self._border]), np.arange(self._border, len(stays)), rank)
        place = np.full(len(stays), -1, np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        self.settled = place[: self._border], place[self._border :]
        number = place.copy()
        number[np.array(by_rank, np.int64) + self._border] = self.settled[1]
        return number, self._tokens(order)

    def _tokens(self, order: Ints) -> Tokens:
        former, new = self._former, self.new
        opening = np.frombuffer(codes("".join(token.sounds[0] for token in new)), np.uint8)
        return Tokens(
            take(former.whole, Pieces.of(self._written), order),
            rows(former.kind, np.array([token.kind for token in new], np.uint8), order),
            rows(former.opening, opening, order),
            rows(former.key, first_keys([token.sounds for token in new]), order),
        )
