"""A node on a disk that cannot be written: its database is opened only to be read.

That is a copy of evidence that was mounted so, or a disk that the kernel made read-only when it failed.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connection

from dragoman.errors import StoreError


def only_to_read() -> bool:
    """Open the node's SQLite database only to be read where its disk, or whose it is, allows no more; tell whether so.

    What was committed last may stand in the write-ahead log alone: then that is read too, which needs its index beside
    it. Raises StoreError where that is missing.
    """
    if connection.vendor != "sqlite":
        return False
    path = Path(str(connection.settings_dict["NAME"])).absolute()
    if not path.is_file() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return False
    log, index = (path.with_name(f"{path.name}-{each}") for each in ("wal", "shm"))
    indexed = index.is_file()
    if not indexed and log.is_file() and log.stat().st_size > 0:
        raise StoreError(
            "what was written last cannot be read on a disk that cannot be written",
            place=str(log),
            remedy="copy the node's home to a disk that can be written, and verify it there",
        )
    connection.close()
    settings = connection.settings_dict
    settings["NAME"] = f"{path.as_uri()}?{'mode=ro' if indexed else 'immutable=1'}"
    settings["OPTIONS"] = {
        "timeout": settings["OPTIONS"].get("timeout", 30),
        "init_command": "PRAGMA temp_store=MEMORY",
    }
    return True
