"""What travels between nodes: a letter of a kind, under an agreement, signed so that it stands without its envelope.

A letter's signature outlives the connection that it came over: it is kept in the journal, and a notice of recall is
passed on with it. The kinds are below; what each body holds is read by the module named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dragoman.errors import MessageRefused, SignatureRefused
from dragoman.exchange.canonical import canonical, digest_bytes, read_json
from dragoman.exchange.keys import KeyRing, PrivateKey, check_document, encode, sign_document
from dragoman.exchange.messages_typed import typed
from dragoman.exchange.policy_onward import moment

#: Kind of letter, and where its body is read.
KINDS = {
    "agreement": "agreement_reading.read_agreement",
    "act": "agreement_acts.Act",
    "objects": "the STIX mapping",
    "receipt": "disclosure.Receipt",
    "onward": "disclosure.Disclosure",
    "notice": "recall.Notice",
    "done": "recall.Done",
    "request": "requests.Request",
    "event": "requests.Event",
    "interest": "requests_deconfliction.Interest",
    "leave": "policy_onward.Leave",
    "bar": "policy_onward.Bar",
    "membership": "agreement_groups.Membership",
    "match": "private matching",
    "checkpoint": "messages_checkpoints.Checkpoint",
    "cosignature": "messages_checkpoints.Cosignature",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `agreement` is the hash that it is under, empty where it is about making one."""

    kind: str
    sender: str
    recipient: str
    agreement: str
    at: datetime
    body: Any
    key: str = ""
    signature: str = ""

    def content(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "kind": self.kind, "sender": self.sender, "recipient": self.recipient, "agreement": self.agreement,
            "at": self.at.isoformat(), "body": self.body,
        }  # fmt: skip

    def signed(self, key: PrivateKey) -> Letter:
        """Return the letter with its signature."""
        return replace(self, key=key.public.id, signature=sign_document("letter", self.content(), key))

    def to_json(self) -> dict[str, Any]:
        """Return the letter as it travels."""
        return self.content() | {"key": self.key, "signature": self.signature}

    @property
    def id(self) -> str:
        """The digest of its content, which receipts and answers name it by."""
        return digest_bytes(canonical(self.content()))


def read_letter(source: bytes | Any, ring: KeyRing, me: str) -> Letter:
    """Read a letter to this node and check its signature. Raises MessageRefused, SignatureRefused."""
    found = read_json(source) if isinstance(source, bytes) else source
    try:
        letter = typed(Letter(**{**found, "at": moment(found["at"])}))
    except (TypeError, ValueError, KeyError) as error:
        raise MessageRefused(f"not a letter: {error}", remedy="ask the partner to send it again") from error
    if letter.kind not in KINDS:
        raise MessageRefused(f"no letter is of the kind {letter.kind!r}", remedy="the partner may run a newer Dragoman")
    if letter.recipient != me:
        raise MessageRefused(
            f"this letter is to {letter.recipient}, not to {me}", remedy="do not use it; tell its sender"
        )
    known = ring.find(letter.key, letter.at)
    if known.node != letter.sender:
        raise SignatureRefused(f"a letter of {letter.sender} is signed by {known.node}", remedy="treat it as forged")
    check_document("letter", letter.content(), letter.signature, known.key)
    return letter


def stream(sender: str, recipient: str, begun: int = 1) -> str:
    """Return the name of a stream in one direction of a pair (see `outbox`), begun for the first or a later time."""
    return f"{sender}>{recipient}#{begun}"


def new_nonce() -> str:
    """Return 16 random bytes as text, for `signing.sign`."""
    import secrets

    return encode(secrets.token_bytes(16))
