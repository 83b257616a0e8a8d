"""A process that searches for a job: ``python -m dragoman.node.desk.searcher``, started by `searchers`, by nobody else.

It opens the index by its path, answers batches that come by its standard input, and knows no database. It ends when
the process that started it closes the pipe or is gone, however that came about; signals to a whole group of processes
are left to that process, which ends its searchers when its step is written.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dragoman.errors import DragomanError
from dragoman.model import Record, Statement
from dragoman.node.desk.looking import Asked, Look, Placed
from dragoman.screening import Feature, Hit, Screener

#: How often a searcher that waits looks whether it is still wanted, in seconds.
_LOOK = 2.0
_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a searcher searches: an index, how, and who asks (process number)."""

    path: Path
    threshold: float
    limit: int
    lists: tuple[str, ...]
    parent: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What a searcher answers where it cannot search: the parts of an error."""

    message: str
    place: str | None
    remedy: str | None


def write(stream: BinaryIO, value: object) -> None:
    """Write a value behind its length. Raises OSError where nobody reads."""
    text = pickle.dumps(value, protocol=5)
    stream.write(_LENGTH.pack(len(text)) + text)
    stream.flush()


def read(stream: BinaryIO) -> Any:
    """Read the next value. Raises EOFError where the other side has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    text = stream.read(length)
    if len(text) < length:
        raise EOFError
    return pickle.loads(text)  # noqa: S301  # nosec B301  both ends of this pipe are this program


def packed(asked: Asked) -> tuple[Any, ...] | str:
    """Return a query in few bytes; a text is what it is."""
    if isinstance(asked, str):
        return asked
    record = asked
    known = [(each.prop, each.value, each.original, each.place, each.lang, each.quality) for each in record.statements]
    return record.id, record.schema, known


def unpacked(text: tuple[Any, ...] | str) -> Asked:
    """Return the query that was packed."""
    if isinstance(text, str):
        return text
    id_, schema, known = text
    return Record(id_, schema, [Statement(*each) for each in known])


def packed_hit(hit: Hit) -> tuple[Any, ...]:
    """Return a hit with its features worked out."""
    features = [astuple(feature) for feature in hit.features]
    placed = (hit.prop, hit.written) if isinstance(hit, Placed) else None
    return hit.record_id, hit.source, hit.caption, hit.schema, hit.score, features, placed


def unpacked_hit(text: tuple[Any, ...]) -> Hit:
    """Return the hit that was packed."""
    record_id, source, caption, schema, score, features, placed = text
    party = {"id": record_id, "source": source, "caption": caption, "schema": schema}
    made = (Placed if placed else Hit)(party, score, lambda: tuple(Feature(*each) for each in features))
    if isinstance(made, Placed):
        made.prop, made.written = placed
    return made


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    setting: Setting = read(asked)
    try:
        opened = Screener.open(setting.path)
    except DragomanError as error:
        write(answers, Refused(error.message, error.place, error.remedy))
        return
    look = Look(opened, threshold=setting.threshold, limit=setting.limit, lists=setting.lists)
    while _wanted(asked, setting.parent):
        hits = look([unpacked(text) for text in read(asked)])
        # Most queries hit nothing: only those that do are written.
        write(answers, {number: list(map(packed_hit, some)) for number, some in enumerate(hits) if some})


def _wanted(asked: BinaryIO, parent: int) -> bool:
    """Wait for a batch; return False where the process that started this one is gone."""
    while not select.select([asked], [], [], _LOOK)[0]:
        if os.getppid() != parent:
            return False
    return True


def main() -> None:
    """Answer until nobody asks any more."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # What anything prints goes to the log, not among the answers. Unbuffered, so that waiting sees all there is.
    with os.fdopen(os.dup(0), "rb", buffering=0) as raw, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        try:
            _serve(_Whole(raw), answers)  # type: ignore[arg-type]
        except (EOFError, BrokenPipeError):
            os._exit(0)  # nobody reads what is still in a buffer


class _Whole:
    """A pipe read without a buffer of its own, but whole."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def fileno(self) -> int:
        """Return the descriptor to wait for."""
        return int(self._raw.fileno())

    def read(self, length: int) -> bytes:
        """Read so many bytes, or less at the end."""
        found = bytearray()
        while len(found) < length and (more := self._raw.read(length - len(found))):
            found += more
        return bytes(found)


if __name__ == "__main__":
    main()
