"""Whatever is handed in: files, folders and archives, each part with its format recognised by its content.

An archive is looked into without unpacking it to disk. What an archive may cost is limited by `Limits`;
a member whose path leads out of the archive, or that is no plain file, is refused by its name.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from dragoman.errors import QueryRefused, UsageError
from dragoman.messages.parties import Message

HEAD = 1 << 16
#: The formats of messages, asked in this order; each is a module of this package.
FORMATS = {
    "paxlst": "paxlst",
    "pnrgov": "pnrgov",
    "swift-mt": "swift_mt",
    "ivms101": "ivms101",
    "mrz": "mrz",
    "upi": "upi",
    "iso20022": "iso20022",
    "pnrgov-xml": "pnrgov_xml",
}
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may unpack to: bytes, times its own size (beyond `free` bytes), members, archives in archives.

    `packed` is how large a zip may be itself: it is read from its end, so that a copy is made.
    """

    total: int = 8 << 30
    packed: int = 2 << 30
    ratio: int = 200
    free: int = 16 << 20
    members: int = 100_000
    depth: int = 3


@dataclass(frozen=True, slots=True)
class Source:
    """One readable part: what it is called (``mail.zip/wire.xml``), its format (None: not a message), its bytes.

    The stream is to be read before the next source is asked for.
    """

    name: str
    format: str | None
    stream: BinaryIO

    def messages(self) -> Iterator[Message]:
        """Yield the messages; raises QueryRefused where there are none or reading cannot go on."""
        if self.format is None:
            raise _refused(self.name, "the format is not recognised", "name it with --format")
        yield from import_module(f"dragoman.messages.{FORMATS[self.format]}").read(self.stream, self.name)


def recognise(head: bytes) -> str | None:
    """Return the format of a message by its first 64 KiB, None where it is none."""
    for name, module in FORMATS.items():
        if import_module(f"dragoman.messages.{module}").recognise(head):
            return name
    return None


def sources(
    paths: Iterable[Path | BinaryIO],
    *,
    recursive: bool = False,
    forced: str | None = None,
    limits: Limits | None = None,
) -> Iterator[Source | QueryRefused]:
    """Yield every part of the paths, in the order of their names; a refusal in the place of one that is not read.

    Raises UsageError for a folder without `recursive`, and for a format that is not one of `FORMATS`.
    """
    if forced is not None and forced not in FORMATS:
        raise UsageError(f"there is no format {forced!r}", remedy="one of " + ", ".join(FORMATS))
    for path in paths:
        if not isinstance(path, Path):
            yield from _Walk(forced, limits or Limits()).parts(path, "standard input", 0)
        elif path.is_dir():
            if not recursive:
                raise UsageError("is a folder", place=str(path), remedy="--recursive reads what is in it")
            yield from _folder(path, forced, limits or Limits())
        else:
            yield from _file(path, path.name, forced, limits or Limits())


def _folder(folder: Path, forced: str | None, limits: Limits) -> Iterator[Source | QueryRefused]:
    """Yield what is in a folder and below. A link is refused: it leads elsewhere, or round in a circle."""
    for path in sorted(_below(folder)):
        name = path.relative_to(folder.parent).as_posix()
        if path.is_symlink():
            yield _refused(name, "is a symbolic link, and is not followed", "name what it leads to")
        else:
            yield from _file(path, name, forced, limits)


def _below(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        folder = waiting.pop()
        try:
            found = list(folder.iterdir())
        except OSError:  # not ours to look into: refused by name, like all that is no file
            found = [folder]
        for path in found:
            if path != folder and path.is_dir() and not path.is_symlink():
                waiting.append(path)
            else:
                yield path


def _file(path: Path, name: str, forced: str | None, limits: Limits) -> Iterator[Source | QueryRefused]:
    if path.exists() and not path.is_file():
        yield _refused(name, "is no plain file", "hand in files, folders or archives")
        return
    try:
        stream = path.open("rb")
        size = path.stat().st_size
    except OSError as error:
        yield _refused(name, f"cannot be opened: {error.strerror}", "check the path")
        return
    with stream:
        yield from _Walk(forced, limits, size).parts(stream, name, 0)


class _Walk:
    """The way through one input, with the account of what it has cost so far."""

    def __init__(self, forced: str | None, limits: Limits, size: int | None = None) -> None:
        self.forced, self.limits = forced, limits
        self.packed = size or 0  # of standard input, what has been read of it
        self.piped = size is None
        self.unpacked = self.members = 0

    def parts(self, stream: Any, name: str, depth: int) -> Iterator[Source | QueryRefused]:
        whole = _Counted(stream, self, name, packed=not depth)
        try:
            head = whole.take_head()
            kind = archive_kind(head)
            if kind is None:
                format_ = self.forced or recognise(head)
                yield Source(name, format_, cast(BinaryIO, io.BufferedReader(whole, HEAD)))
            elif depth >= self.limits.depth:
                yield _refused(name, f"is an archive in more than {depth} others", "unpack it first")
            else:
                yield from getattr(self, f"_{kind}")(io.BufferedReader(whole, HEAD), name, depth + 1)
        except QueryRefused as refused:
            yield refused
        except _DAMAGED as error:
            yield _refused(name, f"cannot be unpacked: {error}", "ask the sender for the whole file")

    def _gz(self, stream: BinaryIO, name: str, depth: int) -> Iterator[Source | QueryRefused]:
        inner = name.removesuffix(".gz") if name.endswith(".gz") else name.removesuffix(".tgz")
        with gzip.GzipFile(fileobj=stream) as opened:
            yield from self.parts(opened, inner or name, depth)

    def _tar(self, stream: BinaryIO, name: str, depth: int) -> Iterator[Source | QueryRefused]:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                inner = self._member(name, member.name)
                if isinstance(inner, QueryRefused):
                    yield inner
                elif member.isreg():
                    yield from self.parts(archive.extractfile(member), inner, depth)
                elif not member.isdir():
                    yield _refused(inner, "is a link or a device, not a file", "pack the files themselves")

    def _zip(self, stream: BinaryIO, name: str, depth: int) -> Iterator[Source | QueryRefused]:
        with TemporaryFile() as copy:
            while chunk := stream.read(1 << 20):
                copy.write(chunk)
                if copy.tell() > self.limits.packed:
                    raise _refused(name, f"is an archive of more than {self.limits.packed:,} bytes", "unpack it first")
            with zipfile.ZipFile(copy) as archive:
                for member in archive.infolist():
                    inner = self._member(name, member.filename)
                    mode = member.external_attr >> 28
                    if isinstance(inner, QueryRefused):
                        yield inner
                    elif member.is_dir():
                        continue
                    elif mode not in (0, 8):
                        yield _refused(inner, "is a link or a device, not a file", "pack the files themselves")
                    else:
                        yield from self._zipped(archive, member, inner, depth)

    def _zipped(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, inner: str, depth: int
    ) -> Iterator[Source | QueryRefused]:
        try:
            opened = archive.open(member)
        except _DAMAGED as error:
            yield _refused(inner, f"cannot be unpacked: {error}", "pack it without a password")
            return
        with opened:
            yield from self.parts(opened, inner, depth)

    def _member(self, archive: str, name: str) -> str | QueryRefused:
        self.members += 1
        if self.members > self.limits.members:
            raise _refused(archive, f"holds more than {self.limits.members:,} members", "split it")
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in name[:2] or "\x00" in name:
            return _refused(f"{archive}/{name}", "the path leads out of the archive", "pack it with plain paths")
        return f"{archive}/{path}"

    def spend(self, count: int, name: str, packed: bool) -> None:
        """Account for bytes that were read: `packed` ones of the input itself, or unpacked ones."""
        if packed:
            self.packed += count if self.piped else 0
            return
        self.unpacked += count
        most = min(self.limits.total, max(self.limits.free, self.packed * self.limits.ratio))
        if self.unpacked > most:
            raise _refused(name, f"unpacks to more than {most:,} bytes, as a bomb does", "unpack it with care")


class _Counted(io.RawIOBase):
    """A stream whose head can be looked at, and whose bytes are accounted for where they were unpacked."""

    def __init__(self, stream: Any, walk: _Walk, name: str, *, packed: bool) -> None:
        self._stream, self._walk, self._name, self._packed = stream, walk, name, packed
        self._kept = b""
        self.name = name

    def readable(self) -> bool:
        return True

    def _next(self, size: int) -> bytes:
        try:
            chunk: bytes = self._stream.read(size)
        except _DAMAGED as error:
            raise _refused(self._name, f"cannot be unpacked: {error}", "ask the sender for the whole file") from error
        self._walk.spend(len(chunk), self._name, self._packed)
        return chunk

    def take_head(self) -> bytes:
        while len(self._kept) < HEAD and (chunk := self._next(HEAD - len(self._kept))):
            self._kept += chunk
        return self._kept

    def readinto(self, buffer: Any) -> int:
        chunk = self._kept[: len(buffer)] or self._next(len(buffer))
        self._kept = self._kept[len(chunk) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def archive_kind(head: bytes) -> str | None:
    """Return ``gz``, ``zip`` or ``tar``, None for what is no archive."""
    if head.startswith(b"\x1f\x8b"):
        return "gz"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "tar" if head[257:262] == b"ustar" else None


def _refused(place: str, what: str, remedy: str) -> QueryRefused:
    return QueryRefused(what, place=place, remedy=remedy)
