"""Calling an address that a person gave, and reaching nothing inside a network by it.

A name is resolved once, every address it resolves to must be public, and the connection goes to that very address, so
that a second answer of the name server changes nothing. TLS is checked against the name all the same.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
from typing import Any

from dragoman.errors import AddressRefused


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


def resolve(host: str, port: int, *, private: bool, place: str, remedy: str) -> str:
    """Return the address to connect to. Raises AddressRefused where one of the host's is not public, unless `private`.

    Raises OSError or UnicodeError where the host has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(row[4][0]) for row in found]
    if not private and not all(is_public(address) for address in addresses):
        raise AddressRefused(f"{host} is inside a network that is not public", place=place, remedy=remedy)
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection whose host is resolved and checked by `resolve` when it connects."""

    remedy = ""

    def _connect_to(self, address: tuple[str, int], timeout: Any, source: Any) -> socket.socket:
        host, port = address
        found = resolve(host, port, private=False, place=host, remedy=self.remedy)
        return socket.create_connection((found, port), timeout, source)


class PublicConnection(_Pinned):
    """A connection to a host that is public."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._create_connection = self._connect_to


class PublicTlsConnection(_Pinned, http.client.HTTPSConnection):
    """A connection with TLS to a host that is public."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._create_connection = self._connect_to
