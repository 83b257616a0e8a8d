"""One way to write a JSON value down, so that both sides hash and sign the same bytes.

RFC 8785 (JSON Canonicalization Scheme): no white space, keys in the order of their UTF-16 code units, numbers as
ECMAScript prints them. Reading is strict: what two readers could understand differently is refused.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

from dragoman.errors import MessageRefused

#: Beyond this an integer is not the same number in every reader (I-JSON, RFC 7493, 2.2).
GREATEST = 2**53 - 1
DEPTH = 64
SIZE = 16 * 1024 * 1024


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a JSON value. Raises MessageRefused for what is not one."""
    try:
        return _text(value, 0).encode("utf-8")
    except UnicodeEncodeError as error:
        raise MessageRefused("a text has half a character (a lone surrogate)", remedy="repair the text") from error


def digest(value: Any) -> str:
    """Return ``sha-256:`` and the hexadecimal digest of the canonical bytes."""
    return digest_bytes(canonical(value))


def digest_bytes(content: bytes) -> str:
    """Return ``sha-256:`` and the hexadecimal digest of bytes."""
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"


def read_json(content: bytes, *, size: int = SIZE, depth: int = DEPTH) -> Any:
    """Read JSON from a stranger: UTF-8, no key twice, no number that changes on the way, bounded in size and depth.

    Raises MessageRefused.
    """
    if len(content) > size:
        raise MessageRefused(f"{len(content)} bytes, more than {size}", remedy="send it in parts")
    try:
        value = json.loads(
            content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
        )
    except RecursionError as error:
        raise MessageRefused(f"nested deeper than {depth}", remedy="send it flatter") from error
    except ValueError as error:  # bad UTF-8, bad JSON, and integers of thousands of digits
        raise MessageRefused(f"not JSON: {error}", remedy="send UTF-8 and JSON as in RFC 8259") from error
    _bound(value, depth)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise MessageRefused(f"the key {twice!r} stands twice in one object", remedy="say it once")
    return found


def _constant(name: str) -> Any:
    raise MessageRefused(f"{name} is not a number of JSON", remedy="leave it out")


def _integer(text: str) -> int | float:
    """An integer that is too great for every reader stands only as the way in which a double is written."""
    if len(text) < 16:
        return int(text)
    value = int(text) if len(text) < 400 else GREATEST + 1
    if abs(value) <= GREATEST:
        return value
    if len(text) < 400 and number(float(text)) == text:
        return float(text)
    raise MessageRefused(f"{text[:20]}... is too great for a JSON number", remedy="write it as a text")


def _bound(value: Any, depth: int) -> None:
    """Walk without recursion, so that depth itself cannot hurt."""
    level = [value]
    for _ in range(depth + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
            elif isinstance(each, (int, float)):
                number(each)
        if not inner:
            return
        level = inner
    raise MessageRefused(f"nested deeper than {depth}", remedy="send it flatter")


def number(value: float) -> str:
    """Return a number as ECMAScript's ``Number::toString`` prints it (RFC 8785, 3.2.2.3)."""
    if isinstance(value, int) and abs(value) <= GREATEST:
        return str(value)
    if isinstance(value, int):
        raise MessageRefused(f"{value} is too great for a JSON number", remedy="write it as a text")
    if not math.isfinite(value):
        raise MessageRefused(f"{value} is not a number of JSON", remedy="leave it out")
    if value == 0:
        return "0"  # minus nought too
    # repr gives the shortest digits that read back as the same number, as ECMAScript does; only the form differs.
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, part = mantissa.partition(".")
    part = "" if part == "0" else part
    digits = (whole + part).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + part) - len((whole + part).lstrip("0")))
    return ("-" if value < 0 else "") + _placed(digits.rstrip("0"), point)


def _placed(digits: str, point: int) -> str:
    """Put the point after `point` digits, or write an exponent, by the bounds that ECMAScript has."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"


def _text(value: Any, depth: int) -> str:
    if depth > DEPTH:
        raise MessageRefused(f"nested deeper than {DEPTH}", remedy="make it flatter")
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_text(each, depth + 1) for each in value)}]"
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return f"{{{','.join(f'{encode_basestring(key)}:{_text(value[key], depth + 1)}' for key in keys)}}}"
    raise MessageRefused(f"{type(value).__name__} is not a value of JSON", remedy="use texts, numbers, lists, objects")
