"""The distinct tokens of all listed names, numbered: those of the former index first, then what is new."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from dragoman.names import Token, skeleton
from dragoman.names.sounds import codes
from dragoman.screening.pieces import Arrays, Ints, Pieces, merged, rows, take
from dragoman.screening.rarity import first_keys

_encoder = msgspec.msgpack.Encoder()
#: A token but for its spelling: what makes it another than the next.
_decoder = msgspec.msgpack.Decoder(tuple[str, int, int, tuple[tuple[str, int], ...], tuple[str, ...]])


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
        self._known = {blob[start[at] : start[at + 1]]: at for at in range(len(whole))}
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._written: list[bytes] = []
        self.new: list[Token] = []

    def number(self, token: Token) -> int:
        """Return the number of a token, as it is until `settle`."""
        known = self._numbers.get(token[1:])
        return self._enter(token) if known is None else known

    def _enter(self, token: Token) -> int:
        written = _encoder.encode(token[1:])
        number = self._known.get(written)
        if number is None:
            number = len(self._former.whole) + len(self.new)
            self.new.append(token)
            self._written.append(written)
        self._numbers[token[1:]] = number
        return number

    def settle(self, *used: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], Tokens]:
        """Number the tokens that are used by their consonants; return the new number of each, and the tokens.

        What is compared together then lies together in memory. A token that is not used has the number -1.
        """
        known = len(self._former.whole)
        stays = np.zeros(known + len(self.new), np.bool_)
        for numbers in used:
            stays[numbers] = True
        new = sorted(range(known, len(stays)), key=self._key)
        order = merged(np.flatnonzero(stays[:known]), np.array(new, np.int64), self._key)
        settled = np.full(len(stays), -1, np.int32)
        settled[order] = np.arange(len(order), dtype=np.int32)
        return settled, self._tokens(order)

    def _key(self, number: int) -> tuple[str, tuple[Any, ...]]:
        at = number - len(self._former.whole)
        key = self.new[at][1:] if at >= 0 else _decoder.decode(self._former.whole.at(number))
        return skeleton(key[0]), key

    def _tokens(self, order: Ints) -> Tokens:
        former, new = self._former, self.new
        opening = np.frombuffer(codes("".join(token.sounds[0] for token in new)), np.uint8)
        return Tokens(
            take(former.whole, Pieces.of(self._written), order),
            rows(former.kind, np.array([token.kind for token in new], np.uint8), order),
            rows(former.opening, opening, order),
            rows(former.key, first_keys([token.sounds for token in new]), order),
        )
