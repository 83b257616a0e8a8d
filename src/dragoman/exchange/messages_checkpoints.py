"""Checkpoints of journals, exchanged and co-signed, so that neither side can rewrite its history unseen.

A checkpoint is a text (its form is the journal's; C2SP tlog-checkpoint). A co-signature says: at this time I saw this
text, and it followed from the one that I saw before. Its form is that of C2SP tlog-cosignature v1. Whether one follows
from the other is for who can check the journal's proof; here it is handed in as a function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dragoman.errors import MessageRefused, OrderBroken, SignatureRefused
from dragoman.exchange.canonical import digest_bytes
from dragoman.exchange.keys import KeyRing, PrivateKey, decode, encode
from dragoman.exchange.messages_typed import typed


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A node saw the checkpoint of another at a time (seconds of the epoch)."""

    node: str
    checkpoint: str
    seconds: int
    key: str
    signature: str

    def to_json(self) -> dict[str, Any]:
        """Return the co-signature as it travels."""
        return {
            "node": self.node, "checkpoint": self.checkpoint, "seconds": self.seconds, "key": self.key,
            "signature": self.signature,
        }  # fmt: skip

    @classmethod
    def from_json(cls, found: Any) -> Cosignature:
        """Read what `to_json` wrote, unchecked. Raises MessageRefused."""
        try:
            read = typed(cls(**found))
        except TypeError as error:
            raise MessageRefused(f"not a co-signature: {error}", remedy="ask the partner to send it again") from error
        if not 0 <= read.seconds < 2**40:
            raise MessageRefused("not a co-signature", remedy="ask the partner to send it again")
        return read

    @property
    def at(self) -> datetime:
        """When it was seen."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def check(self, text: str, ring: KeyRing) -> None:
        """Check that the node co-signed this text. Raises SignatureRefused."""
        known = ring.find(self.key, self.at)
        good = known.node == self.node and self.checkpoint == checkpoint_id(text)
        if not good or not known.key.verifies(decode(self.signature, 64), _signed(text, self.seconds)):
            raise SignatureRefused(
                f"{self.node} did not co-sign this checkpoint",
                remedy="ask it which checkpoint it has seen, and compare",
            )


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest checkpoint of a partner's journal that this node has co-signed."""

    node: str
    text: str


def cosign(
    last: LastSeen | None,
    node: str,
    text: str,
    follows: Callable[[str | None, str], bool],
    me: str,
    key: PrivateKey,
    at: datetime,
) -> tuple[LastSeen, Cosignature]:
    """Co-sign a partner's new checkpoint, if it follows from the last one; return what is to be stored and sent.

    `follows` is told the last text (None for the first) and the new one; it checks the journal's proof of consistency.
    Raises OrderBroken where it does not follow: then the partner's journal was rewritten, or set back.
    """
    if (last is None or last.text != text) and not follows(last.text if last else None, text):
        raise OrderBroken(
            f"the journal of {node} does not continue the one that was seen before",
            remedy="keep both checkpoints as evidence, suspend the agreement, and ask the partner's overseer",
        )
    seconds = int(at.timestamp())
    signature = encode(key.sign(_signed(text, seconds)))
    return LastSeen(node, text), Cosignature(me, checkpoint_id(text), seconds, key.public.id, signature)


def checkpoint_id(text: str) -> str:
    """Return the digest that a checkpoint is named by."""
    return digest_bytes(text.encode("utf-8"))


def _signed(text: str, seconds: int) -> bytes:
    """Return the bytes that are signed: C2SP tlog-cosignature, version 1."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
