"""A clock that is wrong, for one node: Python loads this before all else where it stands on PYTHONPATH.

The file that DRAGOMAN_TEST_CLOCK names holds by how many seconds the clock is ahead, and is read with every look at the
clock: a node that runs finds its clock set. What the system itself reads, as certificates' dates, stays right.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

_FILE = os.environ.get("DRAGOMAN_TEST_CLOCK")
_time = time.time


def _ahead() -> float:
    try:
        return float(Path(str(_FILE)).read_text(encoding="ascii") or 0)
    except FileNotFoundError:
        return 0.0


if _FILE:
    from django.utils import timezone

    _now = timezone.now

    def _shifted() -> datetime:
        return _now() + timedelta(seconds=_ahead())

    timezone.now = _shifted
    time.time = lambda: _time() + _ahead()
