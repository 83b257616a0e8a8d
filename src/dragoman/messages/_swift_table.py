"""``data/swift_mt_fields.yaml``, compiled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Layout:
    """The parties of one message type by field; `second` are those of the sequence that the field `begins` begins."""

    parties: dict[str, str]
    begins: str | None = None
    repeats: bool = False
    prefix: str = ""
    second: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The fields. Keys are a number, or a number and its option."""

    messages: dict[str, Layout]
    otherwise: Layout
    known_by: dict[str, list[str]]
    accounts: dict[str, str]
    amounts: dict[str, str]
    texts: dict[str, str]
    references: dict[str, str]
    transaction_reference: dict[str, str]
    dates: dict[str, str]
    other: frozenset[str]
    institutions_in_72: dict[str, str]
    identification_codes: dict[str, str]
    organisation_words: frozenset[str]
    address_words: frozenset[str]
    us_states: frozenset[str]


@cache
def table() -> Table:
    """Return the compiled table."""
    import yaml

    text = files("dragoman.messages").joinpath("data/swift_mt_fields.yaml").read_text(encoding="utf-8")
    # Numbers stay as written, and NO is a word of addresses, not false.
    plain: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  strings only  # nosec B506
    return Table(
        {kind: _layout(each) for kind, each in plain["messages"].items()},
        Layout(plain["otherwise"]),
        plain["known_by"],
        plain["accounts"],
        plain["amounts"],
        plain["texts"],
        plain["references"],
        plain["transaction_reference"],
        plain["dates"],
        frozenset(plain["other"]),
        plain["institutions_in_72"],
        plain["identification_codes"],
        frozenset(plain["organisation_words"]),
        frozenset(plain["address_words"]),
        frozenset(plain["us_states"]),
    )


def _layout(plain: dict[str, Any]) -> Layout:
    second = plain.get("sequence_b")
    if second is None:
        return Layout(plain["parties"])
    return Layout(
        plain["parties"], second["begins"], second["repeats"] == "true", second.get("prefix", ""), second["parties"]
    )
