"""Where things stand in a machine-readable zone, by kind of document: the tables of ICAO Doc 9303."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from dragoman.model.tables import read_table

#: Kind of document: number of lines, and characters a line.
SIZES = {"TD1": (3, 30), "TD2": (2, 36), "TD3": (2, 44), "MRV-A": (2, 44), "MRV-B": (2, 36)}


def table(name: str) -> list[list[str]]:
    """Return the rows of a tab-separated table of ``messages/data``, without its ``#`` lines."""
    return read_table("messages", name)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters: `line` from 0, `start` included, `end` not."""

    line: int
    start: int
    end: int

    @property
    def width(self) -> int:
        """How many characters it has."""
        return self.end - self.start

    def of(self, lines: list[str]) -> str:
        """Return the characters."""
        return lines[self.line][self.start : self.end]

    def at(self, offset: int = 0) -> str:
        """Return the place of one of its characters as a person counts: ``line 2, position 14``."""
        return f"line {self.line + 1}, position {self.start + offset + 1}"


@cache
def spans(kind: str) -> dict[str, Span]:
    """Return the fields of a kind of document and where they stand."""
    return {row[1]: _span(row[2:]) for row in table("mrz_fields.tsv") if row[0] == kind}


@cache
def composite(kind: str) -> tuple[Span, ...]:
    """Return what the composite check digit covers, in order; nothing for a visa."""
    return tuple(_span(row[1:]) for row in table("mrz_composites.tsv") if row[0] == kind)


def _span(cells: list[str]) -> Span:
    line, first, last = (int(cell) for cell in cells)
    return Span(line - 1, first - 1, last)


@dataclass(frozen=True, slots=True)
class State:
    """A code of Doc 9303 part 3, section 5: `country` is FollowTheMoney's code, None for bodies and the stateless."""

    code: str
    country: str | None
    name: str
    arabic: bool


@cache
def states() -> dict[str, State]:
    """Return every code of issuing States, organisations and nationalities."""
    rows = (row + [""] * (5 - len(row)) for row in table("icao_states.tsv"))
    return {row[0]: State(row[0], row[1] or None, row[2], row[4] == "arabic") for row in rows}


@cache
def document_meanings() -> dict[str, str]:
    """Return what the document codes mean."""
    return {row[0]: row[1] for row in table("mrz_documents.tsv")}
