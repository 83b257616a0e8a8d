"""What is stated of records, as pages show it: property by property, the records side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dragoman.errors import ValueRefused
from dragoman.model import NAME_PROPERTIES
from dragoman.model.dates import PartialDate
from dragoman.model.schemata import properties
from dragoman.node.readings import reading
from dragoman.node.registry.models import LINKS, Record, Statement
from dragoman.node.templatetags.shown import country

#: What one looks at first; the rest follows in the alphabet.
FIRST = (
    *NAME_PROPERTIES,
    *("firstName", "secondName", "middleName", "fatherName", "motherName", "lastName", "title"),
    *("birthDate", "birthPlace", "birthCountry", "deathDate", "gender", "nationality", "citizenship", "country"),
    *("passportNumber", "idNumber", "position", "address", "topics", "programId", "notes"),
)
#: Types of which another value is another fact; names and texts only read otherwise.
_EXACT = {"date", "country", "gender", "identifier"}
#: Records that are shown side by side; a page says when there are more.
SIDE_BY_SIDE = 8


@dataclass(slots=True)
class Value:
    """A value that a record states; `shared` where another record states it as well.

    `marked`: its handling is shown beside it, because it is not that of the whole record.
    """

    statement: Statement
    kind: str
    handling: dict[str, Any]
    shared: bool = False
    marked: bool = False

    @property
    def text(self) -> str:
        """The value as stated."""
        return self.statement.value

    @property
    def reading(self) -> str:
        """How text in another script reads in Latin letters."""
        return reading(self.text) if self.kind in ("name", "string", "address", "text") else ""

    @property
    def printed(self) -> str:
        """How the source prints it, where that tells more than what is shown."""
        original = self.statement.original or ""
        shown = country(self.text) if self.kind == "country" else self.text
        return "" if original.casefold() == shown.casefold() else original

    def agrees(self, other: Value) -> bool:
        """Tell whether two values say the same: dates as far as they are precise, text whatever its case."""
        if self.kind == "date":
            return _overlap(self.text, other.text)
        return self.text.casefold() == other.text.casefold()


def _overlap(left: str, right: str) -> bool:
    try:
        one, other = PartialDate.parse(left), PartialDate.parse(right)
    except ValueRefused:
        return left == right
    (first, last), (begin, end) = one.reach, other.reach
    return first <= end and begin <= last


@dataclass(slots=True)
class Row:
    """A property and what each record states of it, in the order of the columns.

    `agree`: all that state it share a value; `differ`: several state it, and no two say the same.
    """

    prop: str
    cells: list[list[Value]] = field(default_factory=list)
    agree: bool = False
    differ: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Records as columns, properties as rows."""

    columns: tuple[Record, ...]
    rows: tuple[Row, ...]
    handlings: tuple[dict[str, Any] | None, ...] = ()
    left_out: int = 0

    @property
    def several(self) -> bool:
        """Whether there is anything side by side."""
        return len(self.columns) > 1

    @property
    def heads(self) -> list[tuple[Record, dict[str, Any] | None]]:
        """Each record with the handling of all that it states, None where that is not one."""
        return list(zip(self.columns, self.handlings, strict=True))


def facts(records: Sequence[Record], *, gone: bool = False) -> Facts:
    """Return what records state, links to other records left out; `gone`: what they no longer state."""
    columns = tuple(records[:SIDE_BY_SIDE])
    at = {each.pk: number for number, each in enumerate(columns)}
    stated = Statement.objects.filter(record__in=columns, gone=gone).exclude(prop__in=LINKS).order_by("pk")
    found: dict[str, Row] = {}
    for each in stated:
        record = columns[at[each.record_id]]
        row = found.setdefault(each.prop, Row(each.prop, [[] for _ in columns]))
        kind = properties(record.schema).get(each.prop, "string")
        row.cells[at[record.pk]].append(Value(each, kind, each.handling or record.source.handling))
    for row in found.values():
        _compare(row)
    ordered = sorted(found.values(), key=lambda row: (FIRST.index(row.prop) if row.prop in FIRST else 99, row.prop))
    handlings = tuple(_common(ordered, number) for number in range(len(columns)))
    return Facts(columns, tuple(ordered), handlings, len(records) - len(columns))


def _common(rows: Sequence[Row], column: int) -> dict[str, Any] | None:
    """Return the handling that all statements of a record have; a page then says it once."""
    every = [value for row in rows for value in row.cells[column]]
    if every and all(each.handling == every[0].handling for each in every):
        return every[0].handling
    for each in every:
        each.marked = bool(each.handling)
    return None


def _compare(row: Row) -> None:
    cells = [cell for cell in row.cells if cell]
    if len(cells) < 2:
        return
    for number, cell in enumerate(cells):
        others = [value for other in cells[:number] + cells[number + 1 :] for value in other]
        for value in cell:
            value.shared = any(value.agrees(other) for other in others)
    row.agree = any(all(any(value.agrees(other) for other in cell) for cell in cells) for value in cells[0])
    exact = all(value.kind in _EXACT for cell in cells for value in cell)
    row.differ = exact and not any(value.shared for cell in cells for value in cell)
