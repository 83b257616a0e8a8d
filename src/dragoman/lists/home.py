"""Where Dragoman keeps what it holds."""

from __future__ import annotations

import os
from pathlib import Path


def home_folder(home: Path | None = None) -> Path:
    """Return `home` if given, else ``DRAGOMAN_HOME``, else the platform's data folder of this user. Creates nothing."""
    if home is not None:
        return home
    if stated := os.environ.get("DRAGOMAN_HOME"):
        return Path(stated).expanduser()
    from platformdirs import user_data_path

    return user_data_path("dragoman", appauthor=False)
