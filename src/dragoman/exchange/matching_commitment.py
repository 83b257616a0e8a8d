"""Commitments: what both journals keep of a question, so that it can be held against the asker later.

The commitment is the root of a Merkle tree over the blinded elements (hashed as RFC 9162, section 2.1, hashes), which
tells nothing of what was asked. An auditor may later have the asker open some elements: to show
the key, the blind and the path to the root. An asker that enumerated numbers cannot show names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from dragoman.exchange import oprf
from dragoman.exchange.oprf_group import POINT


def _leaf(element: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + element).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(elements: Sequence[bytes]) -> list[list[bytes]]:
    """Return the tree from its leaves up. A last node without a partner moves up as it is, which is RFC 9162's tree."""
    levels = [[_leaf(element) for element in elements]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(left, right) for left, right in zip(below[::2], below[1::2], strict=False)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def split(blinded: bytes) -> list[bytes]:
    """Return the elements of a batch."""
    return [blinded[start : start + POINT] for start in range(0, len(blinded), POINT)]


def commitment(blinded: bytes) -> str:
    """Return the root over a batch of blinded elements, in hexadecimal."""
    elements = split(blinded)
    return _levels(elements)[-1][0].hex() if elements else hashlib.sha256().hexdigest()


@dataclass(frozen=True, slots=True)
class Opening:
    """What an asker shows of one element: where it stood among how many, what it was, and how it hangs in the tree.

    `content` is the key's content (`MatchKey.content`), or the random filling of a padded place.
    """

    position: int
    size: int
    content: bytes
    blind: int
    path: tuple[bytes, ...]


def open_element(blinded: bytes, position: int, content: bytes, blind: int) -> Opening:
    """Return the opening of the element at a position (from 0)."""
    elements = split(blinded)
    path, place = [], position
    for level in _levels(elements)[:-1]:
        if (other := place ^ 1) < len(level):
            path.append(level[other])
        place //= 2
    return Opening(position, len(elements), content, blind, tuple(path))


def opens(opening: Opening, root: str, mode: oprf.Mode = 0) -> bool:
    """Tell whether an opening fits the commitment: whether this, and nothing else, was asked at that place."""
    if not 0 <= opening.position < opening.size:
        return False
    element, _ = oprf.blind([opening.content], [opening.blind], mode)
    found, place, size, path = _leaf(element), opening.position, opening.size, list(opening.path)
    while size > 1:
        if place ^ 1 < size:
            if not path:
                return False
            other = path.pop(0)
            found = _node(other, found) if place % 2 else _node(found, other)
        place, size = place // 2, (size + 1) // 2
    return not path and found.hex() == root
