"""The three shapes in which hits are written: JSON lines, CSV, and a table for people."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from dragoman.cli.output import console, flush, printable, stdout, table, write_json
from dragoman.messages.queries import Query

if TYPE_CHECKING:
    from dragoman.screening import Hit

#: How many sentences of an explanation the table shows; JSON and CSV have them all.
_SENTENCES = 6
#: The id of the query that options describe.
SINGLE = "query"
_COLUMNS = ("query_id", "query_name", "source", "version", "record_id", "caption", "schema", "score", "match", "why")


class Report:
    """What is common: begin, write each query with its hits in input order, flush after each batch."""

    for_people = False

    def __init__(self, lists: dict[str, str]) -> None:
        self.lists = lists

    def begin(self) -> None:
        """Write what comes before the first query."""

    def write(self, query: Query, hits: list[Hit]) -> None:
        """Write one query and its hits."""
        raise NotImplementedError

    def flush(self) -> None:
        """Hand on what was written."""
        flush()


class JsonReport(Report):
    """One line a query: ``{"query", "hits", "lists"}``."""

    def write(self, query: Query, hits: list[Hit]) -> None:
        """Write the line; a query without hits has an empty list of them."""
        write_json({"query": query.to_json(), "hits": [hit.to_json() for hit in hits], "lists": self.lists})


class CsvReport(Report):
    """One row a hit. A query without hits has a row too, empty from ``source`` on: what is missing was not screened."""

    def begin(self) -> None:
        """Write the header."""
        self._row(_COLUMNS)

    def write(self, query: Query, hits: list[Hit]) -> None:
        """Write the rows of one query."""
        head = (query.record.id, _called(query))
        for hit in hits:
            why = " ".join(feature.sentence for feature in hit.features)
            match = "true" if hit.match else "false"
            version = self.lists.get(hit.source, "")
            self._row(
                (*head, hit.source, version, hit.record_id, hit.caption, hit.schema, f"{hit.score:.4f}", match, why)
            )
        if not hits:
            self._row((*head, *[""] * (len(_COLUMNS) - 2)))

    def _row(self, cells: tuple[Any, ...]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        stdout().write(line.getvalue().encode("utf-8"))


class TableReport(Report):
    """A table of the hits of a batch, each explained in sentences. Queries without hits are only counted."""

    for_people = True

    def __init__(self, lists: dict[str, str]) -> None:
        super().__init__(lists)
        self.pending: list[tuple[Query, list[Hit]]] = []

    def write(self, query: Query, hits: list[Hit]) -> None:
        """Keep the hits for the table of this batch."""
        if hits:
            self.pending.append((query, hits))

    def flush(self) -> None:
        """Print the table of the batch."""
        if not self.pending:
            return
        shown = table("Query", "Score", "List", "Listed party", "Why", right=("Score",))
        for query, hits in self.pending:
            for number, hit in enumerate(hits):
                first = _label(query) if number == 0 else ""
                party = f"{printable(hit.caption)}\n{printable(hit.record_id)}"
                shown.add_row(
                    first, f"{hit.score:.2f}", hit.source, party, explain(hit), end_section=number == len(hits) - 1
                )
        console().print(shown)
        self.pending.clear()


def _called(query: Query) -> str:
    """The name of a query, else the number that it is screened by."""
    return next(iter(query.record.names), None) or query.record.statements[0].value


def _label(query: Query) -> str:
    name = printable(_called(query))
    if query.message is not None:
        return f"{name}\n{query.role}\n{printable(query.message['file'] or '')}"
    return name if query.record.id in (SINGLE, name) else f"{name}\n{printable(query.record.id)}"


def explain(hit: Hit) -> str:
    """Return the sentences of a hit, the weightiest first, one a line."""
    weighty = sorted((each for each in hit.features if each.sentence), key=lambda each: -abs(each.weight))
    return "\n".join(printable(each.sentence) for each in weighty[:_SENTENCES])


def report_for(shape: str, lists: dict[str, str]) -> Report:
    """Return the report of a shape (``json``, ``csv`` or ``table``) over the given lists and versions."""
    return {"json": JsonReport, "csv": CsvReport, "table": TableReport}[shape](lists)
