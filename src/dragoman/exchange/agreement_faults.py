"""Taking values out of a document whose author may have erred, noting every fault with its place and remedy."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dragoman.errors import DragomanError


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a document that is wrong: where (a path of keys), what, and the remedy."""

    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} ({self.remedy})"


class Reader:
    """Takes values out of objects, and notes what is wrong with them instead of stopping."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def fault(self, place: str, message: str, remedy: str) -> None:
        self.faults.append(Fault(place, message, remedy))

    def known(self, found: dict[str, Any], place: str, keys: Collection[str]) -> None:
        """A key that is not understood may be a condition that would be overlooked, so it is a fault."""
        for key in sorted(found.keys() - set(keys)):
            self.fault(f"{place}.{key}", "no such key", f"use one of {', '.join(sorted(keys))}")

    def text(self, found: dict[str, Any], key: str, place: str, *, needed: bool = True) -> str:
        value = found.get(key)
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > 2000:
            self.fault(f"{place}{key}", "not a text", "give a text of up to 2000 characters")
            return ""
        return value

    def choice(self, found: dict[str, Any], key: str, place: str, among: Collection[str]) -> str:
        value = found.get(key)
        if not isinstance(value, str) or value not in among:
            self.fault(f"{place}{key}", f"{value!r} is not a choice", f"choose one of {', '.join(sorted(among))}")
            return ""
        return value

    def choices(
        self, found: dict[str, Any], key: str, place: str, among: Collection[str], *, some: bool = True
    ) -> frozenset[str]:
        value = found.get(key)
        if not isinstance(value, list) or (some and not value):
            self.fault(
                f"{place}{key}",
                "not a list" if not value else f"{value!r} is not a list",
                f"list some of {', '.join(sorted(among))}",
            )
            return frozenset()
        for each in value:
            if not isinstance(each, str) or each not in among:
                self.fault(f"{place}{key}", f"{each!r} is not a choice", f"use some of {', '.join(sorted(among))}")
        return frozenset(each for each in value if isinstance(each, str))

    def count(self, found: dict[str, Any], key: str, place: str, greatest: int = 10**9) -> int:
        value = found.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= greatest:
            self.fault(f"{place}{key}", f"{value!r} is not a count", f"give a whole number from 1 to {greatest}")
            return 1
        return value

    def moment(self, found: dict[str, Any], key: str) -> datetime | None:
        try:
            value = datetime.fromisoformat(found.get(key, ""))
        except (ValueError, TypeError):
            value = None
        if value is None or value.tzinfo is None:
            self.fault(
                key, f"{found.get(key)!r} is not a moment", "write it with its offset: 2027-01-31T00:00:00+00:00"
            )
            return None
        return value

    def objects(self, found: dict[str, Any], key: str) -> list[dict[str, Any]]:
        value = found.get(key)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.fault(key, "not a list of objects", "give a list of objects")
            return []
        return value

    def object(self, found: dict[str, Any], key: str, place: str = "") -> dict[str, Any]:
        value = found.get(key)
        if not isinstance(value, dict):
            self.fault(f"{place}{key}", "not an object", "give an object")
            return {}
        return value

    def parsed(self, place: str, text: str, parse: Callable[[str], Any], remedy: str) -> Any:
        try:
            return parse(text)
        except (DragomanError, ValueError) as error:
            self.fault(place, error.message if isinstance(error, DragomanError) else f"{text!r} cannot be read", remedy)
            return None
