"""The certificate by which the node signs reports, made on first use and kept below the node's home.

It is the node's own, signed by itself: whoever receives a report compares the fingerprint, which stands in the report,
with the one that the node's settings tell, or trusts the certificate in their PDF reader.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from dragoman.lists.locking import locked

_YEARS = 5


def folder() -> Path:
    """Return where key and certificate lie, made on first use."""
    home = Path(settings.NODE_HOME) / "signing"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(home / ".making"):
        if not (home / "certificate.pem").is_file():
            _make(home)
    return home


def fingerprint() -> str:
    """Return the SHA-256 fingerprint of the certificate, in hexadecimal."""
    found = x509.load_pem_x509_certificate((folder() / "certificate.pem").read_bytes())
    return found.fingerprint(hashes.SHA256()).hex()


def _make(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.NODE_NAME[:50]} reports")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(home / "key.pem", plain)
    _write(home / "certificate.pem", made.public_bytes(serialization.Encoding.PEM))


def _write(path: Path, content: bytes) -> None:
    own = path.with_name(f".{path.name}.new")
    own.unlink(missing_ok=True)
    with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    own.rename(path)
