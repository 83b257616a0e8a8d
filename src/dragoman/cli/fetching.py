"""Fetching a publisher's file: conditional, bounded in size and time, over HTTPS only, from public hosts only.

A host is resolved once, and connected to where it resolved to (see `dragoman.outward`), after each redirect too. Hosts
inside a network that is not public are fetched from only where the caller allows it, and then by plain HTTP from
127.0.0.1 alone, for a mirror on the same machine. A proxy of the environment resolves names itself. Nothing is
believed of the answer but its bytes: the reader decides whether they are a list.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from dragoman import __version__
from dragoman.errors import AddressRefused, FetchFailed
from dragoman.outward import PublicConnection, PublicTlsConnection, is_public

#: The largest list published today (OFAC SDN advanced XML) is about 120 MB.
MOST_BYTES = 1 << 30
#: For one answer of the server, and for the whole file, in seconds.
TIMEOUT, DEADLINE = 30.0, 1800.0
_CHUNK = 1 << 16
_LATER = "try again later, or fetch the file by other means and add it: dragoman lists add NAME FILE"

_PUBLIC = "use the publisher's address, or allow it by --allow-private"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a file the last time, by which to ask whether it changed."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched: its size in bytes, SHA-256 (hex) and validators."""

    bytes: int
    sha256: str
    validators: Validators


def fetch(
    url: str,
    target: Path,
    known: Validators | None = None,
    progress: Callable[[int], None] | None = None,
    *,
    most_bytes: int = MOST_BYTES,
    timeout: float = TIMEOUT,
    deadline: float = DEADLINE,
    private: bool = False,
) -> Fetched | None:
    """Fetch `url` into the new file `target`; return None where the server says that `known` still holds.

    `private` allows hosts that are not public. Raises AddressRefused where the host is not, FetchFailed where the
    address is not allowed or does not answer with a whole file of at most `most_bytes`; `target` is then not left
    behind.
    """
    check_url(url, private=private)
    request = urllib.request.Request(url, headers=_headers(known))  # noqa: S310  checked above
    try:
        with _opener(url, private=private).open(request, timeout=timeout) as answer:
            return _save(url, answer, target, most_bytes, time.monotonic() + deadline, progress)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304 and known is not None:
                return None
        raise FetchFailed(f"the server answered {error.code} {error.reason}", place=url, remedy=_LATER) from error
    except urllib.error.URLError as error:
        raise FetchFailed(f"the server cannot be reached: {error.reason}", place=url, remedy=_LATER) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        target.unlink(missing_ok=True)
        raise FetchFailed(f"the transfer broke off: {error!r}", place=url, remedy=_LATER) from error


def check_url(url: str, *, private: bool = False) -> None:
    """Raise FetchFailed unless the address is HTTPS, or HTTP to 127.0.0.1; AddressRefused on an IP not public."""
    parts = urlsplit(url)
    if not private and _is_inside(parts.hostname or ""):
        raise AddressRefused("the address is inside a network that is not public", place=url, remedy=_PUBLIC)
    if parts.scheme == "https" and parts.hostname:
        return
    if not (parts.scheme == "http" and _is_local(url)):
        raise FetchFailed("only https addresses are fetched", place=url, remedy="use the publisher's https address")


def _is_inside(host: str) -> bool:
    """Tell an IP address that is not public; a name is looked at when it is resolved."""
    try:
        return not is_public(host)
    except ValueError:
        return False


def _is_local(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1"


def _headers(known: Validators | None) -> dict[str, str]:
    headers = {"User-Agent": f"dragoman/{__version__}", "Accept-Encoding": "identity"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a few redirects, each to an address that is allowed; none from elsewhere to this machine."""

    max_redirections = 5
    max_repeats = 2

    def __init__(self, private: bool) -> None:
        self._private = private

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        check_url(newurl, private=self._private)
        if _is_local(newurl) and not _is_local(req.full_url):
            raise FetchFailed(f"it redirects to this machine: {newurl}", place=req.full_url, remedy=_LATER)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Http(urllib.request.HTTPHandler):
    """Connects to public hosts only, but for a proxy, which is where the environment says."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(http.client.HTTPConnection if req.has_proxy() else _Public, req)


class _Https(urllib.request.HTTPSHandler):
    """Connects to public hosts only, but for a proxy, which is where the environment says."""

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        proxied = getattr(req, "_tunnel_host", None) is not None or req.has_proxy()
        return self.do_open(http.client.HTTPSConnection if proxied else _PublicTls, req)


class _Public(PublicConnection):
    remedy = _PUBLIC


class _PublicTls(PublicTlsConnection):
    remedy = _PUBLIC


def _opener(url: str, *, private: bool) -> urllib.request.OpenerDirector:
    """HTTP and HTTPS only: the stock opener would open files and FTP too. Proxies as the environment says."""
    opener = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.ProxyHandler({} if _is_local(url) else None),
        urllib.request.HTTPHandler() if private else _Http(),
        urllib.request.HTTPSHandler() if private else _Https(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(private),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _save(
    url: str,
    answer: http.client.HTTPResponse,
    target: Path,
    most_bytes: int,
    end: float,
    progress: Callable[[int], None] | None,
) -> Fetched:
    stated = answer.headers.get("Content-Length")
    expected = int(stated) if stated and stated.isdigit() else None
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("xb") as file:
            # read1 gives what has arrived, so that a server which trickles cannot outlast the deadline.
            while chunk := answer.read1(_CHUNK):
                size += len(chunk)
                _check_bounds(url, size, most_bytes, end)
                digest.update(chunk)
                file.write(chunk)
                if progress is not None:
                    progress(size)
            file.flush()
            os.fsync(file.fileno())
        if size == 0 or (expected is not None and size != expected):
            raise FetchFailed(
                f"the file is cut short: {size:,} of {expected or 'unknown'} bytes", place=url, remedy=_LATER
            )
    except FetchFailed:
        target.unlink(missing_ok=True)
        raise
    return Fetched(size, digest.hexdigest(), _validators(answer.headers))


def _check_bounds(url: str, size: int, most_bytes: int, end: float) -> None:
    if size > most_bytes:
        raise FetchFailed(f"the file is larger than {most_bytes:,} bytes", place=url, remedy="is it the right address?")
    if time.monotonic() > end:
        raise FetchFailed("the transfer takes too long", place=url, remedy=_LATER)


def _validators(headers: Message) -> Validators:
    return Validators(headers.get("ETag"), headers.get("Last-Modified"))
