"""From messages to queries: every party and text of every message, its role and place, and the account of the batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dragoman.errors import InputError, QueryRefused
from dragoman.messages.inputs import read_queries
from dragoman.messages.parties import Message
from dragoman.messages.queries import Account, Query, Remark
from dragoman.messages.sources import Source
from dragoman.model import Record

#: Texts that are one code of a set, and name nobody.
_CODES = frozenset(("purpose_code",))


@dataclass(slots=True)
class Tally:
    """How many messages were read whole, how many in part, and how many inputs were refused or ended early."""

    whole: int = 0
    partly: int = 0
    refused: int = 0

    @property
    def any(self) -> bool:
        """Whether there was anything to count."""
        return bool(self.whole or self.partly or self.refused)

    def count(self, message: Message) -> None:
        """Count a message; one with problems was read in part."""
        if message.problems:
            self.partly += 1
        else:
            self.whole += 1


def queries_of(
    parts: Iterable[Source | QueryRefused], account: Account, tally: Tally, *, encoding: str | None = None
) -> Iterator[Query]:
    """Yield the queries of every part; `account` hears of refusals and problems, and the batch goes on."""
    for part in parts:
        if isinstance(part, QueryRefused):
            _refuse(part, account, tally)
            continue
        try:
            if part.format is None:
                own = Account(tell=account.tell)
                try:
                    yield from read_queries(part.stream, part.name, own, encoding=encoding)
                finally:
                    account.queries += own.queries
                    account.refused += own.refused
                    account.unread += own.unread
            else:
                yield from _message_queries(part, account, tally)
        except InputError as refused:
            _refuse(refused, account, tally)


def _refuse(refused: InputError, account: Account, tally: Tally) -> None:
    tally.refused += 1
    account.refuse(refused.place or "input", refused.message)


def _message_queries(part: Source, account: Account, tally: Tally) -> Iterator[Query]:
    for message in part.messages():
        tally.count(message)
        for problem in message.problems:
            account.tell(
                Remark("problem", problem.place, f"read in part: expected {problem.expected}, found {problem.found}")
            )
        whence = {"file": part.name, "format": message.format, "id": message.id, "place": message.place}
        for party in message.parties:
            if not party.record.statements:
                account.refuse(party.place, f"the {party.role} bears nothing to screen by")
                continue
            query = Query(party.record, party.place, role=party.role, message=whence)
            account.accept(query)
            yield query
        for text in message.texts:
            if text.kind not in _CODES:
                query = Query(Record("", "Thing"), text.place, role=text.kind, message=whence, text=text.value)
                account.accept(query)
                yield query
