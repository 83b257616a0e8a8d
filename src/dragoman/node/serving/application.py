"""The application as a granian worker loads it: Django's, warmed up while it already answers."""

from __future__ import annotations

import os
import threading

from dragoman.node.serving.lineage import PARENT, end_with_parent
from dragoman.node.serving.prepare import set_up

set_up()
end_with_parent(int(os.environ.get(PARENT, "0")))

from dragoman.node.wsgi import application  # noqa: E402

__all__ = ["application"]


def _warm() -> None:
    """Open the index and load the compiled kernels, so that no question has to wait for that.

    It begins after the first answer could be given: compiling takes seconds on a new machine, and the
    plain kernels answer meanwhile.
    """
    from django.db import connection

    from dragoman.errors import StoreError
    from dragoman.node.desk import screening

    try:
        opened = screening.screener()
        for _ in range(2):
            opened.screen({"schema": "Person", "name": "Nemo Nihil"})
    except StoreError:
        pass  # no list yet: there is nothing to warm up
    finally:
        connection.close()


threading.Thread(target=_warm, name="warming", daemon=True).start()
