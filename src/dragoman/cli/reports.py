"""The three shapes in which hits are written: JSON lines, CSV, and a table for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from dragoman.cli.output import console, flush, printable, stdout, table, write_json
from dragoman.messages.queries import Query

if TYPE_CHECKING:
    from dragoman.screening import Hit, Mention

    Found = Hit | Mention

#: How many sentences of an explanation the table shows; JSON and CSV have them all.
_SENTENCES = 6
#: The id of the query that options describe.
SINGLE = "query"
_COLUMNS = ("query_id", "query_name", "source", "version", "record_id", "caption", "schema", "score", "match", "why",
            "role", "place", "message", "found")  # fmt: skip


class Report:
    """What is common: begin, write each query with its hits in input order, flush after each batch."""

    for_people = False

    def __init__(self, lists: dict[str, str]) -> None:
        self.lists = lists

    def begin(self) -> None:
        """Write what comes before the first query."""

    def write(self, query: Query, hits: Sequence[Found]) -> None:
        """Write one query and its hits."""
        raise NotImplementedError

    def flush(self) -> None:
        """Hand on what was written."""
        flush()


class JsonReport(Report):
    """One line a query: ``{"query", "hits", "lists"}``."""

    def write(self, query: Query, hits: Sequence[Found]) -> None:
        """Write the line; a query without hits has an empty list of them."""
        write_json({"query": query.to_json(), "hits": [hit.to_json() for hit in hits], "lists": self.lists})


class CsvReport(Report):
    """One row a hit. A query without hits has a row too, empty from ``source`` to ``why``: what is missing was
    not screened. What comes from a message has its role, place and message; ``found`` is where a text names somebody.
    """

    def begin(self) -> None:
        """Write the header."""
        self._row(_COLUMNS)

    def write(self, query: Query, hits: Sequence[Found]) -> None:
        """Write the rows of one query."""
        head = (query.record.id, _called(query))
        rest = (query.role or "", query.place, _message(query))
        for mention in hits:
            hit, where = _of(mention)
            why = " ".join(feature.sentence for feature in hit.features)
            match = "true" if hit.match else "false"
            version = self.lists.get(hit.source, "")
            self._row(
                (*head, hit.source, version, hit.record_id, hit.caption, hit.schema, f"{hit.score:.4f}", match, why,
                 *rest, where)
            )  # fmt: skip
        if not hits:
            self._row((*head, *[""] * (len(_COLUMNS) - len(head) - len(rest) - 1), *rest, ""))

    def _row(self, cells: tuple[Any, ...]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        stdout().write(line.getvalue().encode("utf-8"))


class TableReport(Report):
    """A table of the hits of a batch, each explained in sentences. Queries without hits are only counted."""

    for_people = True

    def __init__(self, lists: dict[str, str]) -> None:
        super().__init__(lists)
        self.pending: list[tuple[Query, Sequence[Found]]] = []

    def write(self, query: Query, hits: Sequence[Found]) -> None:
        """Keep the hits for the table of this batch."""
        if hits:
            self.pending.append((query, hits))

    def flush(self) -> None:
        """Print the table of the batch."""
        if not self.pending:
            return
        shown = table("Query", "Score", "List", "Listed party", "Why", right=("Score",))
        for query, hits in self.pending:
            for number, mention in enumerate(hits):
                hit, where = _of(mention)
                first = _label(query) if number == 0 else ""
                party = "\n".join(map(printable, filter(None, (hit.caption, hit.record_id, where))))
                shown.add_row(
                    first, f"{hit.score:.2f}", hit.source, party, explain(hit), end_section=number == len(hits) - 1
                )
        console().print(shown)
        self.pending.clear()


def _called(query: Query) -> str:
    """The name of a query, else the number that it is screened by; a text is its own name."""
    if query.text is not None:
        return query.text
    return next(iter(query.record.names), None) or query.record.statements[0].value


def _label(query: Query) -> str:
    name = printable(_called(query))
    if query.message is not None:
        return f"{name}\n{query.role}\n{printable(query.message['file'] or '')}"
    return name if query.record.id in (SINGLE, name) else f"{name}\n{printable(query.record.id)}"


def _of(found: Found) -> tuple[Hit, str]:
    """Return the hit, and for one in a text where it stands: ``12-29: NAME``, the last number being past its end."""
    if not hasattr(found, "hit"):
        return found, ""
    mention = cast("Mention", found)
    return mention.hit, f"{mention.start}-{mention.end}: {mention.text}"


def _message(query: Query) -> str:
    """The file, format and id of the message that a query comes from."""
    told = query.message or {}
    return " ".join(value for key in ("file", "format", "id") if (value := told.get(key)))


def explain(hit: Hit) -> str:
    """Return the sentences of a hit, the weightiest first, one a line."""
    weighty = sorted((each for each in hit.features if each.sentence), key=lambda each: -abs(each.weight))
    return "\n".join(printable(each.sentence) for each in weighty[:_SENTENCES])


def report_for(shape: str, lists: dict[str, str]) -> Report:
    """Return the report of a shape (``json``, ``csv`` or ``table``) over the given lists and versions."""
    return {"json": JsonReport, "csv": CsvReport, "table": TableReport}[shape](lists)
