"""Reading what a node handed out of its journal, without the node: JSON lines of events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from dragoman.audit.checking import Row
from dragoman.errors import EventRefused


def read_rows(lines: Iterable[bytes]) -> Iterator[Row]:
    """Yield a row for each line ``{"event":{...},"index":0}``. Raises EventRefused on a line that is none.

    The event is written anew as canonical JSON: so a line may have been reformatted on its way.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = orjson.loads(line)
            index, event = found["index"], found["event"]
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise _refused(number) from error
        if not isinstance(index, int) or not isinstance(event, dict):
            raise _refused(number)
        yield Row(index, orjson.dumps(event, option=orjson.OPT_SORT_KEYS))


def _refused(number: int) -> EventRefused:
    return EventRefused("it is no line of an export", place=f"line {number}", remedy="export as JSON lines, whole")
