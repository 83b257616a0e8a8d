"""The application as a granian worker loads it: Django's, warmed up while it already answers."""

from __future__ import annotations

import threading

from dragoman.node.serving.lineage import end_with_server
from dragoman.node.serving.prepare import set_up

set_up()
end_with_server()

from dragoman.node.wsgi import application  # noqa: E402

__all__ = ["application"]


def _warm() -> None:
    """Load the compiled kernels, so that no question has to wait for them: plain ones answer meanwhile.

    On a new machine that takes half a minute, later a second.
    """
    from django.db import connection

    from dragoman.errors import StoreError
    from dragoman.names.compiling import compiling_alone
    from dragoman.node.desk import screening
    from dragoman.screening import Screener

    try:
        with compiling_alone():
            own = Screener.open(screening.screener().path)  # whose lock nobody waits for
            for _ in range(2):
                own.screen({"schema": "Person", "name": "Nemo Nihil"})
    except StoreError:
        pass  # no list yet: there is nothing to warm up
    finally:
        connection.close()


threading.Thread(target=_warm, name="warming", daemon=True).start()
