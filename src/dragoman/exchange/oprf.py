"""The oblivious pseudo-random function OPRF(ristretto255, SHA-512) of RFC 9497, in batches.

One side holds a key; the other learns F_key(input) for its inputs. The first learns nothing of
the inputs, the second nothing of the key. The base mode trusts the answer; in the verifiable mode
a proof (DLEQ) shows that one key, whose public half is known, answered the whole batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dragoman.errors import MatchingRefused
from dragoman.exchange.oprf_group import (
    ORDER,
    POINT,
    SCALAR,
    add,
    generator,
    inverses,
    multiply_all,
    multiply_each,
    points_of,
    random_scalars,
    read_scalar,
    scalar_bytes,
    total,
)

#: 0 is OPRF, 1 is VOPRF (RFC 9497, section 3.1). The modes compute different functions.
Mode = Literal[0, 1]
#: Bytes of the function's value.
OUTPUT = 64
#: Bytes of a proof: its challenge and its response.
PROOF = 64
#: The suite numbers the elements of a proof in two bytes.
LARGEST_BATCH = 65_535

_BLOCK = 128  # bytes of a block of SHA-512


def _context(mode: Mode) -> bytes:
    return b"OPRFV1-" + bytes([mode]) + b"-ristretto255-SHA512"


def _length(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big")


def _expand_all(inputs: Sequence[bytes], tag: bytes) -> bytes:
    """Return 64 uniform bytes for each input (expand_message_xmd of RFC 9380 with SHA-512)."""
    suffix = tag + bytes([len(tag)])
    start = hashlib.sha512(bytes(_BLOCK))  # every message begins with a block of zeros: hashed once
    middle = b"\x00\x40\x00" + suffix
    end = b"\x01" + suffix
    sha512 = hashlib.sha512
    found = []
    for octets in inputs:
        first = start.copy()
        first.update(octets + middle)
        found.append(sha512(first.digest() + end).digest())
    return b"".join(found)


def _hash_to_scalar(octets: bytes, mode: Mode, tag: bytes = b"HashToScalar-") -> int:
    return int.from_bytes(_expand_all([octets], tag + _context(mode)), "little") % ORDER


def hash_to_group(inputs: Sequence[bytes], mode: Mode = 0) -> bytes:
    """Return the point of each input. Inputs are at most 65,535 bytes long."""
    if any(len(octets) > LARGEST_BATCH for octets in inputs):
        raise MatchingRefused("an input is longer than 65,535 bytes", remedy="match on its digest instead")
    return points_of(_expand_all(inputs, b"HashToGroup-" + _context(mode)))


def derive_key(seed: bytes, info: bytes = b"", mode: Mode = 0) -> int:
    """Return the key that a seed of 32 bytes and a public label give (DeriveKeyPair of RFC 9497)."""
    if len(seed) != 32:
        raise MatchingRefused("the seed is not 32 bytes long", remedy="draw 32 random bytes and keep them secret")
    octets = seed + _length(info) + info
    for counter in range(256):
        if key := _hash_to_scalar(octets + bytes([counter]), mode, b"DeriveKeyPair"):
            return key
    raise MatchingRefused("the seed gives no key", remedy="draw another")  # pragma: no cover  (2^-64512)


def public_key(key: int) -> bytes:
    """Return the public half of a key."""
    return multiply_all(key, generator())


def blind(inputs: Sequence[bytes], blinds: Sequence[int] | None = None, mode: Mode = 0) -> tuple[bytes, list[int]]:
    """Return the blinded points of the inputs, and the blinds (a fresh one each), which stay secret."""
    scalars = list(blinds) if blinds is not None else random_scalars(len(inputs))
    return multiply_each(scalars, hash_to_group(inputs, mode)), scalars


def evaluate_blinded(key: int, blinded: bytes) -> bytes:
    """Answer blinded points: each times the key. Raises MatchingRefused on what is no point."""
    return multiply_all(key, blinded)


def finalise(inputs: Sequence[bytes], blinds: Sequence[int], evaluated: bytes) -> list[bytes]:
    """Return the function's value (64 bytes) for each input. Raises MatchingRefused where the counts differ."""
    if not len(inputs) == len(blinds) == len(evaluated) / POINT:
        raise MatchingRefused(
            f"{len(evaluated) / POINT:g} answers to {len(inputs)} questions",
            remedy="ask the partner to send the whole answer",
        )
    return _outputs(inputs, multiply_each(inverses(list(blinds)), evaluated))


def evaluate(key: int, inputs: Sequence[bytes], mode: Mode = 0) -> list[bytes]:
    """Return the function's values as the holder of the key computes them."""
    return _outputs(inputs, multiply_all(key, hash_to_group(inputs, mode)))


def _outputs(inputs: Sequence[bytes], points: bytes) -> list[bytes]:
    middle, sha512 = POINT.to_bytes(2, "big"), hashlib.sha512
    return [
        sha512(b"".join((_length(octets), octets, middle, points[start : start + POINT], b"Finalize"))).digest()
        for octets, start in zip(inputs, range(0, len(points), POINT), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Composite:
    """A batch folded into one pair of points by hashed weights."""

    asked: bytes
    answered: bytes


def _weights(public: bytes, blinded: bytes, evaluated: bytes) -> list[int]:
    context = b"Seed-" + _context(1)
    seed = hashlib.sha512(_length(public) + public + _length(context) + context).digest()
    prefix, width = _length(seed) + seed, POINT.to_bytes(2, "big")
    messages = [
        b"".join(
            (
                prefix,
                number.to_bytes(2, "big"),
                width,
                blinded[start : start + POINT],
                width,
                evaluated[start : start + POINT],
                b"Composite",
            )
        )
        for number, start in enumerate(range(0, len(blinded), POINT))
    ]
    uniform = _expand_all(messages, b"HashToScalar-" + _context(1))
    return [int.from_bytes(uniform[at : at + 64], "little") % ORDER for at in range(0, len(uniform), 64)]


def _challenge(public: bytes, pair: _Composite, second: bytes, third: bytes) -> int:
    parts = (public, pair.asked, pair.answered, second, third)
    return _hash_to_scalar(b"".join(_length(part) + part for part in parts) + b"Challenge", 1)


def prove(key: int, blinded: bytes, evaluated: bytes, randomness: int | None = None) -> bytes:
    """Return the proof (64 bytes) that `evaluated` is `blinded` under the key, in the verifiable mode.

    It costs about as much as the answer itself. Batches hold 1 to 65,535 points.
    """
    _check_batch(blinded, evaluated)
    public = public_key(key)
    asked = total(multiply_each(_weights(public, blinded, evaluated), blinded))
    pair = _Composite(asked, multiply_all(key, asked))
    nonce = randomness if randomness is not None else random_scalars(1)[0]
    challenge = _challenge(public, pair, multiply_all(nonce, generator()), multiply_all(nonce, asked))
    return scalar_bytes(challenge) + scalar_bytes(nonce - challenge * key)


def verify(public: bytes, blinded: bytes, evaluated: bytes, proof: bytes) -> bool:
    """Tell whether a proof holds. It costs about twice the answer."""
    _check_batch(blinded, evaluated)
    if len(proof) != PROOF:
        return False
    challenge, response = read_scalar(proof[:SCALAR]), read_scalar(proof[SCALAR:])
    if not challenge or not response:  # happens by chance once in 2^252 proofs
        return False
    weights = _weights(public, blinded, evaluated)
    pair = _Composite(total(multiply_each(weights, blinded)), total(multiply_each(weights, evaluated)))
    second = add(multiply_all(response, generator()), multiply_all(challenge, public))
    third = add(multiply_all(response, pair.asked), multiply_all(challenge, pair.answered))
    return _challenge(public, pair, second, third) == challenge


def _check_batch(blinded: bytes, evaluated: bytes) -> None:
    count = len(blinded) // POINT
    if len(blinded) != len(evaluated) or not 1 <= count <= LARGEST_BATCH or len(blinded) % POINT:
        raise MatchingRefused(
            "a proof is over 1 to 65,535 elements and as many answers", remedy="split the batch, or send it whole"
        )
