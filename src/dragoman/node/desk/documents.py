"""Files that people hand in: kept as they came, under names that the node gives, and never shown in the browser.

What is refused: more bytes than `MOST_BYTES`, and nothing. What the file is called is kept for people to read, but no
part of it becomes a path. A download is always an attachment of no particular type, so that a browser shows nothing of
it, be it HTML, SVG or whatever it says it is.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from pathlib import Path
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils import timezone

from dragoman.errors import InputError
from dragoman.lists.durable import sync_tree
from dragoman.node.access import Principal
from dragoman.node.desk.models import Document

MOST_BYTES = 8 << 30
_FORBIDDEN = re.compile(r"[^\w.\- ]", re.UNICODE)


def shown_name(given: str) -> str:
    """Return what a file was called without folders, control characters and what a shell or browser minds."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    cleaned = _FORBIDDEN.sub("_", last).strip(". ")
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[:150]}{dot}{ending[:20]}" if dot else cleaned[:150] or "document"


def keep(principal: Principal, upload: UploadedFile[bytes]) -> Document:
    """Keep an uploaded file. Raises InputError where it is empty or too large."""
    name, size = shown_name(upload.name or ""), upload.size or 0
    if not size:
        raise InputError("the file is empty", place=name, remedy="choose another file")
    if size > MOST_BYTES:
        raise InputError(f"the file has more than {MOST_BYTES >> 30} GiB", place=name, remedy="split it")
    digest = hashlib.sha256()
    for chunk in upload.chunks(1 << 20):
        digest.update(chunk)
    upload.seek(0)
    folder = f"{timezone.now():%Y/%m}/{secrets.token_hex(12)}"
    path = default_storage.save(f"{folder}/{name}", upload)
    sync_tree(Path(default_storage.path(path)).parent)
    return Document.objects.create(name=name, file=path, bytes=size, sha256=digest.hexdigest(), by=principal.account)


def path_of(document: Document) -> Path:
    """Return where the file lies. Raises InputError where it is gone."""
    path = Path(default_storage.path(str(document.file.name)))
    if not path.is_file():
        raise InputError("the document is no longer kept", place=document.name, remedy="hand it in again")
    return path


def download(document: Document) -> FileResponse:
    """Return the document as an attachment that no browser shows."""
    return attachment(path_of(document).open("rb"), document.name)


def attachment(content: object, name: str, kind: str = "application/octet-stream") -> FileResponse:
    """Return bytes as an attachment."""
    response = FileResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
