"""What is stated of records, as pages show it: by property, each value with who states it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dragoman.model import NAME_PROPERTIES
from dragoman.model.schemata import properties
from dragoman.node.registry.models import LINKS, Record, Statement
from dragoman.node.templatetags.shown import country

#: What one looks at first; the rest follows in the alphabet.
FIRST = (
    *NAME_PROPERTIES,
    *("birthDate", "birthPlace", "birthCountry", "nationality", "citizenship", "gender", "country"),
    *("passportNumber", "idNumber", "position", "address", "topics", "notes"),
)


@dataclass(slots=True)
class Value:
    """A value with all statements that state it."""

    text: str
    kind: str
    statements: list[Statement] = field(default_factory=list)

    @property
    def printed(self) -> str:
        """How the first source prints it, where that tells more than what is shown."""
        original = next((each.original for each in self.statements if each.original), None) or ""
        shown = country(self.text) if self.kind == "country" else self.text
        return "" if original.casefold() == shown.casefold() else original

    @property
    def sources(self) -> list[str]:
        """The sources that state it, each once."""
        return list(dict.fromkeys(each.record.source.name for each in self.statements))


@dataclass(slots=True)
class Row:
    """A property and its values; `differ` where sources state it and none of the values is stated by all."""

    prop: str
    kind: str
    values: list[Value]
    differ: bool = False


def rows(records: Sequence[Record], *, gone: bool = False) -> list[Row]:
    """Return the properties of some records, links to other records left out; `gone`: what is no longer stated."""
    stated = Statement.objects.filter(record__in=records, gone=gone).exclude(prop__in=LINKS)
    found: dict[str, dict[str, Value]] = {}
    kinds: dict[str, str] = {}
    for each in stated.select_related("record__source").order_by("pk"):
        kind = kinds.setdefault(each.prop, _kind(each.record.schema, each.prop))
        value = found.setdefault(each.prop, {}).setdefault(each.value, Value(each.value, kind))
        value.statements.append(each)
    ordered = sorted(found, key=lambda prop: (FIRST.index(prop) if prop in FIRST else len(FIRST), prop))
    return [Row(prop, kinds[prop], list(found[prop].values()), _differ(found[prop].values())) for prop in ordered]


def _kind(schema: str, prop: str) -> str:
    return properties(schema).get(prop, "string")


def _differ(values: Iterable[Value]) -> bool:
    sources = [set(value.sources) for value in values]
    every = set().union(*sources)
    return len(every) > 1 and not any(each == every for each in sources)
