"""A clock that jumps, for tests: the wall clock of this process is shifted, the monotonic one goes on."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest
from django.utils import timezone


class JumpingClock:
    """Shifts ``time.time()`` and all that Django says of now; `jump` adds to the shift."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shift = timedelta()
        wall = time.time

        class Kind(type):
            def __instancecheck__(cls, instance: Any) -> bool:
                return isinstance(instance, datetime)

        class Shifted(datetime, metaclass=Kind):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) + self.shift

        monkeypatch.setattr(time, "time", lambda: wall() + self.shift.total_seconds())
        monkeypatch.setattr(timezone, "datetime", Shifted)  # what every reference to timezone.now asks

    def jump(self, **by: float) -> None:
        """Let the clock jump, as ``timedelta`` takes it: ``jump(days=-2)``."""
        self.shift += timedelta(**by)
