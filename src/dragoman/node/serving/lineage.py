"""Children that do not outlive their parent, even where it was killed without a chance to tell them."""

from __future__ import annotations

import os
import signal
import threading
import time

#: The variable in which a server tells its children its process id.
PARENT = "DRAGOMAN_SERVER_PID"
#: In which it tells them how many of them answer.
WORKERS = "DRAGOMAN_SERVER_WORKERS"
#: In which prometheus_client looks for the folder where they add up what they count.
METRICS = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = 1.0


def end_with_server() -> None:
    """Ask this process to end once the server that started it, if one did, is no longer its parent. Returns at once."""
    parent = int(os.environ.get(PARENT, "0"))
    if parent <= 1:
        return
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
