"""A query, and the account of reading a file of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from dragoman.model import Record


@dataclass(frozen=True, slots=True)
class Unread:
    """A value that a query gave and that could not be understood: the query is screened without it."""

    prop: str
    value: str
    reason: str


class Query(msgspec.Struct):
    """What is screened: a record of statements, where it stood in the input, and what could not be read of it.

    A party of a message has its `role`, and in `message` the file, format, id and place of the message. So has a
    `text` of a message, in which listed parties are looked for; its record is empty, and its role the kind of text.
    """

    record: Record
    place: str
    unread: list[Unread] = []
    role: str | None = None
    message: dict[str, str | None] | None = None
    text: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return ``{"id", "schema", "properties": {name: [values]}}`` as used, with ``unread`` where some was not.

        A text is ``{"text", "role", "place", "message"}``.
        """
        if self.text is not None:
            return {"text": self.text, "role": self.role, "place": self.place, "message": self.message}
        properties: dict[str, list[str]] = {}
        for known in self.record.statements:
            properties.setdefault(known.prop, []).append(known.value)
        plain: dict[str, Any] = {"id": self.record.id, "schema": self.record.schema, "properties": properties}
        if self.unread:
            plain["unread"] = [asdict(value) for value in self.unread]
        if self.message is not None:
            plain |= {"role": self.role, "place": self.place, "message": self.message}
        return plain


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell of a reading: ``refused`` (a row that is not screened), ``unread`` (a value) or ``columns``."""

    kind: str
    place: str
    text: str


@dataclass(slots=True)
class Account:
    """The account of one reading, told on the way through `tell`, so that a file of any length needs no more memory."""

    tell: Callable[[Remark], None] = lambda remark: None
    queries: int = 0
    texts: int = 0
    refused: int = 0
    unread: int = 0

    def refuse(self, place: str, reason: str) -> None:
        """Account for a row that cannot be screened."""
        self.refused += 1
        self.tell(Remark("refused", place, reason))

    def accept(self, query: Query) -> None:
        """Account for a query, and for what could not be read of it."""
        if query.text is not None:
            self.texts += 1
            return
        self.queries += 1
        for value in query.unread:
            self.unread += 1
            self.tell(Remark("unread", query.place, f"{value.prop} {value.value!r} is left out: {value.reason}"))

    def note(self, place: str, text: str) -> None:
        """Tell how the input as a whole was understood."""
        self.tell(Remark("columns", place, text))
