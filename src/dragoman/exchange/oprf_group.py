"""ristretto255 in batches: the group of prime order that private matching computes in (RFC 9496).

The arithmetic is libsodium's, as bundled by `rbcl`, which runs in constant time. It is called by
ctypes over whole buffers: rbcl's own functions copy and check every point once more. A batch is
the concatenation of its points, `POINT` bytes each.
"""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from typing import Any

from dragoman.errors import MatchingRefused

#: Bytes of a point and of a scalar.
POINT = 32
SCALAR = 32
#: Bytes of a uniform string that is mapped to one point.
UNIFORM = 64
#: The order of the group (RFC 9496, section 4).
ORDER = 2**252 + 27742317777372353535851937790883648493

_IDENTITY = bytes(POINT)


@cache
def _function(name: str) -> Any:
    library: Any = import_module("rbcl")

    # By subscript: attributes are shared with rbcl, which sets no argument types.
    function = library._sodium[name]
    function.restype = ctypes.c_int
    pointers = {"crypto_scalarmult_ristretto255": 3, "crypto_core_ristretto255_add": 3}
    function.argtypes = [ctypes.c_void_p] * pointers.get(name, 2)
    return function


def scalar_bytes(scalar: int) -> bytes:
    """Return a scalar as 32 bytes, least first."""
    return (scalar % ORDER).to_bytes(SCALAR, "little")


def read_scalar(octets: bytes) -> int:
    """Return the scalar that 32 bytes spell. Raises MatchingRefused where it is not below the order."""
    scalar = int.from_bytes(octets, "little")
    if len(octets) != SCALAR or scalar >= ORDER:
        raise MatchingRefused("not a scalar of ristretto255", remedy="ask the partner to send the message again")
    return scalar


def random_scalars(count: int) -> list[int]:
    """Return uniform scalars from 1 to the order less one, from the system's secure source."""
    return [1 + secrets.randbelow(ORDER - 1) for _ in range(count)]


def inverses(scalars: list[int]) -> list[int]:
    """Return the inverse of each scalar, none of which may be 0: one inversion in all (Montgomery's trick)."""
    products, running = [], 1
    for scalar in scalars:
        products.append(running)
        running = running * scalar % ORDER
    running = pow(running, -1, ORDER)
    found = [0] * len(scalars)
    for position in range(len(scalars) - 1, -1, -1):
        found[position] = running * products[position] % ORDER
        running = running * scalars[position] % ORDER
    return found


def points_of(uniform: bytes) -> bytes:
    """Map uniform strings of 64 bytes each to points (the one-way map of RFC 9496, section 4.3.4)."""
    count = len(uniform) // UNIFORM
    out = ctypes.create_string_buffer(count * POINT)
    source = ctypes.create_string_buffer(uniform, len(uniform))
    target, origin = ctypes.addressof(out), ctypes.addressof(source)
    mapping = _function("crypto_core_ristretto255_from_hash")

    def work(part: range) -> None:
        for position in part:
            mapping(target + position * POINT, origin + position * UNIFORM)

    _share_out(work, count)
    return out.raw


def multiply_all(scalar: int, points: bytes) -> bytes:
    """Multiply every point by one scalar. Raises MatchingRefused on what is no point, or the identity."""
    key = ctypes.create_string_buffer(scalar_bytes(scalar), SCALAR)
    return _multiply(ctypes.addressof(key), 0, points)


def multiply_each(scalars: list[int], points: bytes) -> bytes:
    """Multiply every point by the scalar of its position. Raises MatchingRefused as `multiply_all` does."""
    keys = ctypes.create_string_buffer(b"".join(map(scalar_bytes, scalars)), len(scalars) * SCALAR)
    return _multiply(ctypes.addressof(keys), SCALAR, points)


def _multiply(keys: int, stride: int, points: bytes) -> bytes:
    count, rest = divmod(len(points), POINT)
    if rest:
        raise MatchingRefused("the points do not fill whole 32 bytes", remedy="ask the partner to send them again")
    out = ctypes.create_string_buffer(len(points) or 1)
    source = ctypes.create_string_buffer(points, len(points) or 1)
    target, origin = ctypes.addressof(out), ctypes.addressof(source)
    multiplication = _function("crypto_scalarmult_ristretto255")

    def work(part: range) -> None:
        for position in part:
            offset = position * POINT
            if multiplication(target + offset, keys + position * stride, origin + offset):
                raise MatchingRefused(
                    "not an element of ristretto255",
                    place=f"element {position}",
                    remedy="ask the partner to send the message again; nothing was answered",
                )

    _share_out(work, count)
    return out.raw[: len(points)]


#: Fewer points than this are done before threads are started.
_WORTH_THREADS = 500


def _share_out(work: Callable[[range], None], count: int) -> None:
    """Do the work in as many threads as `use_cores` allows: libsodium is called without the interpreter's lock."""
    if _cores < 2 or count < _WORTH_THREADS:
        work(range(count))
        return
    size = -(-count // _cores)
    with ThreadPoolExecutor(_cores) as pool:
        list(pool.map(work, (range(start, min(count, start + size)) for start in range(0, count, size))))


_cores = 1


def use_cores(count: int) -> None:
    """Let large batches use so many threads, in this process, from now on. It begins with one."""
    global _cores
    _cores = max(1, count)


@cache
def generator() -> bytes:
    """Return the generator of the group."""
    return bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")


def add(left: bytes, right: bytes) -> bytes:
    """Return the sum of two points. Raises MatchingRefused where one is no point."""
    out = ctypes.create_string_buffer(POINT)
    if _function("crypto_core_ristretto255_add")(ctypes.addressof(out), left, right):
        raise MatchingRefused("not an element of ristretto255", remedy="ask the partner to send the message again")
    return out.raw


def total(points: bytes) -> bytes:
    """Return the sum of a batch of points; the identity (32 zero bytes) where there is none."""
    running = _IDENTITY
    for start in range(0, len(points), POINT):
        running = add(running, points[start : start + POINT])
    return running
