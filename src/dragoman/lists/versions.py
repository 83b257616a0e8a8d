"""One version of a list: what it says of itself, and how it stands on disk.

A version is a folder ``<home>/lists/<name>/<version>/`` that never changes once it is there::

    source/            the publisher's files as they were handed in
    mapping/           the mapping they were read by, where there was one
    records.jsonl.gz   one record a line, in the order of the file
    version.json       the account: counts, checksums, rejects, warnings
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from dragoman.errors import StoreError, UsageError
from dragoman.lists.reading import Reject
from dragoman.model import Record

RECORDS = "records.jsonl.gz"
ACCOUNT = "version.json"
SOURCE = "source"
MAPPING = "mapping"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
_record = msgspec.json.Decoder(Record)
_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that a version was read from: its path within the version, its size in bytes, its SHA-256 (hex)."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ListVersion:
    """The account of one version of a list.

    `version` is the publisher's date of the file, else the day on which it was added, with a
    suffix (``2026-02-27.2``) where different content bears the same date. `parties`, `by_schema`
    and `names` count listed parties and the names on them; `records` counts those and the records that
    describe them. `sha256` is over the source files, `content` over the records as read.
    """

    name: str
    version: str
    format: str
    title: str
    publisher: str
    published: str | None
    added: str
    parties: int
    by_schema: dict[str, int]
    names: int
    records: int
    sha256: str
    content: str
    sources: tuple[SourceFile, ...] = ()
    rejects: tuple[Reject, ...] = field(default=(), repr=False)
    warnings: tuple[Reject, ...] = field(default=(), repr=False)

    @property
    def label(self) -> str:
        """The list and version as the command line writes them: ``un-sc@2026-02-27``."""
        return f"{self.name}@{self.version}"

    def to_json(self) -> dict[str, Any]:
        """Return the account as plain values; ``rejects`` and ``warnings`` are ``{"count", "rows"}``."""
        plain = asdict(self)
        for key in ("rejects", "warnings"):
            plain[key] = {"count": len(plain[key]), "rows": list(plain[key])}
        plain["sources"] = list(plain["sources"])
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> ListVersion:
        """Build the account from what `to_json` returned. Raises KeyError or TypeError on anything else."""
        values = dict(plain)
        for key in ("rejects", "warnings"):
            values[key] = tuple(Reject(**row) for row in values[key]["rows"])
        values["sources"] = tuple(SourceFile(**row) for row in values["sources"])
        return cls(**values)


def check_name(name: str) -> str:
    """Return `name` if a list may bear it, else raise UsageError. It becomes a folder, on any platform."""
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"not a name for a list: {name!r}",
            remedy="use lower-case letters, digits, '-', '_' and '.', such as un-sc or partners",
        )
    return name


def parse_label(label: str) -> tuple[str, str | None]:
    """Split ``un-sc@2025-11-20`` into list and version; the version is None in ``un-sc``. Raises UsageError."""
    name, at, version = label.partition("@")
    check_name(name)
    if at and _VERSION.fullmatch(version) is None:
        raise UsageError(
            f"not a version of a list: {version!r}", remedy="write NAME@YYYY-MM-DD, as 'lists ls' shows it"
        )
    return name, version or None


def is_version(text: str) -> bool:
    """Tell whether `text` could be the name of a version."""
    return _VERSION.fullmatch(text) is not None


def order(version: str) -> tuple[str, int]:
    """Return a key that sorts versions from the oldest to the newest."""
    day, _, suffix = version.partition(".")
    return day, int(suffix or 1)


def free_version(day: str, taken: set[str]) -> str:
    """Return the first of ``day``, ``day.2``, ``day.3``, ... that sorts after every version of that day."""
    suffixes = [order(version)[1] for version in taken if order(version)[0] == day]
    return f"{day}.{max(suffixes) + 1}" if suffixes else day


def load_account(folder: Path) -> ListVersion:
    """Read the account of the version in `folder`. Raises StoreError where it is damaged."""
    path = folder / ACCOUNT
    try:
        return ListVersion.from_json(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"the account of this list version cannot be read: {error}",
            place=str(path),
            remedy="remove that folder and add the list again",
        ) from error


def load_records(folder: Path, name: str, version: str) -> Iterator[Record]:
    """Yield the records of the version in `folder`, one by one. Raises StoreError where the file is damaged."""
    path = folder / RECORDS
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                record = _record.decode(line)
                record.source, record.version = name, version
                yield record
    except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
        raise StoreError(
            f"the records of this list version cannot be read: {error}",
            place=str(path),
            remedy=f"remove {folder} and add the list again",
        ) from error
