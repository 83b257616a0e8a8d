"""The index file: a JSON head and aligned arrays, written once, mapped read-only."""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dragoman.errors import IndexUnusable

_MAGIC = b"DRAGOMAN"
_ALIGN = 64
_REMEDY = "build it again: dragoman index build"

#: What an index depends on beside the records: how values are read, names become tokens, and arrays are laid out.
_SOURCES = ("model", "names", "screening")


@cache
def format_digest() -> str:
    """Return a digest of the code and tables that make an index; one built by others is not read, but built again."""
    digest = blake2b(digest_size=8)
    for room in _SOURCES:
        folder = Path(str(files("dragoman"))) / room
        for source in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".tsv", ".json")):
            digest.update(source.read_bytes())
    return digest.hexdigest()


Arrays = Mapping[str, npt.NDArray[Any]]


def write(path: Path, arrays: Arrays, about: Mapping[str, Any]) -> None:
    """Write an index file atomically: a reader sees the old file or the new one, never a part."""
    head, offset, check = {}, 0, 0
    for name, array in arrays.items():
        head[name] = [array.dtype.str, list(array.shape), offset]
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
        check = zlib.crc32(bytes(-array.nbytes % _ALIGN), zlib.crc32(np.ascontiguousarray(array).data, check))
    said = {"format": format_digest(), "about": dict(about), "arrays": head, "bytes": offset, "check": check}
    text = json.dumps(said).encode()
    start = -(-(len(_MAGIC) + 12 + len(text)) // _ALIGN) * _ALIGN
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_MAGIC + len(text).to_bytes(8, "little") + zlib.crc32(text).to_bytes(4, "little") + text)
            out.write(bytes(start - out.tell()))
            for array in arrays.values():
                out.write(np.ascontiguousarray(array).data)
                out.write(bytes(-array.nbytes % _ALIGN))
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def read(path: Path, *, whole: bool = False) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Map an index file and return (arrays, about); `whole`: every byte is checked first, not the head alone.

    Raises IndexUnusable if it is missing, damaged or of another format.
    """
    try:
        with path.open("rb") as source:
            prefix = source.read(len(_MAGIC) + 12)
            length = int.from_bytes(prefix[8:16], "little")
            if prefix[:8] != _MAGIC or length > path.stat().st_size:
                raise IndexUnusable("not an index file", place=str(path), remedy=_REMEDY)
            text = source.read(length)
    except OSError as error:
        raise IndexUnusable(f"cannot be read: {error.strerror}", place=str(path), remedy=_REMEDY) from error
    if zlib.crc32(text).to_bytes(4, "little") != prefix[16:20]:
        raise IndexUnusable("its head is damaged", place=str(path), remedy=_REMEDY)
    head = json.loads(text)
    if head["format"] != format_digest():
        raise IndexUnusable("it was built by another version of Dragoman", place=str(path), remedy=_REMEDY)
    start = -(-(len(prefix) + length) // _ALIGN) * _ALIGN
    if path.stat().st_size != start + head["bytes"]:
        raise IndexUnusable("it is cut short", place=str(path), remedy=_REMEDY)
    mapped = np.memmap(path, np.uint8, "r") if head["bytes"] else np.empty(start, np.uint8)
    if whole and zlib.crc32(mapped[start:].data) != head["check"]:
        raise IndexUnusable("it is damaged", place=str(path), remedy=_REMEDY)
    arrays = {}
    for name, (dtype, shape, offset) in head["arrays"].items():
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        # A plain view: numba would compile once more for the memmap subclass.
        arrays[name] = (
            np.asarray(mapped[start + offset : start + offset + size]).view(np.ndarray).view(dtype).reshape(shape)
        )
    return arrays, head["about"]
