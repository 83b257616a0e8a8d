"""Indicators: what is watched for on networks and in messages, in one spelling each, and as STIX patterns.

An indicator is a domain, URL, e-mail address, file hash, wallet, phone or handle. Reports write
them "defanged" (``hxxps://evil[.]example``), so that nobody clicks by mistake; that is undone here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from dragoman.errors import ValueRefused
from dragoman.model.tables import read_table
from dragoman.model.wallets import normalise_wallet

IndicatorKind = Literal["domain", "url", "email", "hash", "wallet", "phone", "handle"]
KINDS: tuple[IndicatorKind, ...] = get_args(IndicatorKind)

#: The length in hexadecimal digits tells the algorithm (STIX 2.1, section 10.7, hash-algorithm-ov).
HASHES = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 128: "SHA-512"}


@dataclass(frozen=True, slots=True, order=True)
class Indicator:
    """One indicator: its kind, its value in the one spelling, and for a handle the service that it is on."""

    kind: IndicatorKind
    value: str
    service: str = ""

    @property
    def text(self) -> str:
        """The value as one string: ``telegram:name`` for a handle."""
        return f"{self.service}:{self.value}" if self.kind == "handle" else self.value

    @property
    def pattern(self) -> str:
        """The STIX pattern that matches it (STIX 2.1, section 9).

        Wallets and phones have no object in STIX; they go by the names that OpenCTI introduced.
        """
        value = _quoted(self.value)
        if self.kind == "hash":
            return f"[file:hashes.'{HASHES[len(self.value)]}' = {value}]"
        if self.kind == "handle":
            return f"[user-account:account_type = {_quoted(self.service)} AND user-account:account_login = {value}]"
        return f"[{_OBJECTS[self.kind]}:value = {value}]"


_OBJECTS = {
    "domain": "domain-name",
    "url": "url",
    "email": "email-addr",
    "wallet": "cryptocurrency-wallet",
    "phone": "phone-number",
}


def read_indicator(kind: str, text: str, *, service: str = "", region: str | None = None) -> Indicator:
    """Read one indicator of a kind, in whatever spelling. Raises ValueRefused.

    `service` names the service of a handle that does not say so itself. `region` is the country
    (ISO 3166) in which a phone number without country code is dialled.
    """
    text = refang(text.strip())
    if kind == "handle":
        return _handle(text, service)
    if kind == "phone":
        return Indicator("phone", _phone(text, region))
    reader = _READERS.get(kind)
    if reader is None:
        raise ValueRefused(f"no kind of indicator: {kind!r}", remedy=f"use one of {', '.join(KINDS)}")
    return reader(text)


_DOTS = re.compile(r"(?:(?<!\s)\s++)?[\[({]\s*+(?:\.|dot)\s*+[\])}]\s*+|\[\.|\.\]", re.IGNORECASE)
_ATS = re.compile(r"(?:(?<!\s)\s++)?[\[({]\s*+(?:@|at)\s*+[\])}]\s*+", re.IGNORECASE)
_SCHEME = re.compile(r"h[x*t]{2}p(s?)(?=(?:\[?:\]?)//)", re.IGNORECASE)


def refang(text: str) -> str:
    """Undo the spellings by which reports keep addresses from being clicked."""
    text = _ATS.sub("@", _DOTS.sub(".", text))
    return _SCHEME.sub(r"http\1", text.replace("[:]", ":").replace("[/]", "/").replace("[://]", "://"))


_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def domain_name(text: str) -> str | None:
    """Return the domain in lower-case ASCII (IDNA), without final dot, else None."""
    plain = text.strip().rstrip(".").lower()
    if not plain.isascii():
        try:
            plain = plain.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    labels = plain.split(".")
    if len(plain) > 253 or len(labels) < 2 or labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        return None
    return plain


def _domain(text: str) -> Indicator:
    found = domain_name(text)
    if found is None:
        raise ValueRefused(f"not a domain: {text[:80]!r}", remedy="write it as example.org")
    return Indicator("domain", found)


_PORTS = {"http": 80, "https": 443, "ftp": 21}
_BLANK = re.compile(r"[\x00-\x20\x7f]")


def _url(text: str) -> Indicator:
    try:
        parts = urlsplit(_BLANK.sub("", text))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _no_url(text) from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host or any(char in host for char in "\\^|<>\"'"):
        raise _no_url(text)
    host = f"[{host}]" if ":" in host else domain_name(host) or host
    if parts.username is not None:
        host = f"{parts.netloc.rpartition('@')[0]}@{host}"
    if port is not None and port != _PORTS[scheme]:
        host += f":{port}"
    return Indicator("url", urlunsplit((scheme, host, parts.path or "/", parts.query, "")))


def _no_url(text: str) -> ValueRefused:
    return ValueRefused(f"not a URL: {text[:80]!r}", remedy="write it whole, with http, https or ftp and the host")


def email_address(text: str) -> str | None:
    """Return the address in lower case with its domain in ASCII, else None.

    Local parts may differ by case in theory (RFC 5321, 2.4); no large provider tells them apart.
    """
    local, at, domain = text.strip().lower().removeprefix("mailto:").rpartition("@")
    found = domain_name(domain)
    if not at or not local or len(local) > 64 or found is None or _BLANK.search(local) or "@" in local:
        return None
    return f"{local}@{found}"


def _email(text: str) -> Indicator:
    found = email_address(text)
    if found is None:
        raise ValueRefused(f"not an e-mail address: {text[:80]!r}", remedy="write it as name@example.org")
    return Indicator("email", found)


def _hash(text: str) -> Indicator:
    plain = text.lower()
    if len(plain) not in HASHES or not re.fullmatch(r"[0-9a-f]+", plain):
        raise ValueRefused(
            f"not a file hash: {text[:80]!r}", remedy="give MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal"
        )
    return Indicator("hash", plain)


def _wallet(text: str) -> Indicator:
    found = normalise_wallet(text)
    if len(found) < 20 or not found.isalnum():
        raise ValueRefused(f"not a wallet address: {text[:80]!r}", remedy="copy the address whole")
    return Indicator("wallet", found)


_READERS = {"domain": _domain, "url": _url, "email": _email, "hash": _hash, "wallet": _wallet}


def phone_number(text: str, region: str | None = None) -> str | None:
    """Return the number as ITU-T E.164 writes it (``+`` and up to 15 digits), else None."""
    import phonenumbers

    plain = text.strip().removeprefix("tel:")
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        number = phonenumbers.parse(plain, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _phone(text: str, region: str | None) -> str:
    found = phone_number(text, region)
    if found is None:
        raise ValueRefused(f"not a phone number: {text[:80]!r}", remedy="write it with + and the country's code")
    return found


@cache
def _services() -> dict[str, str]:
    return {host: row[0] for row in read_table("exchange", "stix/services.tsv") for host in [row[0], *row[1].split()]}


_HANDLE = re.compile(r"[^\s/@?#:]{2,64}")


def _handle(text: str, service: str) -> Indicator:
    """Read ``service:name``, ``@name`` of a given service, or the address of a profile page."""
    bare = re.sub(r"^https?://(?:www\.)?", "", text, flags=re.IGNORECASE).rstrip("/")
    head, _, name = bare.rpartition("/")
    if not head:
        head, _, name = bare.partition(":") if ":" in bare else ("", "", bare)
    found = _services().get(head.lower(), "") or _services().get(service.lower(), service.lower())
    name = name.partition("?")[0].lstrip("@").lower()
    if not found or not _HANDLE.fullmatch(name):
        raise ValueRefused(f"not a handle: {text[:80]!r}", remedy="write service:name, such as telegram:example")
    return Indicator("handle", name, found)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_STRING = r"'((?:[^'\\]|\\.)*)'"
_COMPARISON = re.compile(rf"\[\s*([a-z0-9-]+):(?:(value)|hashes\.'?([A-Za-z0-9-]+)'?)\s*=\s*{_STRING}\s*\]")
_ACCOUNT = re.compile(
    rf"\[\s*user-account:account_type\s*=\s*{_STRING}\s+AND\s+user-account:account_login\s*=\s*{_STRING}\s*\]"
)
_EITHER = re.compile(rf"\s*({_COMPARISON.pattern}|{_ACCOUNT.pattern})\s*(OR\s*|$)")
_KINDS_OF = {name: kind for kind, name in _OBJECTS.items()} | {"file": "hash"}


def read_pattern(pattern: str) -> list[Indicator]:
    """Return the indicators that a STIX pattern lists; none where it says anything more than a list joined by OR.

    A pattern that is not understood whole is not understood: half of a condition would match too much.
    """
    if len(pattern) > 1_000_000:
        return []
    found, place = [], 0
    try:
        for piece, matched in _pieces(pattern):
            found.append(matched)
            place = piece
    except ValueRefused:
        return []
    return found if place == len(pattern) else []


def _pieces(pattern: str) -> Iterator[tuple[int, Indicator]]:
    place = 0
    while place < len(pattern):
        match = _EITHER.match(pattern, place)
        if match is None:
            return
        _, kind, _, algorithm, value, account, login, joint = match.groups()
        end = match.end()
        if joint and end == len(pattern):  # a list that ends in OR
            return
        if account is not None:
            yield end, read_indicator("handle", _plain(login), service=_plain(account))
        elif (known := _KINDS_OF.get(kind)) and (known == "hash") == bool(algorithm):
            yield end, read_indicator(known, _plain(value))
        else:
            return
        place = end


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)
