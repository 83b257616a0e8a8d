"""What a stranger sent has the types that it is declared to have, or is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")
_PLAIN: dict[str, type] = {"str": str, "int": int, "bool": bool}
_MANY = ("tuple[str, ...]", "frozenset[str]", "frozenset[str] | None")


def typed(found: T) -> T:
    """Return a dataclass whose plain fields (texts, numbers, truth values, sets of texts) were read. Raises TypeError.

    ``True`` is no number here, and a text in place of ``False`` is not true.
    """
    for each in fields(found):  # type: ignore[arg-type]
        value: Any = getattr(found, each.name)
        kind = _PLAIN.get(str(each.type))
        if kind is not None and type(value) is not kind:
            raise TypeError(f"{each.name} is not {kind.__name__}")
        if each.type in _MANY and value is not None and not all(isinstance(part, str) for part in value):
            raise TypeError(f"{each.name} holds what is not a text")
    return found


def texts(found: Any) -> list[str]:
    """Return a list of texts. Raises TypeError, for a single text too."""
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise TypeError("not a list of texts")
    return found
