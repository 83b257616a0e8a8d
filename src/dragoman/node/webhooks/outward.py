"""Calling an address that a person gave: only public ones, the one that was checked, and no further.

The name is resolved once, every address it resolves to must be public, and the connection goes to that address, so
that a second answer of the name server changes nothing. Redirects are not followed. TLS is checked against the name.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from dragoman import __version__
from dragoman.errors import AddressRefused, DeliveryFailed
from dragoman.outward import resolve

TIMEOUT = 10.0
_MOST_BYTES = 16 << 10
_REMEDY = "use a public https address, or name the host in DRAGOMAN_WEBHOOK_HOSTS"


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked: where to connect (`address`), and what to call (`host`, `path`)."""

    tls: bool
    host: str
    port: int
    path: str
    address: str


def check(url: str) -> Target:
    """Resolve and check an address. Raises AddressRefused where it is not public, unless a setting names its host."""
    parts = urlsplit(url)
    try:
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise AddressRefused("the address has no port that is a number", place=url, remedy=_REMEDY) from error
    allowed = host in settings.WEBHOOK_HOSTS
    if not host or parts.username or parts.password or parts.fragment:
        raise AddressRefused("the address must be a host and a path", place=url, remedy=_REMEDY)
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed):
        raise AddressRefused("only https addresses are called", place=url, remedy=_REMEDY)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or any(ord(char) <= 32 for char in path):
        raise AddressRefused("the path holds characters that must be written as %XX", place=url, remedy=_REMEDY)
    tls = parts.scheme == "https"
    port = port or (443 if tls else 80)
    return Target(tls, host, port, path, _resolved(url, host, port, allowed))


def _resolved(url: str, host: str, port: int, allowed: bool) -> str:
    try:
        return resolve(host, port, private=allowed, place=url, remedy=_REMEDY)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed(f"the host {host} cannot be found", place=url, remedy="check the address") from error


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, whatever the name resolves to by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self._target = target

    def connect(self) -> None:
        """Connect, and speak TLS to the name."""
        self.sock = socket.create_connection((self._target.address, self._target.port), TIMEOUT)
        if self._target.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body and return the status of the answer, whose text is of no interest.

    Raises AddressRefused, or DeliveryFailed where no answer came.
    """
    target = check(url)
    connection = _Pinned(target)
    try:
        connection.request(
            "POST",
            target.path,
            body,
            {"Content-Type": "application/json", "User-Agent": f"dragoman/{__version__}", **headers},
        )
        answer = connection.getresponse()
        answer.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
        raise DeliveryFailed(f"no answer came: {reason}", place=url, remedy="it is tried again") from error
    finally:
        connection.close()
    return answer.status
