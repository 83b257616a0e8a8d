"""Checkpoints: the size and root of a tree at one moment, signed by its log and by whoever watches it.

The text is that of c2sp.org/tlog-checkpoint: the log's origin, the size, the root as base64, a line each.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from dragoman.audit import base64_strict
from dragoman.audit.notes import Note, Signer
from dragoman.audit.tree import HASH_BYTES
from dragoman.errors import CheckpointRefused


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: that its tree of `size` leaves has this root; `note` is the text with signatures."""

    origin: str
    size: int
    root: bytes
    note: Note

    @classmethod
    def sign(cls, origin: str, size: int, root: bytes, signer: Signer) -> Checkpoint:
        """Return a checkpoint signed by its log."""
        text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        return cls(origin, size, root, Note(text).signed(signer))

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint. Raises CheckpointRefused where it is none. Verifies nothing: see `Note.verify`."""
        note = Note.parse(text)
        lines = note.text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]):
            raise CheckpointRefused("it has not the three lines of a checkpoint", remedy="origin, size, root")
        origin, size, root = lines[:3]
        if not (size.isascii() and size.isdecimal() and len(size) < 20 and size == str(int(size))):
            raise CheckpointRefused(f"the size {size[:40]!r} is no number", remedy="copy the checkpoint anew")
        try:
            content = base64_strict.decode(root)
        except ValueError:
            content = b""
        if len(content) != HASH_BYTES:
            raise CheckpointRefused(f"the root {root[:60]!r} is not 32 bytes in base64", remedy="copy it anew")
        return cls(origin, int(size), content, note)
