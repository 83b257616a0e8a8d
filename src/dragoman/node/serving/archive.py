"""A backup as a file: a tar archive of the node's files, with its database as one consistent snapshot.

::

    manifest.json      what made it, when, from which kind of database; SHA-256 of every file below
    database           an SQLite file, or a dump of pg_dump in its custom format
    home/lists/...     the lists in all their versions, the index, documents and keys, as they stand below the home

The manifest is written last and stands last: an archive without it is half, and refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from dragoman import __version__
from dragoman.errors import BackupRefused

FORMAT = 1
MANIFEST, DATABASE, HOME = "manifest.json", "database", "home"
_CHUNK = 1 << 20
_REMEDY = "use a whole file that dragoman backup wrote"
#: What is not saved: the database itself (a snapshot stands for it), what is made again, and what is half or locked.
LEFT_OUT = ("node/node.sqlite3", "node/node.sqlite3-wal", "node/node.sqlite3-shm", "node/static")


@dataclass(slots=True)
class Manifest:
    """What an archive says of itself; `gone` are files that went away while it was written."""

    database: str
    version: str = __version__
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    files: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    format: int = FORMAT

    def to_json(self) -> bytes:
        """Return the manifest as JSON."""
        plain = {name: getattr(self, name) for name in ("format", "version", "created", "database", "files", "gone")}
        return json.dumps(plain, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises BackupRefused where this version cannot read it."""
        try:
            plain: dict[str, Any] = json.loads(text)
            found = cls(**plain)
        except (ValueError, TypeError) as error:
            raise BackupRefused("the backup's manifest cannot be read", remedy=_REMEDY) from error
        if found.format != FORMAT:
            raise BackupRefused(
                f"the backup has format {found.format}", remedy="restore it with the version that made it, and upgrade"
            )
        return found


def files_of(home: Path, folder: Path | None = None) -> Iterator[Path]:
    """Yield the files below a home (in one folder of it) that a backup holds, sorted."""
    for path in sorted((folder or home).rglob("*")):
        inner = path.relative_to(home)
        hidden = any(part.startswith(".") for part in inner.parts)
        left_out = any(inner.as_posix() == each or inner.as_posix().startswith(f"{each}/") for each in LEFT_OUT)
        if not hidden and not left_out and path.is_file() and not path.is_symlink():
            yield path


class _Counting(io.RawIOBase):
    """A file that is digested while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        part = self._stream.read(size)
        self.digest.update(part)
        return part


def witnesses_of(home: Path) -> dict[str, bytes]:
    """Return the journal's files. Read them before the database: a checkpoint of later than it would contradict it."""
    folder = home / "node" / "journal"
    return {f"{HOME}/{path.relative_to(home).as_posix()}": path.read_bytes() for path in files_of(home, folder)}


def write(stream: IO[bytes], home: Path, witnesses: dict[str, bytes], database: Path, kind: str) -> Manifest:
    """Write an archive of the home with its witnesses and the snapshot `database`; return its manifest."""
    manifest = Manifest(kind)
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, text in witnesses.items():
            archive.addfile(_member(name, len(text)), io.BytesIO(text))
            manifest.files[name] = hashlib.sha256(text).hexdigest()
        _add(archive, database, DATABASE, manifest)
        for path in files_of(home):
            name = f"{HOME}/{path.relative_to(home).as_posix()}"
            if name in witnesses:
                continue
            try:
                _add(archive, path, name, manifest)
            except FileNotFoundError:
                manifest.gone.append(name)
        text = manifest.to_json()
        archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
    return manifest


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _add(archive: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> None:
    with path.open("rb") as source:
        found = os.fstat(source.fileno())
        member = _member(name, found.st_size)
        member.mtime = int(found.st_mtime)
        counting = _Counting(source)
        archive.addfile(member, counting)
    manifest.files[name] = counting.digest.hexdigest()


def read(path: Path, target: Path) -> Manifest:
    """Unpack an archive into the new folder `target`, and check every file; return the manifest.

    Raises BackupRefused where it is half, altered, or holds anything but files below its two places.
    """
    seen: dict[str, str] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is None or not _is_inside(member.name):
                    raise BackupRefused(f"the backup holds {member.name!r}", place=str(path), remedy=_REMEDY)
                if member.name == MANIFEST:
                    manifest = Manifest.from_json(stream.read())
                else:
                    seen[member.name] = _unpack(stream, target / member.name)
    except tarfile.TarError as error:
        raise BackupRefused(f"the backup cannot be read: {error}", place=str(path), remedy=_REMEDY) from error
    if manifest is None:
        raise BackupRefused("the backup ends too early", place=str(path), remedy=_REMEDY)
    for name in sorted({*seen, *manifest.files}):
        if seen.get(name) != manifest.files.get(name):
            raise BackupRefused(f"{name} is not what was saved", place=str(path), remedy=_REMEDY)
    return manifest


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    plain = name == PurePosixPath(name).as_posix() and not name.startswith("/") and ".." not in parts
    return plain and (name in (MANIFEST, DATABASE) or (len(parts) > 1 and parts[0] == HOME))


def _unpack(stream: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with target.open("xb") as out:
        target.chmod(0o600)
        while part := stream.read(_CHUNK):
            digest.update(part)
            out.write(part)
    return digest.hexdigest()
