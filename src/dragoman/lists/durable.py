"""Making files survive a power cut: what is acknowledged must lie on the disk, not in the memory of the system.

A new file has its content there once it is synced, and its name once the folder is.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Write a file or folder through to the disk. Windows syncs no folders, and keeps their names itself."""
    if os.name == "nt" and path.is_dir():  # pragma: no cover
        return
    opened = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sync_tree(folder: Path) -> None:
    """Write a folder through to the disk with all that is in it, and its own name in the folder above."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)
    sync(folder.parent)
