"""Signed HTTP messages: RFC 9421 with Ed25519, RFC 9530 for the digest of the body. Pure: no socket is opened here.

signed = sign(request, key, created=now, nonce=nonce)
send(signed)                                 # and, at the other end:
found = verify(received, ring, now)          # raises SignatureRefused or ReplayRefused
seen = remember(seen, found, now)            # a message that was seen before is refused
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dragoman.errors import ReplayRefused, SignatureRefused
from dragoman.exchange.keys import KeyRing, PrivateKey
from dragoman.exchange.signing_fields import (
    Component,
    Input,
    Value,
    read_inputs,
    read_signatures,
    write_bytes,
    write_input,
)

LABEL = "dragoman"
#: How old a message may be, and how far from the future: clocks differ, and a line is slow.
WINDOW = timedelta(minutes=10)
SKEW = timedelta(minutes=5)
#: What a request's signature must cover, and a response's, which is bound to the request that it answers.
REQUEST = (Component("@method"), Component("@target-uri"), Component("content-digest"))
RESPONSE = (
    Component("@status"),
    Component("content-digest"),
    Component("@method", of_request=True),
    Component("@target-uri", of_request=True),
    Component("signature", of_request=True),
)
#: The parts of an address (RFC 3986, appendix B): scheme, authority, path, query.
_ADDRESS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?")
_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or a response where `status` is given; `answers` is then the request. `headers` may repeat names."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    status: int | None = None
    answers: Message | None = None

    def header(self, name: str) -> str | None:
        """Return the field's value, its lines joined as RFC 9421 (2.1) says, or None."""
        lines = [value.strip(" \t") for key, value in self.headers if key.lower() == name]
        return ", ".join(lines) if lines else None

    def with_headers(self, headers: Iterable[tuple[str, str]]) -> Message:
        """Return the message with these fields in place of those of the same names."""
        new = tuple(headers)
        names = {name.lower() for name, _ in new}
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() not in names) + new)


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed a message, when, and its nonce."""

    node: str
    key: str
    created: datetime
    nonce: str
    label: str
    components: tuple[Component, ...]


def sign(
    message: Message,
    key: PrivateKey,
    *,
    created: datetime,
    nonce: str,
    headers: Iterable[str] = (),
    label: str = LABEL,
) -> Message:
    """Return the message with Content-Digest, Signature-Input and Signature.

    `headers` are further fields to cover (lower case), which must be there. `nonce` is used once: 16 random bytes in
    text.
    """
    message = message.with_headers(
        [("Content-Digest", f"sha-256={write_bytes(hashlib.sha256(message.body).digest())}")]
    )
    components = (REQUEST if message.status is None else RESPONSE) + tuple(Component(name) for name in headers)
    parameters: dict[str, Value] = {
        "created": int(created.timestamp()),
        "keyid": key.public.id,
        "alg": "ed25519",
        "nonce": nonce,
    }
    written = write_input(components, parameters)
    signature = key.sign(base(message, Input(components, parameters, written)))
    return message.with_headers(
        [("Signature-Input", f"{label}={written}"), ("Signature", f"{label}={write_bytes(signature)}")]
    )


def verify(
    message: Message, ring: KeyRing, now: datetime, *, headers: Iterable[str] = (), label: str = LABEL
) -> Verified:
    """Check a message and return who signed it.

    All that `sign` covers must be covered, `headers` too. Raises SignatureRefused, or ReplayRefused where it is too old
    or from the future.
    """
    given = _input(message, label)
    needed = {*(REQUEST if message.status is None else RESPONSE), *(Component(name) for name in headers)}
    missing = sorted(str(each) for each in needed - set(given.components))
    if missing:
        raise SignatureRefused(f"the signature does not cover {', '.join(missing)}", remedy="sign it too")
    created, key, nonce = (given.parameters.get(name) for name in ("created", "keyid", "nonce"))
    if not isinstance(created, int) or not isinstance(key, str) or not isinstance(nonce, str) or len(nonce) < 16:
        raise SignatureRefused(
            "created, keyid or a nonce of 16 letters is missing", remedy="put them into the signature"
        )
    if given.parameters.get("alg", "ed25519") != "ed25519":
        raise SignatureRefused(f"{given.parameters['alg']!r} is not used here", remedy="sign with ed25519")
    moment = _in_window(created, given.parameters.get("expires"), now)
    known = ring.find(key, moment)
    if not known.key.verifies(_signature(message, label), base(message, given)):
        raise SignatureRefused(
            f"the message was altered, or is not signed by {known.node}",
            remedy="have it sent again; if it stays so, ask",
        )
    check_digest(message)
    return Verified(known.node, key, moment, nonce, label, given.components)


def base(message: Message, given: Input) -> bytes:
    """Return the signature base (RFC 9421, 2.5). Raises SignatureRefused where a covered component is not there."""
    lines = [f"{each}: {_component(message, each)}" for each in given.components]
    return "\n".join([*lines, f'"@signature-params": {given.text}']).encode("utf-8")


def check_digest(message: Message) -> None:
    """Check that the body is what Content-Digest says (RFC 9530). Raises SignatureRefused."""
    digests = read_signatures(message.header("content-digest") or "")
    known = [name for name in digests if name in _DIGESTS]
    if not known:
        raise SignatureRefused("no digest of the body that is known here", remedy="send Content-Digest with sha-256")
    for name in known:
        if not hmac.compare_digest(digests[name], _DIGESTS[name](message.body).digest()):
            raise SignatureRefused("the body is not the one that was signed", remedy="have it sent again")


@dataclass(frozen=True, slots=True)
class Seen:
    """The nonces that were seen, each with the moment until which it is kept. A value; the node stores it as rows."""

    nonces: Mapping[tuple[str, str], datetime]


def remember(seen: Seen, found: Verified, now: datetime) -> Seen:
    """Return what was seen with this message in it. Raises ReplayRefused where it was in it before.

    A nonce is kept for as long as `verify` would take the message, whichever way the clock is set meanwhile.
    """
    if (found.key, found.nonce) in seen.nonces:
        raise ReplayRefused("this message was seen before", remedy="sign it anew to send it again")
    kept = {key: until for key, until in seen.nonces.items() if until >= now}
    kept[found.key, found.nonce] = max(found.created, now) + WINDOW + 2 * SKEW
    return Seen(kept)


def _input(message: Message, label: str) -> Input:
    text = message.header("signature-input")
    if text is None:
        raise SignatureRefused("the message is not signed", remedy="sign it as in RFC 9421")
    found = read_inputs(text).get(label)
    if found is None:
        raise SignatureRefused(f"there is no signature labelled {label}", remedy="use that label")
    return found


def _signature(message: Message, label: str) -> bytes:
    found = read_signatures(message.header("signature") or "").get(label)
    if found is None or len(found) != 64:
        raise SignatureRefused("the signature is missing or not 64 bytes", remedy="sign it with ed25519")
    return found


def _in_window(created: int, expires: object, now: datetime) -> datetime:
    try:
        moment = datetime.fromtimestamp(created, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise ReplayRefused("created is no time", remedy="give the seconds of the epoch") from error
    if moment > now + SKEW:
        raise ReplayRefused(
            f"the message is from the future, {moment.isoformat()}", remedy="set the clocks of both nodes"
        )
    ended = isinstance(expires, int) and expires <= now.timestamp()
    if ended or moment < now - WINDOW:
        raise ReplayRefused(f"the message is too old, {moment.isoformat()}", remedy="sign it anew; set both clocks")
    return moment


def _component(message: Message, component: Component) -> str:
    if component.of_request:
        if message.answers is None:
            raise SignatureRefused("it covers parts of a request, and answers none", remedy="give the request with it")
        message = message.answers
    value = _derived(message, component.name) if component.name.startswith("@") else message.header(component.name)
    if value is not None and not value.isprintable():  # a line's end within a value could pass for another component
        raise SignatureRefused(f"{component} holds what does not print", remedy="send it in one line")
    if value is None:
        raise SignatureRefused(f"{component} is covered and is not there", remedy="something on the way took it out")
    return value


def _derived(message: Message, name: str) -> str | None:
    """Return a derived component (RFC 9421, 2.2); None where it is not one that is known, or not of such a message."""
    if message.status is not None:
        return str(message.status) if name == "@status" else None
    scheme, host, path, query = (part or "" for part in _parts(message.url))
    known = {
        "@method": message.method,
        "@target-uri": message.url,
        "@authority": _authority(scheme.lower(), host),
        "@scheme": scheme.lower(),
        "@path": path or "/",
        "@query": f"?{query}",
        "@request-target": (path or "/") + (f"?{query}" if query else ""),
    }
    return known.get(name)


def _parts(url: str) -> tuple[str | None, ...]:
    found = _ADDRESS.match(url)
    assert found is not None  # noqa: S101  it matches anything
    return found.groups()


def _authority(scheme: str, host: str) -> str:
    host = host.rpartition("@")[2].lower()
    default = {"http": ":80", "https": ":443"}.get(scheme, "")
    return host.removesuffix(default) if default else host
