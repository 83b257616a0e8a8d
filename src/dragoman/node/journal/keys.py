"""The key that signs checkpoints, the keys that may have, and the last checkpoint, kept outside the database.

Below the node's home, in ``journal``:

- ``signing_key``: the secret from which the key is made (mode 0600), unless ``DRAGOMAN_JOURNAL_KEY`` gives it;
- ``known_keys``: the public key, and those of former keys, a line each. The first names the log;
- ``checkpoint``: the newest checkpoint. Whoever changes the database alone contradicts it.
"""

from __future__ import annotations

import os
import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import Signer, Verifier
from dragoman.errors import SettingRefused
from dragoman.lists.durable import sync
from dragoman.lists.locking import locked
from dragoman.node.environment import kept_secret

#: Shorter secrets could be guessed; the same floor as for the node's own secret key.
_LEAST_SECRET = 43


def folder() -> Path:
    """Return where the journal's files are."""
    return Path(settings.NODE_HOME) / "journal"


def signer() -> Signer:
    """Return the key that signs this node's checkpoints, made on first use. Raises SettingRefused."""
    return _signer(folder())


def origin() -> str:
    """Return the name of this node's log, which stands at the top of each checkpoint."""
    return signer().name


def known() -> list[Verifier]:
    """Return the public keys that checkpoints may be signed with: the node's own, and its former ones."""
    own = signer().verifier
    lines = _lines(folder() / "known_keys")
    return list(dict.fromkeys([own, *(Verifier.parse(line) for line in lines)]))


@cache
def _signer(home: Path) -> Signer:
    secret = settings.ENVIRONMENT.text("JOURNAL_KEY") or kept_secret(home / "signing_key")
    if len(secret) < _LEAST_SECRET:
        raise SettingRefused(
            "DRAGOMAN_JOURNAL_KEY is short", remedy=f"give {_LEAST_SECRET} characters or more of randomness"
        )
    seed = sha256(b"dragoman journal signing key\n" + secret.encode()).digest()
    unnamed = Signer.from_seed("journal", seed)
    path = home / "known_keys"
    lines = _lines(path)
    found = _named(unnamed, lines)
    if str(found.verifier) in lines:  # nothing has to be written, which a disk may not allow
        return found
    with locked(home / ".lock"):
        lines = _lines(path)
        found = _named(unnamed, lines)
        if str(found.verifier) not in lines:
            _write(path, "".join(f"{line}\n" for line in [*lines, str(found.verifier)]))
    return found


def _named(unnamed: Signer, lines: list[str]) -> Signer:
    """Return the key under the name of the log: as the settings say, that of the first key, or made from this one."""
    first = Verifier.parse(lines[0]).name if lines else ""
    made = f"dragoman/journal/{unnamed.verifier.public.hex()[:16]}"
    return Signer(settings.ENVIRONMENT.text("JOURNAL_ORIGIN") or first or made, unnamed.private)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def _write(path: Path, text: str) -> None:
    """Put a text in place of the file, wholly or not at all, and so that a power cut leaves it there."""
    own = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    own.write_text(text, encoding="utf-8")
    sync(own)
    os.replace(own, path)
    sync(path.parent)


def anchor(text: str) -> None:
    """Keep a checkpoint outside the database, unless a later one is kept already."""
    path = folder() / "checkpoint"
    size = Checkpoint.parse(text).size
    with locked(folder() / ".lock"):
        kept = anchored()
        if kept is None or Checkpoint.parse(kept).size < size:
            _write(path, text)


def anchored() -> str | None:
    """Return the newest checkpoint that is kept outside the database."""
    path = folder() / "checkpoint"
    return path.read_text(encoding="utf-8") if path.is_file() else None
