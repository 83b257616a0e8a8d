"""Base64 of which each content has one spelling only: what is signed or proved cannot be written in another way."""

from __future__ import annotations

import base64
import binascii


def decode(text: str) -> bytes:
    """Return the bytes. Raises ValueError on anything but the canonical form (RFC 4648, sections 3.3 and 3.5)."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if base64.b64encode(content).decode() != text:
        raise ValueError("bits that pad the last letter are not zero")
    return content
