"""Sessions end: after a time without a request, and after a time whatever happens."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

#: The session's entries: when it began, and when it was last used (seconds of the Unix clock).
SINCE, SEEN = "since", "seen"
#: A session's last use is written at most once in so many seconds.
_GRAIN = 60


def began(request: HttpRequest, **_: Any) -> None:
    """Note when somebody signed in."""
    request.session[SINCE] = request.session[SEEN] = int(time.time())


def alive(session: SessionBase) -> bool:
    """Tell whether the session still holds, and note its use; one that began at no known time does not.

    Where the clock was set back, a session that began in the future begins now: it holds no longer than any other.
    """
    now = int(time.time())
    since, seen = session.get(SINCE), session.get(SEEN)
    if not isinstance(since, int) or not isinstance(seen, int):
        return False
    if now - since > settings.SESSION_COOKIE_AGE or now - seen > settings.IDLE_SECONDS:
        return False
    if since > now:
        session[SINCE] = now
    if now - seen >= _GRAIN or seen > now:
        session[SEEN] = now
    return True
