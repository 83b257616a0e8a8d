"""Keys of interests under the secrets of two nodes, so that equal subjects meet and nobody can look up the others.

Each node multiplies the points of its keys with a secret of its own and sends them; the partner multiplies them with
its secret and sends them back. Both orders give the same point (Diffie and Hellman), whose digest is the token that is
compared. Without both secrets no token can be made, so nobody tries names at leisure: each try is a letter that counts
against the quota.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from dragoman.errors import MessageRefused
from dragoman.exchange import oprf
from dragoman.exchange.keys_of import SURE_KINDS, MatchKey, keys_of
from dragoman.exchange.oprf_group import POINT
from dragoman.model import Record
from dragoman.node.partners.models import Agreement
from dragoman.node.partners.octets import read_octets


def keys(record: Record) -> list[MatchKey]:
    """Return the keys of a subject that say by themselves who is meant."""
    return keys_of(record, SURE_KINDS)


def secret_of(agreement: Agreement) -> int:
    """Return this node's secret for an agreement in all its versions, made of the node's own secret."""
    label = f"dragoman interests\x1f{agreement.agreement_id}\x1f{agreement.partner.node}"
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=label.encode())
    return oprf.derive_key(derivation.derive(settings.SECRET_KEY.encode()))


def once(secret: int, wanted: Iterable[MatchKey]) -> list[str]:
    """Return the point of each key under one secret, in base64."""
    return _texts(oprf.evaluate_blinded(secret, oprf.hash_to_group([each.content for each in wanted])))


def again(secret: int, points: Sequence[str]) -> list[str]:
    """Return the partner's points under this node's secret, too. Raises MessageRefused on what is no point."""
    return _texts(oprf.evaluate_blinded(secret, b"".join(_bytes(each) for each in points)))


def token(point: str) -> str:
    """Return what is compared: the digest of a point under both secrets. Raises MessageRefused."""
    return sha256(b"dragoman interest token\x1f" + _bytes(point)).hexdigest()


def _texts(points: bytes) -> list[str]:
    return [base64.b64encode(points[at : at + POINT]).decode() for at in range(0, len(points), POINT)]


def _bytes(text: str) -> bytes:
    found = read_octets(text, "a point")
    if len(found) != POINT:
        raise MessageRefused("no point of 32 bytes", remedy="ask the partner to send it again")
    return found
