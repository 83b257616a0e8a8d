"""Calling an address that a person gave: only public ones, the one that was checked, and no further.

The name is resolved once, every address it resolves to must be public, and the connection goes to that address, so
that a second answer of the name server changes nothing. Redirects are not followed. TLS is checked against the name.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from dragoman import __version__
from dragoman.errors import AddressRefused, DeliveryFailed

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
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed(f"the host {host} cannot be found", place=url, remedy="check the address") from error
    addresses = [str(row[4][0]) for row in found]
    if not allowed and not all(is_public(address) for address in addresses):
        raise AddressRefused(f"{host} is inside a network that is not public", place=url, remedy=_REMEDY)
    return addresses[0]


def is_public(text: str) -> bool:
    """Tell whether an IP address belongs to the public Internet, also where it hides in one of version 6."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if address in ipaddress.ip_network("64:ff9b::/96"):  # RFC 6052: the last 32 bits are an address of version 4
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


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
