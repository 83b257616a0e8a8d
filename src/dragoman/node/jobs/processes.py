"""Which process runs a job, and whether it still lives; so that a job need not wait for a lease after a crash."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def _host() -> str:
    return socket.gethostname()[:40]


def _born(pid: int) -> str | None:
    """Return when a process was started (clock ticks after boot), so that a number used again is not mistaken."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name in brackets may hold anything
    return None if fields[0] in "ZX" else fields[19]


def own_name() -> str:
    """Return the name of this process: host, process number and time of birth."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_born(pid) or 0}"


def is_dead(name: str) -> bool:
    """Tell whether the process of that name has certainly ended; False where that cannot be known from here."""
    host, _, rest = name.rpartition(":")[0].rpartition(":")
    if host != _host() or not rest.isdecimal() or not Path("/proc/self/stat").exists():
        return False
    return _born(int(rest)) != name.rpartition(":")[2]
