"""Finding out who acts in a request: a session, or an API key.

What a key opens is remembered in each process for `REMEMBERED` seconds, so that a busy system costs no query a request.
A change (a key revoked, a role ended, an account closed) is heeded at once by all processes that share the node's home:
a file there grows with each change, and what was read before it grew is read anew. Where the file cannot be written or
its size comes late, as from another machine, a change is heeded within that time.
"""

from __future__ import annotations

import hmac
import os
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dragoman.node.access import NOBODY, Principal, problem
from dragoman.node.people import sessions
from dragoman.node.people.models import Account, ApiKey, Purpose, digest_of

#: The session's entry for the purpose that a person works for.
PURPOSE = "purpose"
#: How long (seconds) a process goes on with what it read of a key.
REMEMBERED = 1.0
#: The entry of `Principal.facts` that tells whether a second factor guards the account.
SECOND_FACTOR = "second_factor"


def identify(request: HttpRequest) -> Principal | HttpResponse:
    """Return who acts, or the answer that refuses a key that opens nothing."""
    given = request.headers.get("Authorization", "")
    if given and not request.path.startswith("/taxii2/"):  # there a partner's token signs in, see the partners' desk
        return _by_key(request, given)
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        return NOBODY
    if not sessions.alive(request.session):
        logout(request)
        return NOBODY
    teams = frozenset(account.teams.values_list("pk", flat=True))
    facts = {SECOND_FACTOR: _has_second_factor(request, account)}
    return Principal(account, None, account.roles, teams, purpose=_purpose(request), facts=facts)


def _purpose(request: HttpRequest) -> str | None:
    """Return the purpose chosen in this session, if it may still be chosen."""
    code = request.session.get(PURPOSE)
    return code if code and Purpose.objects.filter(code=code, active=True).exists() else None


def _has_second_factor(request: HttpRequest, account: Account) -> bool:
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    if Authenticator.objects.filter(user=account, type__in=factors).exists():
        return True
    by_provider = {"socialaccount"} & {each["method"] for each in get_authentication_records(request, account)}
    return bool(settings.OIDC_SECOND_FACTOR and by_provider)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a process remembers of a key: who answers for it, which purposes it has, and until when."""

    digest: str
    principal: Principal
    purposes: frozenset[str]
    expires: datetime | None
    read: float
    changes: int


_known: dict[str, _Known] = {}


def forget(**_: object) -> None:
    """Forget what was read of keys, here and elsewhere; called where a key, account, role, team or purpose changes."""
    _known.clear()
    # Until then others read what was; what they kept of it must not outlast the change.
    transaction.on_commit(_count_change, robust=True)


def _changes_file() -> str:
    return os.path.join(settings.NODE_HOME, ".people-changed")


def _count_change() -> None:
    _known.clear()
    with open(_changes_file(), "ab") as file:
        file.write(b".")


def _changes() -> int:
    """Return how many changes there were."""
    try:
        return os.stat(_changes_file()).st_size
    except OSError:
        return 0


def _by_key(request: HttpRequest, given: str) -> Principal | HttpResponse:
    kind, _, text = given.partition(" ")
    parts = text.strip().split("_", 2)
    if kind.lower() not in ("apikey", "bearer") or len(parts) != 3 or parts[0] != "dgm":
        return problem(request, 401, "The header Authorization must be: ApiKey dgm_...")
    known = _recall(parts[1])
    if known is None or not hmac.compare_digest(known.digest, digest_of(parts[2])) or _over(known.expires):
        return problem(request, 401, "The API key is unknown, expired or revoked; ask the node's administrator.")
    _note_use(known.principal.key)
    wanted = request.headers.get("Dragoman-Purpose")
    if wanted is None:
        return known.principal
    if wanted not in known.purposes:
        had = ", ".join(sorted(known.purposes))
        return problem(request, 403, f"The key is not for that purpose; it has: {had}.")
    return known.principal if wanted == known.principal.purpose else replace(known.principal, purpose=wanted)


def _over(moment: datetime | None) -> bool:
    return moment is not None and moment <= timezone.now()


def _recall(prefix: str) -> _Known | None:
    now, changes = time.monotonic(), _changes()
    known = _known.get(prefix)
    if known is not None and known.changes == changes and now - known.read <= REMEMBERED:
        return known
    key = ApiKey.objects.select_related("account").filter(prefix=prefix[:12]).first()
    if key is None or not key.in_force or not key.account.is_active:
        _known.pop(prefix, None)
        return None
    account = key.account
    purposes = frozenset(key.purposes.filter(active=True).values_list("code", flat=True))
    teams = frozenset(account.teams.values_list("pk", flat=True))
    only = next(iter(purposes)) if len(purposes) == 1 else None
    principal = Principal(account, key, account.roles, teams, frozenset(key.scopes), only)
    found = _known[prefix] = _Known(key.digest, principal, purposes, key.expires, now, changes)
    return found


def _note_use(key: ApiKey | None) -> None:
    """Note that the key was used, to the minute. It changes no fact, so it is no event."""
    now = timezone.now()
    if key is not None and (key.last_used is None or abs(now - key.last_used) > timedelta(minutes=1)):
        key.last_used = now
        ApiKey.objects.filter(pk=key.pk).update(last_used=now)
