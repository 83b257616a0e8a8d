"""Reading a publisher's files into a folder that can become a version.

Nothing here touches the versions already kept: `read_into` works in a folder of its own, and
the store moves that folder into place in one rename once every check has passed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from dragoman.errors import ListRefused
from dragoman.lists.reading import ListFormat, Reading
from dragoman.lists.versions import MAPPING, RECORDS, SOURCE, SourceFile
from dragoman.model import Record

_CHUNK = 1 << 20
_PROGRESS_EVERY = 500
#: A list is one file or a handful; a folder with more is more likely the wrong folder.
MOST_FILES = 200

Progress = Callable[[int], None]


@dataclass(slots=True)
class Tally:
    """What a reading counted."""

    parties: int = 0
    records: int = 0
    names: int = 0
    by_schema: Counter[str] = field(default_factory=Counter)
    content: str = ""


def keep_sources(source: Path, mapping: Path | None, folder: Path) -> tuple[Path, list[SourceFile]]:
    """Copy the file or folder `source` (and the mapping) below `folder`, checksums taken on the way.

    Returns the path to read from: what is read is the copy, so what is kept is what was read.
    Raises ListRefused where there is nothing to read, or far too many files.
    """
    source = Path(os.path.abspath(source))
    base = folder / SOURCE
    base.mkdir(parents=True)
    kept = [_copy(path, folder, Path(SOURCE, path.relative_to(source.parent))) for path in _files(source)]
    if mapping is not None:
        kept.append(_copy(mapping, folder, Path(MAPPING, mapping.name)))
    return base / source.name, kept


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise ListRefused("there is no such file or folder", place=str(source), remedy="check the path")
    found: list[Path] = []
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(folder, name) for name in sorted(names) if not name.startswith("."))
        found.extend(path for path in paths if path.is_file())
        if len(found) > MOST_FILES:
            raise ListRefused(
                f"the folder holds more than {MOST_FILES} files",
                place=str(source),
                remedy="put the files of the one list into a folder of their own",
            )
    if not found:
        raise ListRefused("the folder is empty", place=str(source), remedy="check the path")
    return found


def _copy(path: Path, folder: Path, name: Path) -> SourceFile:
    copy = folder / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as reader, copy.open("xb") as writer:
            while chunk := reader.read(_CHUNK):
                digest.update(chunk)
                writer.write(chunk)
                size += len(chunk)
    except PermissionError as error:
        raise ListRefused("the file may not be read", place=str(path), remedy="check its permissions") from error
    return SourceFile(name.as_posix(), size, digest.hexdigest())


def checksum(format_name: str, files: list[SourceFile]) -> str:
    """Return one SHA-256 for the files of a version and the format they were read by.

    What a single file, or the folder, was called does not matter.
    """
    alone = sum(file.name.startswith(f"{SOURCE}/") for file in files) == 1
    inner = ("" if alone else "/".join(file.name.split("/")[2:]) for file in files)
    rows = [format_name, *sorted(f"{file.sha256} {name}" for file, name in zip(files, inner, strict=True))]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def read_into(folder: Path, source: Path, form: ListFormat, reading: Reading, progress: Progress | None) -> Tally:
    """Read `source` by `form` and write the records to `folder`, one at a time; return the counts.

    Raises what the reader raises: ListRefused for a truncated or wrong file.
    """
    tally = Tally()
    with (folder / RECORDS).open("xb") as file:
        # No time stamp and no file name inside: the same records give the same bytes.
        with gzip.GzipFile("", "wb", compresslevel=4, fileobj=file, mtime=0) as writer:
            digest = hashlib.sha256()
            for record in _counted(form.read(source, reading), tally, reading, progress):
                line = orjson.dumps(record.to_json(), option=orjson.OPT_APPEND_NEWLINE)
                digest.update(line)
                writer.write(line)
        file.flush()
        os.fsync(file.fileno())
    tally.content = digest.hexdigest()
    return tally


def _counted(records: Iterator[Record], tally: Tally, reading: Reading, progress: Progress | None) -> Iterator[Record]:
    ids: set[str] = set()
    for record in records:
        record.source = record.version = ""  # the store says both when it hands the records out
        tally.records += 1
        if record.is_party:
            tally.parties += 1
            tally.names += len(record.names)
            tally.by_schema[record.schema] += 1
            if record.id in ids:
                reading.warn(record.id, "two parties bear this id; both are kept", record.caption)
            ids.add(record.id)
            if progress is not None and tally.parties % _PROGRESS_EVERY == 0:
                progress(tally.parties)
        yield record
    if progress is not None:
        progress(tally.parties)


def discard(folder: Path) -> None:
    """Remove a folder that never became a version, or no longer is one."""
    shutil.rmtree(folder, ignore_errors=True)
