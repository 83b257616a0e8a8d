"""Signatures of deliveries, as Standard Webhooks 1.0 has them (https://www.standardwebhooks.com).

``webhook-signature`` is ``v1,`` and the Base64 of HMAC-SHA256 over ``id.timestamp.body``; the secret is written
``whsec_`` and Base64. A receiver refuses a timestamp that is more than five minutes off, and an id it has seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from dragoman.errors import SettingRefused

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a secret to be shared with the receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a delivery."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _box() -> Fernet:
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=b"dragoman webhooks")
    return Fernet(base64.urlsafe_b64encode(derivation.derive(settings.SECRET_KEY.encode())))


def seal(secret: str) -> str:
    """Return a secret as it is kept: a copy of the database alone does not give it away."""
    return _box().encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """Return the secret. Raises SettingRefused where the node's key is not the one that it was sealed with."""
    try:
        return _box().decrypt(kept.encode()).decode()
    except InvalidToken as error:
        raise SettingRefused(
            "the secrets of webhooks were sealed with another DRAGOMAN_SECRET_KEY",
            remedy="set the former key, or end the webhooks and make them anew",
        ) from error
