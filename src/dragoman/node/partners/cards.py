"""A node's card: what one node needs to know of another before they agree on anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from dragoman.errors import MessageRefused
from dragoman.exchange.canonical import read_json
from dragoman.exchange.keys import PublicKey
from dragoman.node.partners.identity import node_id


def read_card(text: str) -> dict[str, Any]:
    """Return node, name, address and key of a card. Raises MessageRefused or SignatureRefused."""
    found = read_json(text.encode(), size=10_000)
    remedy = "paste the whole card that the partner's node shows on its page Partners"
    if not isinstance(found, dict) or found.get("type") != "dragoman-node":
        raise MessageRefused("this is no card of a node", remedy=remedy)
    fields = {name: found.get(name) for name in ("node", "name", "address", "key")}
    if not all(isinstance(value, str) and 0 < len(value) <= 200 for value in fields.values()):
        raise MessageRefused("the card lacks a field, or one is too long", remedy=remedy)
    if urlsplit(str(fields["address"])).scheme not in ("http", "https"):
        raise MessageRefused("the address is no web address", remedy=remedy)
    if fields["node"] == node_id():
        raise MessageRefused("this is the card of this very node", remedy=remedy)
    PublicKey.read(str(fields["key"]))
    return fields
