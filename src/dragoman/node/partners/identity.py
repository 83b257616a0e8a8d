"""Who this node is to others: its id, its name, and the key that it signs with."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from django.conf import settings

from dragoman.exchange.keys import PrivateKey, decode, encode
from dragoman.node.environment import kept_secret

#: The file below the node's home that holds the seed of the key.
KEY_FILE = "exchange_key"


@cache
def node_key() -> PrivateKey:
    """Return the key that this node signs with: DRAGOMAN_EXCHANGE_KEY[_FILE], else one kept below the home."""
    stated = settings.ENVIRONMENT.text("EXCHANGE_KEY")
    text = stated or kept_secret(settings.NODE_HOME / KEY_FILE, lambda: encode(secrets.token_bytes(32)))
    return PrivateKey.from_seed(decode(text, 32))


def node_id() -> str:
    """Return the id by which others know this node: DRAGOMAN_NODE, else one made of its key."""
    stated = settings.ENVIRONMENT.text("NODE")
    return stated or f"node-{node_key().public.id[:20]}"


def card(address: str) -> dict[str, Any]:
    """Return what another node needs to know of this one; people compare `fingerprint` on another channel."""
    key = node_key().public
    return {
        "type": "dragoman-node",
        "node": node_id(),
        "name": settings.NODE_NAME,
        "address": address,
        "key": key.text,
        "fingerprint": fingerprint(key.id),
    }


def fingerprint(key_id: str) -> str:
    """Return a key's thumbprint in groups of four, to be read out on the telephone."""
    return " ".join(key_id[at : at + 4] for at in range(0, len(key_id), 4))
