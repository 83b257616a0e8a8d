"""Finding out who acts in a request: a session, or an API key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from dragoman.node.access import NOBODY, Principal, problem
from dragoman.node.people.models import Account, ApiKey

#: The session's entry for the purpose that a person works for.
PURPOSE = "purpose"


def identify(request: HttpRequest) -> Principal | HttpResponse:
    """Return who acts, or the answer that refuses a key that opens nothing."""
    given = request.headers.get("Authorization", "")
    if given:
        return _by_key(request, given)
    account = request.user
    if not isinstance(account, Account) or not account.is_active:
        return NOBODY
    teams = frozenset(account.teams.values_list("pk", flat=True))
    return Principal(account, None, account.roles, teams, purpose=request.session.get(PURPOSE))


def _by_key(request: HttpRequest, given: str) -> Principal | HttpResponse:
    kind, _, text = given.partition(" ")
    parts = text.strip().split("_", 2)
    if kind.lower() not in ("apikey", "bearer") or len(parts) != 3 or parts[0] != "dgm":
        return problem(request, 401, "The header Authorization must be: ApiKey dgm_...")
    key = ApiKey.objects.select_related("account").filter(prefix=parts[1]).first()
    if key is None or not key.is_secret(parts[2]) or not key.in_force or not key.account.is_active:
        return problem(request, 401, "The API key is unknown, expired or revoked; ask the node's administrator.")
    purposes = set(key.purposes.filter(active=True).values_list("code", flat=True))
    wanted = request.headers.get("Dragoman-Purpose") or (next(iter(purposes)) if len(purposes) == 1 else None)
    if wanted is not None and wanted not in purposes:
        return problem(
            request, 403, f"The key is not for the purpose {wanted!r}; it has: {', '.join(sorted(purposes))}."
        )
    teams = frozenset(key.account.teams.values_list("pk", flat=True))
    return Principal(key.account, key, key.account.roles, teams, frozenset(key.scopes), wanted)
