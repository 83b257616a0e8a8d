"""Settings from the environment, read in one place: plain values, ``X_FILE`` for secrets, and loud refusals.

Every variable bears the prefix ``DRAGOMAN_``, but for ``DATABASE_URL``, which hosts set by that name.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.errors import SettingRefused
from dragoman.lists.durable import sync

PREFIX = "DRAGOMAN_"
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of one process; `values` is ``os.environ`` unless a test says otherwise."""

    values: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str = "", *, prefix: str = PREFIX) -> str:
        """Return a variable, or what the file named by ``<name>_FILE`` holds. Raises SettingRefused if both are set."""
        full = prefix + name
        file = self.values.get(f"{full}_FILE")
        if file is None:
            return self.values.get(full, default)
        if full in self.values:
            raise SettingRefused(f"{full} and {full}_FILE are both set", remedy="set one of them")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingRefused(
                f"{full}_FILE cannot be read: {error.strerror}", place=file, remedy="check the path and its owner"
            ) from error

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no. Raises SettingRefused on anything else."""
        text = self.text(name, "yes" if default else "no").strip().lower()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        raise SettingRefused(f"{PREFIX}{name} is {text!r}", remedy="say yes or no")

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number of at least `least`. Raises SettingRefused on anything else."""
        text = self.text(name, str(default)).strip()
        if not (text.isascii() and text.isdecimal()) or int(text) < least:
            raise SettingRefused(f"{PREFIX}{name} is {text!r}", remedy=f"give a whole number of at least {least}")
        return int(text)

    def several(self, name: str, default: str = "") -> list[str]:
        """Return values parted by commas."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]


def _random() -> str:
    return secrets.token_urlsafe(64)


def kept_secret(path: Path, make: Callable[[], str] = _random) -> str:
    """Return the secret that is kept at `path`, made on first use with mode 0600. Any number of processes may ask."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(make())
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(own, path)  # only the first of several processes wins, and never with half a secret
        except FileExistsError:
            pass
        finally:
            own.unlink()
        sync(path.parent)
    if path.stat().st_mode & 0o077:
        raise SettingRefused("the secret can be read by others", place=str(path), remedy=f"chmod 600 {path}")
    return path.read_text(encoding="utf-8").strip()
