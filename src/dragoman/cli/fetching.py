"""Fetching a publisher's file: conditional, bounded in size and time, over HTTPS only.

Plain HTTP is allowed to 127.0.0.1 alone, for a mirror on the same machine. Nothing is believed of the
answer but its bytes: the reader decides whether they are a list.
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
from dragoman.errors import FetchFailed

#: The largest list published today (OFAC SDN advanced XML) is about 120 MB.
MOST_BYTES = 1 << 30
#: For one answer of the server, and for the whole file, in seconds.
TIMEOUT, DEADLINE = 30.0, 1800.0
_CHUNK = 1 << 16
_LATER = "try again later, or fetch the file by other means and add it: dragoman lists add NAME FILE"


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
) -> Fetched | None:
    """Fetch `url` into the new file `target`; return None where the server says that `known` still holds.

    Raises FetchFailed where the address is not allowed or does not answer with a whole file of at most
    `most_bytes`; `target` is then not left behind.
    """
    check_url(url)
    request = urllib.request.Request(url, headers=_headers(known))  # noqa: S310  checked above
    try:
        with _opener(url).open(request, timeout=timeout) as answer:
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


def check_url(url: str) -> None:
    """Raise FetchFailed unless the address is HTTPS, or HTTP to 127.0.0.1."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if not (parts.scheme == "http" and _is_local(url)):
        raise FetchFailed("only https addresses are fetched", place=url, remedy="use the publisher's https address")


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

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        check_url(newurl)
        if _is_local(newurl) and not _is_local(req.full_url):
            raise FetchFailed(f"it redirects to this machine: {newurl}", place=req.full_url, remedy=_LATER)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(url: str) -> urllib.request.OpenerDirector:
    """HTTP and HTTPS only: the stock opener would open files and FTP too. Proxies as the environment says."""
    opener = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.ProxyHandler({} if _is_local(url) else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
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
