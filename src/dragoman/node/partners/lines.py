"""Signed HTTP between nodes: requests out, and requests in. Only keys that people compared are known."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dragoman.errors import DeliveryFailed, MessageRefused, ReplayRefused, SettingRefused, SignatureRefused
from dragoman.exchange.canonical import canonical, read_json
from dragoman.exchange.keys import KeyRing, NodeKey, PublicKey
from dragoman.exchange.messages import new_nonce
from dragoman.exchange.signing import SKEW, WINDOW, Message, sign, verify
from dragoman.exchange.taxii.negotiation import MEDIA_TYPE
from dragoman.node.partners.identity import node_key
from dragoman.node.partners.models import Nonce, Partner

#: The fields of TAXII 2.1 (section 3.6) by which a reader knows how far it has come.
FIRST_ADDED, LAST_ADDED = "x-taxii-date-added-first", "x-taxii-date-added-last"
#: Where a node takes letters, below its address.
INBOX = "exchange/inbox"
#: The largest body that is taken, in bytes, and how long a partner may be silent, in seconds.
LARGEST = 16 << 20
TIMEOUT = 30.0


def ring() -> KeyRing:
    """Return the keys of the partners whose keys people compared."""
    rows = Partner.objects.exclude(confirmed=None).values_list("node", "key")
    return KeyRing(NodeKey(node, PublicKey(key)) for node, key in rows)


def post(partner: Partner, path: str, body: Any) -> Any:
    """Send a signed request to a partner and return its signed answer.

    Raises DeliveryFailed where there is none, MessageRefused where it is not what this partner may answer.
    """
    message = Message("POST", _url(partner, path), (("Content-Type", "application/json"),), canonical(body))
    signed = sign(message, node_key(), created=timezone.now(), nonce=new_nonce())
    status, headers, text = _exchange(partner, signed)
    _check(partner, Message("POST", signed.url, headers, text, status=status, answers=signed))
    return read_json(text)


def get(partner: Partner, path: str) -> tuple[dict[str, Any], str]:
    """Read a resource of a partner's TAXII server with a signed request; return it, and the last date_added in it.

    Raises DeliveryFailed, SignatureRefused where the partner did not sign just this answer, MessageRefused where it is
    no resource.
    """
    message = Message("GET", _url(partner, path), (("Accept", MEDIA_TYPE),))
    asked = sign(message, node_key(), created=timezone.now(), nonce=new_nonce())
    status, headers, text = _exchange(partner, asked)
    answer = Message("GET", asked.url, headers, text, status=status, answers=asked)
    if answer.header("signature-input") is None:
        raise SignatureRefused(
            f"{partner} does not sign what its TAXII server answers, and nothing of it is used",
            remedy="ask the partner to bring its node up to date, and whether something on the way takes headers out",
        )
    _check(partner, answer, there(answer))
    found = orjson.loads(text)
    if not isinstance(found, dict):
        raise MessageRefused("not a resource of TAXII", remedy="ask the partner")
    return found, answer.header(LAST_ADDED) or ""


def there(answer: Message) -> list[str]:
    """Return the fields of an answer that say how far it goes: whoever altered them could make a reader pass by."""
    return [name for name in (FIRST_ADDED, LAST_ADDED) if answer.header(name) is not None]


def _check(partner: Partner, answer: Message, headers: Iterable[str] = ()) -> None:
    found = verify(answer, ring(), timezone.now(), headers=headers)
    if found.node != partner.node:
        raise SignatureRefused(f"{found.node} answered for {partner.node}", remedy="look at the partner's address")


def _url(partner: Partner, path: str) -> str:
    return partner.address.rstrip("/") + "/" + path


def _exchange(partner: Partner, signed: Message) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    import httpx

    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False, verify=_tls()) as client:
            answer = client.request(signed.method, signed.url, content=signed.body, headers=list(signed.headers))
    except httpx.HTTPError as error:
        raise DeliveryFailed(
            f"{partner} does not answer: {error}", remedy="it is tried again; if it lasts, call the partner"
        ) from error
    if answer.status_code != 200:
        told = _told(answer.headers.get("content-type", ""), answer.content)
        raise DeliveryFailed(
            f"{partner} answered {answer.status_code} {told}".strip(), remedy="it is tried again; ask the partner"
        )
    return answer.status_code, tuple(answer.headers.multi_items()), answer.content


def _told(kind: str, content: bytes) -> str:
    """Return what a refusal says, be it a problem (RFC 9457) or an error message of TAXII; at most 300 letters."""
    if not kind.startswith(("application/problem", "application/taxii")):
        return ""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(found, dict):
        return ""
    details = found.get("details")
    remedy = details.get("remedy", "") if isinstance(details, dict) else ""
    return f"{found.get('detail') or found.get('description', '')} {remedy}".strip()[:300]


def _tls() -> ssl.SSLContext:
    """Return what TLS is to know: whom to trust, and this node's own certificate for mutual TLS.

    Raises SettingRefused where a file of the settings cannot be used.
    """
    environment = settings.ENVIRONMENT
    authority, certificate = environment.text("PARTNER_AUTHORITY"), environment.text("PARTNER_CERTIFICATE")
    try:
        found = ssl.create_default_context(cafile=authority or None)
        if certificate:
            found.load_cert_chain(certificate, environment.text("PARTNER_CERTIFICATE_KEY") or None)
    except OSError as error:
        raise SettingRefused(
            f"the certificates for partners cannot be used: {error}",
            remedy="look at DRAGOMAN_PARTNER_AUTHORITY, DRAGOMAN_PARTNER_CERTIFICATE and its _KEY",
        ) from error
    return found


def received(request: HttpRequest) -> tuple[Partner, Any, Message]:
    """Return who sent a request, its body, and the message, which an answer is bound to.

    Raises SignatureRefused, ReplayRefused, MessageRefused.
    """
    partner, message = verified(request)
    return partner, read_json(message.body, size=LARGEST), message


def verified(request: HttpRequest) -> tuple[Partner, Message]:
    """Return who signed a request, and the message. Raises SignatureRefused, ReplayRefused."""
    message = Message(
        request.method or "", request.build_absolute_uri(), tuple(request.headers.items()), request.body[: LARGEST + 1]
    )
    now = timezone.now()
    found = verify(message, ring(), now)
    _remember(found.key, found.nonce, max(found.created, now) + WINDOW + 2 * SKEW)
    return Partner.objects.get(node=found.node), message


def _remember(key: str, nonce: str, until: Any) -> None:
    try:
        with transaction.atomic():
            Nonce.objects.create(key=key, nonce=nonce, until=until)
    except IntegrityError as error:
        raise ReplayRefused("this message was seen before", remedy="sign it anew to send it again") from error


def forget_nonces() -> int:
    """Remove the nonces of requests that are too old to be taken anyway; return how many."""
    return Nonce.objects.filter(until__lt=timezone.now() - timedelta(seconds=1)).delete()[0]


def answer(body: Any, to: Message) -> HttpResponse:
    """Return a signed answer to a request."""
    return bind(HttpResponse(canonical(body), content_type="application/json"), to)


def bind(response: HttpResponse, to: Message) -> HttpResponse:
    """Sign an answer, bound to the signed request that it answers (RFC 9421, section 2.4)."""
    headers = tuple(response.items())
    message = Message(to.method, to.url, headers, response.content, status=response.status_code, answers=to)
    signed = sign(message, node_key(), created=timezone.now(), nonce=new_nonce(), headers=there(message))
    for name, value in signed.headers:
        response[name] = value
    return response
