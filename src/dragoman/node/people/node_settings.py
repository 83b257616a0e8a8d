"""What administrators set for the whole node; read by every page, so it is remembered for a second."""

from __future__ import annotations

import time

from django.conf import settings

from dragoman.node.people.models import NodeSettings

#: How long (seconds) a process goes on with what it read; another process may have changed it since.
REMEMBERED = 1.0
_read: tuple[float, NodeSettings] | None = None


def current() -> NodeSettings:
    """Return the settings in force."""
    global _read
    now = time.monotonic()
    if _read is None or now - _read[0] > REMEMBERED:
        _read = now, NodeSettings.objects.first() or NodeSettings()
    return _read[1]


def forget(**_: object) -> None:
    """Read afresh next time; called where a row is saved."""
    global _read
    _read = None


def node_name() -> str:
    """Return what the node is called on its pages."""
    return current().name or str(settings.NODE_NAME)


def second_factor_required() -> bool:
    """Tell whether everybody needs a second factor: as chosen, unless the environment says no."""
    return bool(settings.SECOND_FACTOR) and current().second_factor
