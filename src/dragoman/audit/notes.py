"""Signed notes: a text with lines of signatures below it, as c2sp.org/signed-note has them.

Two kinds of signature are made and verified: a log's own (Ed25519 over the text, kind 0x01), and a cosignature of
somebody who watches the log (c2sp.org/tlog-cosignature, kind 0x04), which carries the moment of signing.
A public key travels as a line, ``name+id+key``, which Go's ``sumdb/note`` brought in.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dragoman.audit import base64_strict
from dragoman.errors import CheckpointRefused

LOG, COSIGNER = 0x01, 0x04
#: More signatures than this, or a longer note, are not read; the specification asks for at least 16.
MOST_SIGNATURES, MOST_CHARACTERS = 64, 1 << 20
_NAME = re.compile(r"[^\s+]+")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under the name of who signs with it."""

    name: str
    public: bytes
    kind: int = LOG

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature says which key made it."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, line: str) -> Verifier:
        """Read ``name+id+key``. Raises CheckpointRefused where it is no such line, or of an unknown kind."""
        name, _, rest = line.strip().partition("+")
        number, _, key = rest.partition("+")
        try:
            content = base64_strict.decode(key)
        except ValueError:
            content = b""
        found = cls(name, content[1:], content[0] if content else 0)
        if found.kind not in (LOG, COSIGNER) or len(found.public) != 32 or not _NAME.fullmatch(name):
            raise CheckpointRefused(
                f"{line[:120]!r} is no public key", remedy="give a line such as name+0123abcd+AQ..."
            )
        if found.key_id.hex() != number:
            raise CheckpointRefused(
                f"the key of {name} has the id {found.key_id.hex()}, not {number}", remedy="copy it anew"
            )
        return found

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether `signature` was made over `text` with this key."""
        message = text.encode()
        if self.kind == COSIGNER:
            moment, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = _cosigned(message, moment)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under the name of who signs with it."""

    name: str
    private: Ed25519PrivateKey
    kind: int = LOG

    @classmethod
    def from_seed(cls, name: str, seed: bytes, kind: int = LOG) -> Signer:
        """Return the signer with these 32 bytes as its private key. Raises CheckpointRefused on a name with blanks."""
        if not _NAME.fullmatch(name):
            raise CheckpointRefused(f"{name!r} cannot name a key", remedy="leave out blanks and +")
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)

    @property
    def verifier(self) -> Verifier:
        """What others verify with."""
        return Verifier(self.name, self.private.public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str, now: datetime | None = None) -> Signature:
        """Sign a text. A cosigner says when: `now`, or this moment."""
        if self.kind == LOG:
            return Signature(self.name, self.verifier.key_id, self.private.sign(text.encode()))
        moment = int((now or datetime.now(UTC)).timestamp())
        made = self.private.sign(_cosigned(text.encode(), moment))
        return Signature(self.name, self.verifier.key_id, moment.to_bytes(8, "big") + made)


def _cosigned(message: bytes, moment: int) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (moment, message)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line of signature: by whom, with which key, and the bytes."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.content).decode()}\n"

    def is_of(self, verifier: Verifier) -> bool:
        """Tell whether this claims to be made with the verifier's key."""
        return self.name == verifier.name and self.key_id == verifier.key_id


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a line feed, and its signatures."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def signed(self, signer: Signer, now: datetime | None = None) -> Note:
        """Return the note with one more signature, which replaces an earlier one of the same key."""
        made = signer.sign(self.text, now)
        return replace(self, signatures=(*(each for each in self.signatures if not _same(each, made)), made))

    def verify(self, verifiers: Iterable[Verifier]) -> list[Verifier]:
        """Return the verifiers whose signatures are there and right.

        Signatures of unknown keys are passed over. Raises CheckpointRefused where a known key's signature is wrong,
        or where there is none of a known key.
        """
        found = []
        for verifier in verifiers:
            own = [each for each in self.signatures if each.is_of(verifier)]
            if any(not verifier.verifies(self.text, each.content) for each in own):
                raise CheckpointRefused(
                    f"the signature of {verifier.name} is not over this text",
                    remedy="the text or the signature was changed: compare it with another copy",
                )
            found += [verifier] if own else []
        if not found:
            signers = ", ".join(each.name for each in self.signatures) or "nobody"
            raise CheckpointRefused(f"it is signed by {signers}, by no known key", remedy="give the public key (--key)")
        return found

    @classmethod
    def parse(cls, text: str) -> Note:
        """Read a signed note. Raises CheckpointRefused where it is none. Verifies nothing."""
        body, blank, lines = text.rpartition("\n\n")
        found = [_SIGNATURE.fullmatch(line) for line in lines.removesuffix("\n").split("\n")[: MOST_SIGNATURES + 1]]
        whole = bool(blank and body) and text.endswith("\n") and len(text) <= MOST_CHARACTERS
        if not whole or None in found or len(found) > MOST_SIGNATURES or _CONTROL.search(text):
            raise CheckpointRefused("it is no signed note", remedy="a text, an empty line, then lines of signatures")
        return cls(f"{body}\n", tuple(_signature(match[1], match[2]) for match in found if match))


def _same(one: Signature, other: Signature) -> bool:
    return (one.name, one.key_id) == (other.name, other.key_id)


def _signature(name: str, encoded: str) -> Signature:
    try:
        content = base64_strict.decode(encoded)
    except ValueError as error:
        raise CheckpointRefused(f"the signature of {name} is not base64", remedy="copy it anew") from error
    return Signature(name, content[:4], content[4:])
