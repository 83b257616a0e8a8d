"""Keys of nodes (Ed25519, RFC 8032), and texts signed with them.

What is signed says what it is: the bytes begin with the kind of the document, so that a signature under an
agreement can never be shown as one under a recall.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dragoman.errors import SignatureRefused
from dragoman.exchange.canonical import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def encode(content: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decode(text: str, length: int) -> bytes:
    """Read base64url without padding. Raises SignatureRefused unless it gives `length` bytes."""
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise SignatureRefused("not base64url", remedy="copy the key or signature whole") from error
    if len(content) != length or encode(content) != text:
        raise SignatureRefused(f"not {length} bytes in base64url", remedy="copy the key or signature whole")
    return content


@dataclass(frozen=True)
class PublicKey:
    """What a signature is checked with. `text` is the 32 bytes in base64url, as it stands in agreements."""

    text: str

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """Read a key. Raises SignatureRefused."""
        decode(text, 32)
        return cls(text)

    @cached_property
    def id(self) -> str:
        """The thumbprint of the key (RFC 7638, RFC 8037), which messages name it by."""
        jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{self.text}"}}'
        return encode(hashlib.sha256(jwk.encode("ascii")).digest())

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the key's holder signed the message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(decode(self.text, 32)).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """What a node signs with. Keep it out of logs; it does not show itself."""

    _seed: bytes

    @classmethod
    def generate(cls) -> PrivateKey:
        """Make a new key from the system's randomness."""
        import secrets

        return cls(secrets.token_bytes(32))

    @classmethod
    def from_seed(cls, seed: bytes) -> PrivateKey:
        """Take the key of 32 secret bytes (RFC 8032, 5.1.5). Raises SignatureRefused for another length."""
        if len(seed) != 32:
            raise SignatureRefused("a key has 32 bytes", remedy="generate one")
        return cls(seed)

    @property
    def seed(self) -> bytes:
        """The secret, to be stored where only the node reads it."""
        return self._seed

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @cached_property
    def public(self) -> PublicKey:
        """The half that others know."""
        return PublicKey(encode(self._key.public_key().public_bytes_raw()))

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(message)


def to_be_signed(kind: str, body: Any) -> bytes:
    """Return the bytes that are signed under a document: its kind, a line's end, and the canonical body."""
    return f"dragoman/{kind}/1\n".encode() + canonical(body)


def sign_document(kind: str, body: Any, key: PrivateKey) -> str:
    """Return the signature under a JSON document in base64url."""
    return encode(key.sign(to_be_signed(kind, body)))


def check_document(kind: str, body: Any, signature: str, key: PublicKey) -> None:
    """Check the signature under a JSON document. Raises SignatureRefused."""
    if not key.verifies(decode(signature, 64), to_be_signed(kind, body)):
        raise SignatureRefused(
            f"the signature under this {kind} is not of the key {key.id}",
            remedy="have it sent again; if it stays wrong, treat it as forged and tell the security officer",
        )


@dataclass(frozen=True, slots=True)
class NodeKey:
    """One key of a node, good from `since` until `until` (both may be open)."""

    node: str
    key: PublicKey
    since: datetime | None = None
    until: datetime | None = None

    def good_at(self, moment: datetime) -> bool:
        """Tell whether the key was in use at the moment."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


class KeyRing:
    """The keys of all partners, by thumbprint. A pure value: a key that is replaced or revoked makes a new ring."""

    def __init__(self, keys: Iterable[NodeKey]) -> None:
        self._keys: dict[str, NodeKey] = {}
        for each in keys:
            if self._keys.setdefault(each.key.id, each).node != each.node:
                raise SignatureRefused(
                    f"{each.node} and {self._keys[each.key.id].node} claim one key",
                    remedy="one of them copied it: ask both on the telephone before you go on",
                )

    def find(self, key_id: str, at: datetime) -> NodeKey:
        """Return the key of that thumbprint. Raises SignatureRefused where it is unknown or not in use at that time."""
        found = self._keys.get(key_id)
        if found is None:
            raise SignatureRefused(f"no partner has the key {key_id}", remedy="compare the key with the partner's")
        if not found.good_at(at):
            raise SignatureRefused(
                f"the key {key_id} of {found.node} is not in use at {at.isoformat()}",
                remedy="ask the partner for its present key, and put it into the agreement",
            )
        return found

    def of(self, node: str, at: datetime) -> list[PublicKey]:
        """Return the keys of a node that are in use at that time."""
        return [each.key for each in self._keys.values() if each.node == node and each.good_at(at)]
