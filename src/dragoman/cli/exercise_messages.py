"""The messages of the exercise: every party and text of them screened, shown in a table, and marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.cli.looking import Look
from dragoman.cli.output import console, counted, printable, say, table
from dragoman.exercise.making import MESSAGE_ANSWERS, MESSAGES
from dragoman.exercise.marking import HIT, Key, Mark, MessageKey, mark, read_message_answers
from dragoman.messages.batch import Tally, queries_of
from dragoman.messages.queries import Account, Query
from dragoman.messages.sources import sources

if TYPE_CHECKING:
    from dragoman.screening import Hit, Mention, Screener

_LIMIT = 5
_CLEAR = Key("", "clear", "", "", "", "nobody that the answers name")
_Marked = tuple[Query, Mark]


def run_messages(screener: Screener, folder: Path) -> int:
    """Screen the messages of the exercise in `folder`, show what was found; return how much contradicts the answers."""
    keys = read_message_answers(folder / MESSAGE_ANSWERS)
    account, tally = Account(tell=lambda remark: say(f"{remark.place}: {remark.text}")), Tally()
    queries = list(queries_of(sources([folder / MESSAGES], recursive=True), account, tally))
    found = Look(screener, HIT, _LIMIT, None)(queries)
    marked = [(query, mark(_key_of(query, keys), _hits(some))) for query, some in zip(queries, found, strict=True)]
    _show(marked)
    return _show_marks(marked, list(_missing(queries, keys)), tally)


def _file(query: Query) -> str:
    return Path((query.message or {}).get("file") or "").name


def _who(query: Query) -> str:
    return query.record.caption if query.text is None else query.text


def _is_of(query: Query, known: MessageKey) -> bool:
    return (_file(query), query.role) == (known.file, known.role) and known.who in _who(query)


def _key_of(query: Query, keys: Iterable[MessageKey]) -> Key:
    return next((known.key for known in keys if _is_of(query, known)), _CLEAR)


def _missing(queries: Sequence[Query], keys: Iterable[MessageKey]) -> Iterator[MessageKey]:
    """Yield the answers about whom no message names: a party that was lost in reading."""
    return (known for known in keys if not any(_is_of(query, known) for query in queries))


def _hits(found: Sequence[Hit | Mention]) -> list[Hit]:
    from dragoman.screening import Mention

    return [each.hit if isinstance(each, Mention) else each for each in found]


def _show(marked: Iterable[_Marked]) -> None:
    shown = table("Message", "Role", "Party or text", "Score", "Listed party", "Answer", right=("Score",))
    for query, each in marked:
        for hit in each.hits:
            listed = f"{printable(hit.caption)} ({hit.source})"
            cells = (_file(query), (query.role or "").replace("_", " "), printable(_who(query)), f"{hit.score:.2f}")
            shown.add_row(*cells, listed, f"{each.key.answer}: {each.key.why}")
    out = console()
    out.print("\nMessages: hits among the parties and texts of payments, passenger lists and passports.\n")
    out.print(shown)


def _show_marks(marked: Sequence[_Marked], missing: Sequence[MessageKey], tally: Tally) -> int:
    faults = [(query, each) for query, each in marked if not each.agrees]
    total = counted(len(marked), "party or text", "parties and texts")
    messages = counted(tally.whole + tally.partly, "message")
    out = console()
    out.print(f"\nMessages: {len(marked) - len(faults)} of {total} in {messages} came out as {MESSAGE_ANSWERS} says.")
    for query, each in faults:
        out.print(f"  {_file(query)} {query.role} {printable(_who(query))} ({each.key.answer}): {each.fault}.")
    for known in missing:
        out.print(f"  {known.file} {known.role} {known.who} ({known.key.answer}): was not read.")
    return len(faults) + len(missing) + tally.partly + tally.refused
