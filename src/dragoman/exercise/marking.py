"""Marking a screening of the exercise against its answer key."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dragoman.errors import InputError
from dragoman.exercise.cast import Answer
from dragoman.exercise.making import ANSWER_COLUMNS, MESSAGE_ANSWER_COLUMNS

if TYPE_CHECKING:
    from dragoman.screening import Hit

#: A hit from here on is one that a person looks at: the default threshold of screening.
HIT = 0.70
#: From here up to a hit it is a near miss; the least threshold for which the search is exact.
NEAR = 0.50


@dataclass(frozen=True, slots=True)
class Key:
    """The answer of one query: what it is, which record it is about, or whom a clear one is compared with, and why."""

    query_id: str
    answer: Answer
    source: str
    record_id: str
    compare_with: str
    why: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether the screening of one query came out as the key says, and what was expected where it did not."""

    key: Key
    hits: tuple[Hit, ...]
    fault: str = ""

    @property
    def agrees(self) -> bool:
        """Whether it came out as the key says."""
        return not self.fault


@dataclass(frozen=True, slots=True)
class MessageKey:
    """The answer of one party or text of a message: its file, its role (a text's kind), and words of it."""

    file: str
    role: str
    who: str
    key: Key


def read_answers(path: Path) -> list[Key]:
    """Read ``answers.csv``. Raises InputError where it is not there or not an answer key."""
    return [_key(row) for row in _rows(path, ANSWER_COLUMNS)]


def read_message_answers(path: Path) -> list[MessageKey]:
    """Read ``message-answers.csv``. Raises InputError where it is not there or not an answer key."""
    rows = _rows(path, MESSAGE_ANSWER_COLUMNS)
    return [MessageKey(row["file"], row["role"], row["who"], _key(row | {"query_id": row["who"]})) for row in rows]


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            if tuple(rows.fieldnames or ()) != columns:
                raise InputError("this is no answer key", place=str(path), remedy="dragoman exercise make DIR")
            return list(rows)
    except OSError as error:
        raise InputError(
            f"cannot be opened: {error.strerror}", place=str(path), remedy="dragoman exercise make DIR"
        ) from error


def _key(row: dict[str, str]) -> Key:
    answer = cast(Answer, row["answer"])
    return Key(row["query_id"], answer, row["source"], row["record_id"], row["compare_with"], row["why"])


def mark(key: Key, hits: Sequence[Hit]) -> Mark:
    """Hold the hits of a query (at `NEAR` or above) to its answer.

    A match must hit its record. A namesake may be shown, but with something that speaks against it. A near miss must
    not hit its record, and a clear query must hit nothing.
    """
    about = next((hit for hit in hits if hit.record_id == key.record_id and hit.source == key.source), None)
    shown = about is not None and about.score >= HIT
    fault = ""
    if key.answer == "match" and not shown:
        fault = f"{key.record_id} should be a hit"
    elif key.answer == "near miss" and shown:
        fault = f"{key.record_id} should not be a hit"
    elif key.answer == "namesake" and shown and about is not None and not _doubted(about):
        fault = f"{key.record_id} is a hit, and nothing is said against it"
    elif key.answer == "clear" and any(hit.score >= HIT for hit in hits):
        fault = "nothing should be a hit"
    return Mark(key, tuple(hits), fault)


def _doubted(hit: Hit) -> bool:
    return any(feature.weight < 0 for feature in hit.features)
